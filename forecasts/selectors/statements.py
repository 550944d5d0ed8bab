"""What was said about which questions as arrays, from the rows recorded by an instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from forecasts.models import AdoptedRange, Forecast, Source
from forecasts.models.append_only import SupersedableQuerySet
from forecasts.scoring.arrays import Integers
from forecasts.scoring.statements import ABSENT, NEVER, Questions, Statements
from forecasts.selectors.codes import distinct, places
from forecasts.selectors.columns import FAR, Among, Columns, Ppm, read_columns
from forecasts.selectors.compiled_queries import read_compiled
from forecasts.selectors.histories import question_columns
from forecasts.selectors.merges import RECORDED_AS, Merges, merges_at

NUMBERS = ("low", "ppm", "high")
# Columns of adopted ranges, by where they go.
ADOPTED = {"low": "low_ppm", "ppm": "ppm", "high": "high_ppm", "adopted_at": "adopted_at"}
OWN = ("",)
# In place of a bound that is the probability itself.
SAME = -2


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Statements and their questions; codes are places in the arrays of ids."""

    statements: Statements
    questions: Questions
    expert_ids: Integers
    question_ids: Integers
    merges: Merges | None = None
    """By which rows count for others than they were recorded for; None: as they say."""


def statements_at(
    expert_ids: Sequence[int] | None,
    *,
    as_of: datetime,
    question_ids: Sequence[int] | None = None,
    is_alone: bool = False,
    has_clusters: bool = True,
    is_now: bool = False,
    merges: Merges | None = None,
    first: Integers | None = None,
) -> Said:
    """What these experts said, and others about the same questions, recorded by `as_of`.

    None: what all experts said. question_ids: on these questions only. is_alone: without the
    others. has_clusters: where it does not matter, each question is one. is_now: rows count for
    whom they say, as far as experts are merged now. merges: those in force at `as_of`; read here
    if not given. The experts, or those in `first`, have the
    first codes, in the order given.
    """
    if merges is None and not is_now:
        merges = merges_at(as_of)
    is_all = expert_ids is None and question_ids is None
    columns = _read_statements(expert_ids, question_ids, as_of, merges, is_alone=is_alone)
    return said_of(
        _with_bounds(_once(columns), since="numbered_at"),
        partial(question_columns, as_of=as_of, has_clusters=has_clusters, is_all=is_all),
        first=np.array(expert_ids or (), dtype=np.int64) if first is None else first,
        merges=merges,
    )


def said_of(
    columns: Columns,
    questions_of: Callable[[Integers], Questions],
    *,
    first: Integers,
    merges: Merges | None = None,
) -> Said:
    """The statements of columns that have their numbers. first: the experts of the first codes."""
    experts = np.concatenate([first, np.setdiff1d(distinct(columns["expert"]), first)])
    questions = distinct(columns["question"])
    statements = Statements(
        expert=places(experts, columns["expert"]),
        question=places(questions, columns["question"]),
        order=columns["pk"],
        **{name: columns[name] for name in COPIED},
    )
    return Said(statements, questions_of(questions), experts, questions, merges)


def _read_statements(
    expert_ids: Sequence[int] | None,
    question_ids: Sequence[int] | None,
    as_of: datetime,
    merges: Merges | None,
    *,
    is_alone: bool,
) -> Columns:
    ids: dict[str, Sequence[int]] = {}
    if expert_ids is not None:
        ids["alone_ids" if is_alone else "expert_ids"] = expert_ids
    if question_ids is not None:
        ids["question_ids"] = question_ids
    if merges is None:
        return read_compiled(_said_by, as_of=as_of, **ids)
    columns = read_columns(_said_by(as_of=as_of, merges=merges, **ids))
    columns["expert"] = merges.applied(columns.pop("was"))
    return columns


def _said_by(
    *,
    as_of: datetime,
    expert_ids: Sequence[int] | None = None,
    alone_ids: Sequence[int] | None = None,
    question_ids: Sequence[int] | None = None,
    merges: Merges | None = None,
) -> QuerySet[Any, Any]:
    """What these experts said; of expert_ids, on the same questions, what others said too.

    merges: by which they are found; then `was` says for whom each row was recorded.
    """
    of = partial(Among, "expert") if merges is None else merges.counting_for
    rows = Forecast.objects.all()
    if question_ids is not None:
        rows = rows.filter(Among("question", question_ids))
    if alone_ids is not None:
        rows = rows.filter(of(alone_ids))
    if expert_ids is not None:
        own = _recorded(rows.filter(of(expert_ids)), as_of)
        rows = rows.filter(question__in=own.values("question"))
    rows = _recorded(rows, as_of)
    if merges is None:
        return _numbered_columns(rows, as_of)
    return _numbered_columns(rows.annotate(was=RECORDED_AS), as_of, "was")


