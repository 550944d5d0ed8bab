"""Taking what exists into the ledger, as its beginning."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice, starmap
from typing import Any, TypeAlias

from django.apps import apps
from django.apps.registry import Apps
from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from forecasts.selectors.codings import cited_lexicons, published_codings
from forecasts.selectors.ledgers import KINDS, Line, canonical, facts_of, model_of, unamended
from forecasts.services.ledgers import append_lines

AT_ONCE = 1_000
READ = 2_000
# Of what was recorded in the same instant, what comes first.
RANKS = (
    *("question", "amendment", "forecast", "unscorable_statement", "quotation"),
    *("lexicon", "coding", "adopted_range", "resolution", "expert_merge", "expert_merge_undo"),
)
# What the ledger told of when it began.
BEGINNING = {"question", "amendment", "forecast", "adopted_range", "resolution"}

Event: TypeAlias = tuple[datetime, int, int]
"""When, which of RANKS, and the row's id: the order of the ledger."""


def take_in_what_exists(*, registry: Apps = apps, kinds: Container[str] = RANKS) -> int:
    """Append all rows of the kinds that are not in the ledger, in the order of their recording.

    Returns how many. A second run appends nothing. Memory does not grow with the rows.
    """
    n_taken = 0
    # In the middle of migrations some tables are still to come.
    tables = registry.all_models["forecasts"]
    ranks = [
        (rank, kind)
        for rank, kind in enumerate(RANKS)
        if kind in kinds and KINDS[kind].model.lower() in tables
    ]
    events = merge(*starmap(partial(_events, registry), ranks))
    while chunk := list(islice(events, AT_ONCE)):
        new = list(_not_in_ledger(chunk, registry))
        append_lines(lines=_lines(new, registry), registry=registry)
        n_taken += len(new)
    return n_taken


def _events(registry: Apps, rank: int, kind: str) -> Iterator[Event]:
    rows: Any = model_of(kind, registry)._base_manager.all()
    if kind == "question":
        rows = _entered_ones(rows, registry)
    elif kind == "lexicon":
        rows = cited_lexicons(registry).annotate(entered_at=F("cited_at"))
    elif kind == "coding":
        rows = published_codings(registry).annotate(entered_at=F("published_at"))
    else:
        rows = rows.annotate(entered_at=F(KINDS[kind].recorded))
    pairs = rows.order_by("entered_at", "pk").values_list("entered_at", "pk")
    return ((moment, rank, pk) for moment, pk in pairs.iterator(READ))


def _entered_ones(questions: Any, registry: Apps) -> Any:
    """Questions with a forecast, an amendment or a ruling of their own, and when the first came."""
    said = model_of("forecast", registry)._base_manager.all()
    amended = model_of("amendment", registry)._base_manager.all()
    ruled = model_of("resolution", registry)._base_manager.exclude(basis="condition")
    firsts = {
        "said": _first(said, "recorded_at"),
        "amended": _first(amended, "amended_at"),
        "ruled": _first(ruled, "resolved_at"),
    }
    # SQLite finds nothing least among times of which one is missing.
    whole = [Coalesce(name, *firsts.keys() - {name}) for name in firsts]
    return questions.annotate(**firsts).annotate(entered_at=Least(*whole)).exclude(entered_at=None)


def _first(rows: QuerySet[Any], column: str) -> Subquery:
    own = rows.filter(question=OuterRef("pk")).order_by().values("question")
    return Subquery(own.annotate(first=Min(column)).values("first"))


def _not_in_ledger(events: list[Event], registry: Apps) -> Iterator[Event]:
    entries = registry.get_model("forecasts", "LedgerEntry")._base_manager
    there = {
        (rank, pk)
        for rank in {rank for _, rank, _ in events}
        for pk in entries.filter(
            kind=RANKS[rank], row_id__in=[pk for _, of, pk in events if of == rank]
        ).values_list("row_id", flat=True)
    }
    return (event for event in events if event[1:] not in there)


def _lines(events: list[Event], registry: Apps) -> list[Line]:
    found = {
        rank: facts_of(RANKS[rank], [pk for _, of, pk in events if of == rank], registry)
        for rank in {rank for _, rank, _ in events}
    }
    amended = _amendments([pk for _, rank, pk in events if RANKS[rank] == "question"], registry)
    lines = []
    for _, rank, pk in events:
        recorded_at, facts = found[rank][pk]
        if RANKS[rank] == "question":
            facts = unamended(facts, amended.get(pk, ()))
        lines.append(Line(RANKS[rank], pk, recorded_at, canonical(facts)))
    return lines


def _amendments(question_ids: Iterable[int], registry: Apps) -> dict[int, list[Any]]:
    """Field, before and after of each amendment, latest first, by question."""
    rows = model_of("amendment", registry)._base_manager.filter(question__in=list(question_ids))
    found: dict[int, list[Any]] = {}
    columns = ("question", "field", "before", "after")
    for question, *change in rows.order_by("-amended_at", "-pk").values_list(*columns):
        found.setdefault(question, []).append(change)
    return found
