"""Who counted as whom at an instant: the merges of experts that were in force then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forecasts.models import Expert, ExpertMerge
from forecasts.models.merges import recorded_for
from forecasts.scoring.arrays import Integers

# Whom a row was recorded for, to whomever it counts now.
RECORDED_AS = Coalesce("recorded_as", "expert")
Row = tuple[int, int, datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Merges:
    """Merges in force at an instant: who was merged into whom, by ids."""

    into: dict[int, int]

    def survivor(self, expert_id: int) -> int:
        """Whom the rows of this expert count for, at the end of all merges."""
        while expert_id in self.into:
            expert_id = self.into[expert_id]
        return expert_id

    def counting_for(self, expert_ids: Iterable[int]) -> Q:
        """Of rows that count for these experts."""
        wanted = set(expert_ids)
        known = wanted | self.into.keys()
        return recorded_for(pk for pk in sorted(known) if self.survivor(pk) in wanted)

    def applied(self, recorded_as: Integers) -> Integers:
        """Whom each row counts for, of whom it was recorded for."""
        experts = recorded_as.copy()
        for pk in self.into:
            experts[recorded_as == pk] = self.survivor(pk)
        return experts


def into_at(as_of: datetime) -> Subquery:
    """Into whom experts were merged then, to annotate them with; null where into nobody."""
    stood = Q(undo=None) | Q(undo__undone_at__gt=as_of)
    rows = ExpertMerge.objects.filter(stood, expert=OuterRef("pk"), merged_at__lte=as_of)
    return Subquery(rows.order_by("-pk").values("into")[:1])


@dataclass(frozen=True, slots=True)
class Everybody:
    """All experts in the order of their ids: whether each is invented, and who counted as whom."""

    kinds: dict[int, bool]
    merges: Merges

    @classmethod
    def of(cls, rows: Iterable[tuple[int, bool, int | None]]) -> Self:
        """Of ids, kinds, and what into_at() says."""
        known = list(rows)
        into = {pk: other for pk, _, other in known if other is not None}
        return cls({pk: is_synthetic for pk, is_synthetic, _ in known}, Merges(into))


def everybody_at(as_of: datetime) -> Everybody:
    """Everybody there is now, merged as they were then."""
    rows = Expert.objects.order_by("pk").annotate(into_then=into_at(as_of))
    return Everybody.of(rows.values_list("pk", "synthetic", "into_then"))


@dataclass(frozen=True, slots=True)
class MergeHistory:
    """Every merge there has been: who, into whom, since when, and until when if it was undone."""

    rows: tuple[Row, ...]

    def at(self, as_of: datetime) -> Merges:
        """Those in force then."""
        return Merges(
            {
                expert: into
                for expert, into, since, until in self.rows
                if since <= as_of and (until is None or until > as_of)
            }
        )

    def ever_one(self, expert_id: int) -> set[int]:
        """The expert, and everybody whose rows may have counted for them at any time."""
        found = {expert_id}
        while more := {expert for expert, into, *_ in self.rows if into in found} - found:
            found |= more
        return found


def survivors(expert_ids: Iterable[int]) -> set[int]:
    """Whom these experts count as now."""
    ids = list(expert_ids)
    if not ids:
        return set()
    rows = Expert.objects.filter(pk__in=ids).order_by()
    return set(rows.values_list(Coalesce("merged_into", "pk"), flat=True))


def merges_into(expert: Expert) -> QuerySet[ExpertMerge]:
    """The merges in force by which others count as this expert, the earliest first."""
    rows = ExpertMerge.objects.filter(undo=None, expert__merged_into=expert)
    return rows.select_related("expert", "into").order_by("merged_at", "pk")


def merge_history() -> MergeHistory | None:
    """Every merge; None where there has been none, and rows say themselves for whom they count."""
    rows = ExpertMerge.objects.order_by("merged_at", "pk")
    found = tuple(rows.values_list("expert", "into", "merged_at", "undo__undone_at"))
    return MergeHistory(found) if found else None


def merges_at(as_of: datetime) -> Merges | None:
    """The merges in force then; None where nobody has ever been merged."""
    history = merge_history()
    return None if history is None else history.at(as_of)
