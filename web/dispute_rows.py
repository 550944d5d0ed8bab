"""Disputes with what they are about and what was answered, ready for the templates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from forecasts.models import Dispute, DisputeDecision, Expert
from forecasts.scoring import Options
from forecasts.scoring.tiers import shows
from forecasts.selectors.disputes import OpenDisputes, listed_disputes
from forecasts.selectors.scores import expert_scores
from web.records import ShownRecord, shown

MOST_BESIDE_A_RECORD = 10
WITHOUT = Options(disputed="exclude")


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute with its record, the decision in force, and those that it superseded."""

    dispute: Dispute
    record: ShownRecord
    decision: DisputeDecision | None
    earlier: list[DisputeDecision]


def dispute_rows(disputes: Iterable[Dispute]) -> list[DisputeRow]:
    """Rows for disputes that came from listed_disputes()."""
    return [_row(dispute) for dispute in disputes]


def disputes_about(about: Q) -> tuple[list[DisputeRow], bool]:
    """The latest public disputes about a record, and whether there are more than are given."""
    rows = listed_disputes().filter(about, acknowledged_at__isnull=False)
    found = list(rows[: MOST_BESIDE_A_RECORD + 1])
    return dispute_rows(found[:MOST_BESIDE_A_RECORD]), len(found) > MOST_BESIDE_A_RECORD


def _row(dispute: Dispute) -> DisputeRow:
    decisions = list(dispute.decisions.all())
    decision = next((row for row in decisions if row.superseded_at is None), None)
    earlier = [row for row in decisions if row.superseded_at is not None]
    return DisputeRow(dispute, shown(dispute.record), decision, earlier)


@dataclass(frozen=True, slots=True)
class BesideRow:
    """The scores of an expert, with or without what is disputed."""

    name: str
    scores: dict[str, Any]

    @property
    def interval(self) -> list[float] | None:
        """The interval of the Brier score, from five clusters on."""
        found: list[float] | None = self.scores["brier"]["ci95"]
        return found if shows(self.scores["tier"], "interval") else None


def with_and_without(
    expert: Expert, scores: dict[str, Any], disputed: OpenDisputes, *, as_of: datetime
) -> list[BesideRow]:
    """Both values, while something that the expert is scored on is under dispute; else nothing."""
    if not scores["n"] or not disputed.concerns(expert):
        return []
    found = expert_scores([expert.pk], as_of=as_of, options=WITHOUT, band=False)
    without = found[expert.pk].scores
    if without["n"] == scores["n"]:
        return []
    return [BesideRow("Everything", scores), BesideRow("Without what is disputed", without)]
