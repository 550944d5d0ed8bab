"""Scores from nothing: plain rows, plain loops, no code of the product but its tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from forecasts.models import (
    AdoptedRange,
    Amendment,
    Expert,
    ExpertMerge,
    ExpertMergeUndo,
    Forecast,
    Question,
    Resolution,
)

COUNTS = (
    "n_early",
    "n_ambiguous",
    "n_annulled",
    "n_withdrawn",
    "n_date_unproven",
    "n_inferred",
    "n_coded_after_known",
)
Numbers = tuple[Fraction, Fraction, Fraction]


@dataclass
class Record:
    """What one expert is scored on."""

    losses: list[Numbers] = field(default_factory=list)
    """Of what was said, at best and at worst."""
    outcomes: list[int] = field(default_factory=list)
    clusters: list[frozenset[int]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))

    def summary(self) -> dict[str, Any]:
        value, best, worst = (
            mean(parts) for parts in (zip(*self.losses, strict=True) if self.losses else [()] * 3)
        )
        return {
            "n": len(self.losses),
            "n_clusters": len(set(self.clusters)),
            "base_rate": mean(map(Fraction, self.outcomes)),
            "brier": {"value": value, "best": best, "worst": worst},
            **self.counts,
        }


def shown(scores: dict[str, Any]) -> dict[str, Any]:
    """Of published scores, what `Record.summary` has."""
    names = ("n", "n_clusters", "base_rate", *COUNTS)
    brier = {name: scores["brier"][name] for name in ("value", "best", "worst")}
    return {name: scores[name] for name in names} | {"brier": brier}


def mean(values: Iterable[Fraction]) -> float | None:
    """In 12 significant digits."""
    found = list(values)
    return float(f"{float(sum(found) / len(found)):.12g}") if found else None


class Rows:
    """All rows there are, and what they come to at any instant."""

    def __init__(self) -> None:
        self.forecasts = list(Forecast.objects.select_related("source").order_by("pk"))
        self.questions = list(Question.objects.order_by("pk"))
        self.rulings = list(Resolution.objects.order_by("pk"))
        self.amendments = list(
            Amendment.objects.filter(field="deadline").order_by("amended_at", "pk")
        )
        self.ranges = list(AdoptedRange.objects.order_by("adopted_at", "pk"))
        self.experts = list(Expert.objects.order_by("pk"))
        self.merges = list(ExpertMerge.objects.order_by("pk"))
        self.undone_at = dict(ExpertMergeUndo.objects.values_list("merge", "undone_at"))

    def summaries(self, as_of: datetime) -> dict[int, dict[str, Any]]:
        records = {expert.pk: Record() for expert in self.experts}
        clusters = self.clusters(as_of)
        for question in self.questions:
            said = [row for row in self.in_force(as_of) if row.question_id == question.pk]
            for expert in {self.owner(row, as_of) for row in said}:
                own = [row for row in said if self.owner(row, as_of) == expert]
                self._enter(records[expert], question, own, clusters[question.pk], as_of)
        return {pk: record.summary() for pk, record in records.items()}

    def owner(self, row: Forecast, as_of: datetime) -> int:
        """Whom the row counted for: merged then, however often."""
        found = row.expert_id if row.recorded_as_id is None else row.recorded_as_id
        while True:
            into = [
                merge.into_id
                for merge in self.merges
                if merge.expert_id == found
                and merge.merged_at <= as_of
                and (merge.pk not in self.undone_at or self.undone_at[merge.pk] > as_of)
            ]
            if not into:
                return found
            (found,) = into

    def in_force(self, as_of: datetime) -> list[Forecast]:
        recorded = [row for row in self.forecasts if row.recorded_at <= as_of]
        replaced = {row.supersedes_id for row in recorded}
        return [row for row in recorded if row.pk not in replaced]

    def ruling(self, question: Question, as_of: datetime) -> Resolution | None:
        made = [
            row
            for row in self.rulings
            if row.question_id == question.pk and row.resolved_at <= as_of
        ]
        replaced = {row.supersedes_id for row in made}
        last = [row for row in made if row.pk not in replaced and row.answer != "reopened"]
        return last[0] if last else None

    def deadline(self, question: Question, as_of: datetime) -> datetime:
        for row in self.amendments:
            if row.question_id == question.pk and row.amended_at > as_of:
                return datetime.fromisoformat(row.before)
        deadline: datetime = question.deadline
        return deadline

    def numbers(self, row: Forecast, as_of: datetime) -> tuple[Numbers | None, datetime]:
        """P(yes), low and high, and when they were known; None for words that nobody coded."""
        source: Forecast | AdoptedRange = row
        coded_at = row.recorded_at
        for adopted in self.ranges:
            if adopted.forecast_id == row.pk and adopted.adopted_at <= as_of:
                source, coded_at = adopted, adopted.adopted_at
        parts = (source.probability, source.low, source.high)
        if None in parts:
            return None, coded_at
        value, low, high = map(Fraction, parts)
        return (value, low, high), coded_at

    def clusters(self, as_of: datetime) -> dict[int, frozenset[int]]:
        """The questions in the cluster of each, joined until nothing changes any more."""
        said = {row.question_id for row in self.forecasts if row.recorded_at <= as_of}
        ruled = {
            row.question_id
            for row in self.rulings
            if row.resolved_at <= as_of and row.basis != "condition"
        }
        fixed = [question for question in self.questions if question.pk in said | ruled]
        links = [(q.pk, q.depends_on_id) for q in fixed if q.depends_on_id]
        links += [
            (a.pk, b.pk) for a in fixed for b in fixed if a.family_id and a.family_id == b.family_id
        ]
        found = {question.pk: frozenset([question.pk]) for question in self.questions}
        for one, other in links:
            both = found[one] | found[other]
            found |= dict.fromkeys(both, both)
        return found

    def _enter(
        self,
        record: Record,
        question: Question,
        said: list[Forecast],
        cluster: frozenset[int],
        as_of: datetime,
    ) -> None:
        ruling, deadline = self.ruling(question, as_of), self.deadline(question, as_of)
        known_at = ruling.known_at if ruling else None
        end = min(deadline, known_at) if known_at else deadline
        opening = question.opens_at
        in_time = [row for row in said if max(row.stated_at, opening or row.stated_at) < end]
        proven = [
            row
            for row in in_time
            if not known_at or row.recorded_at <= known_at or row.source.date_basis != "inferred"
        ]
        if not proven:
            record.counts["n_date_unproven"] += bool(in_time)
            return
        last = max(proven, key=lambda row: (row.stated_at, row.recorded_at, row.pk))
        numbers, coded_at = self.numbers(last, as_of)
        if last.kind == "withdrawal":
            record.counts["n_withdrawn"] += 1
        elif ruling and ruling.answer in ("ambiguous", "annulled"):
            record.counts[f"n_{ruling.answer}"] += 1
        elif ruling and numbers and deadline > as_of:
            record.counts["n_early"] += 1
        elif ruling and numbers and known_at:
            record.counts["n_inferred"] += last.basis == "inferred"
            record.counts["n_coded_after_known"] += coded_at > known_at
            outcome = int(ruling.answer == "yes")
            value, low, high = ((number - outcome) ** 2 for number in numbers)
            record.losses.append((value, min(low, high), max(low, high)))
            record.outcomes.append(outcome)
            record.clusters.append(cluster)