COPIED = (
    "stated_at",
    "recorded_at",
    "adopted_at",
    "is_withdrawal",
    "is_inferred",
    "proves_its_date",
    *NUMBERS,
)


def _recorded(
    rows: SupersedableQuerySet[Forecast], as_of: datetime
) -> SupersedableQuerySet[Forecast]:
    return rows.in_force(as_of).filter(recorded_at__lte=as_of)


def said_columns(
    rows: QuerySet[Forecast], *names: str, tables: tuple[str, ...] = OWN
) -> QuerySet[Any, Any]:
    """What is read of statements, in the order of their ids; numbers from the first that has any.

    tables: how their columns begin.
    """
    # Not a join: of many rows the database keeps the few such sources at hand.
    undated = Source.objects.filter(date_basis=Source.DateBasis.INFERRED)
    return (
        rows.order_by("pk")
        .annotate(
            is_withdrawal=_whether(kind=Forecast.Kind.WITHDRAWAL),
            is_inferred=_whether(basis=Forecast.Basis.INFERRED),
            proves_its_date=~Exists(undated.filter(pk=OuterRef("source"))),
            low_ppm=_bound("low", tables),
            ppm=_ppm("probability", tables),
            high_ppm=_bound("high", tables),
            ends_at=Coalesce("superseded_at", Value(FAR)),
        )
        .values_list(
            "pk",
            "expert",
            "question",
            "stated_at",
            "recorded_at",
            "is_withdrawal",
            "is_inferred",
            "proves_its_date",
            "low_ppm",
            "ppm",
            "high_ppm",
            *names,
        )
    )


def _numbered_columns(rows: QuerySet[Forecast], as_of: datetime, *names: str) -> QuerySet[Any, Any]:
    """The same with the numbers of the range that stood then, and in `numbered_at` since when."""
    stood = Q(adopted_ranges__superseded_at=None) | Q(adopted_ranges__superseded_at__gt=as_of)
    then = FilteredRelation(
        "adopted_ranges", condition=Q(adopted_ranges__adopted_at__lte=as_of) & stood
    )
    since = Coalesce("adopted__adopted_at", "recorded_at")
    numbered = rows.annotate(adopted=then).annotate(numbered_at=since)
    return said_columns(numbered, "numbered_at", *names, tables=(*OWN, "adopted__"))


def _once(columns: Columns) -> Columns:
    """Each statement once: of several ranges the one adopted last stands."""
    pk = columns["pk"]
    if (pk[1:] != pk[:-1]).all():
        return columns
    order = np.lexsort((columns["numbered_at"], pk))
    last = order[np.append(np.diff(pk[order]) > 0, True)]
    return {name: column[last] for name, column in columns.items()}


def _bound(name: str, tables: tuple[str, ...]) -> Case:
    """A bound in ppm, or SAME: turning decimals into whole numbers is most of the reading."""
    is_same = When(**{name: F("probability")}, then=Value(SAME))
    return Case(is_same, default=_ppm(name, tables), output_field=BigIntegerField())


def _ppm(name: str, tables: tuple[str, ...]) -> Coalesce:
    return Coalesce(*(Ppm(f"{table}{name}") for table in tables), Value(ABSENT))


def _whether(**lookups: Any) -> Any:
    return ExpressionWrapper(Q(**lookups), output_field=BooleanField())


def with_numbers(columns: Columns, adopted: Columns) -> Columns:
    """Give forecasts in words the numbers that coders' readings made of them."""
    columns = _with_bounds(columns, since="recorded_at")
    # Those of other forecasts, and of rows recorded between the two reads, have no place.
    is_read = np.isin(adopted["forecast"], columns["pk"][columns["is_inferred"]])
    place = np.searchsorted(columns["pk"], adopted["forecast"][is_read])
    for name, source in ADOPTED.items():
        # Of several ranges the one adopted last stands: they come in that order.
        columns[name][place] = adopted[source][is_read]
    return columns


def _with_bounds(columns: Columns, *, since: str) -> Columns:
    """Write out the bounds that are the probability itself, and since when there is one."""
    ppm = columns["ppm"]
    for name in ("low", "high"):
        columns[name] = bound = columns.pop(f"{name}_ppm")
        np.copyto(bound, ppm, where=bound == SAME)
    columns["adopted_at"] = np.where(ppm == ABSENT, NEVER, columns[since])
    return columns


def adopted_columns(rows: QuerySet[AdoptedRange], *names: str) -> QuerySet[Any, Any]:
    """What is read of adopted ranges, in the order of their adoption."""
    return (
        rows.order_by("adopted_at", "pk")
        .annotate(
            low_ppm=Ppm("low"),
            ppm=Ppm("probability"),
            high_ppm=Ppm("high"),
            ends_at=Coalesce("superseded_at", Value(FAR)),
        )
        .values_list("forecast", "low_ppm", "ppm", "high_ppm", "adopted_at", *names)
    )
