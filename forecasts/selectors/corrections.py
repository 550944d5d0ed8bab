"""Corrections: what had been public and was wrong, with what stands instead and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from forecasts.models import Expert, Forecast, Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.questions import questions_on


class Kind(models.TextChoices):
    """What was corrected, and how."""

    CORRECTED = "corrected", "Ruling corrected"
    REOPENED = "reopened", "Ruling withdrawn, question reopened"
    UNDONE = "undone", "Verdict taken back within ten minutes"
    FOLLOWED = "followed", "Ruling changed with the one it hangs on"
    FORECAST = "forecast", "Forecast recorded wrongly"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a correction stands in the list."""

    at: datetime
    is_ruling: bool
    pk: int
    """Of the ruling or the forecast that corrects."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One error, what stands instead of it, and whom it concerned."""

    place: Place
    kind: Kind
    question: Question
    was: Any
    """A Resolution or a Forecast, as its `place` says."""
    became: Any
    reason: str
    experts: tuple[Expert, ...]
    """Whose forecasts stood on the question then, or whose forecast was corrected; by name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; empty: all."""

    kind: str = ""
    expert: str = ""
    question: str = ""
    topic: str = ""


ALL = Wanted()
RULINGS: dict[str, Q] = {
    Kind.CORRECTED: Q(basis=Resolution.Basis.LEAD) & ~Q(answer=Answer.REOPENED),
    Kind.REOPENED: Q(basis=Resolution.Basis.LEAD, answer=Answer.REOPENED),
    Kind.UNDONE: Q(basis=Resolution.Basis.UNDO),
    Kind.FOLLOWED: Q(basis=Resolution.Basis.CONDITION),
    Kind.FORECAST: Q(pk=None),
    "": Q(),
}


def corrections(
    *, limit: int, beyond: Place | None = None, is_rising: bool = False, wanted: Wanted = ALL
) -> list[Correction]:
    """At most `limit` corrections, the newest first, or the oldest where `is_rising`.

    beyond: those that come after this place in that order. Three queries, whatever the number.
    """
    rulings = _page(_rulings(wanted), "resolved_at", limit, beyond, is_rising=is_rising)
    forecasts = _page(_forecasts(wanted), "recorded_at", limit, beyond, is_rising=is_rising)
    rows = [(Place(row.resolved_at, True, row.pk), row) for row in rulings]
    rows += [(Place(row.recorded_at, False, row.pk), row) for row in forecasts]
    rows.sort(key=lambda pair: pair[0], reverse=not is_rising)
    return _described(rows[:limit])


def n_corrections(wanted: Wanted = ALL) -> int:
    """How many there are."""
    return _rulings(wanted).count() + _forecasts(wanted).count()


def _rulings(wanted: Wanted) -> QuerySet[Resolution]:
    """Those that supersede an answer. Who has been reopened had none any more."""
    rows = Resolution.objects.filter(RULINGS[wanted.kind], supersedes__isnull=False)
    rows = rows.exclude(supersedes__answer=Answer.REOPENED)
    if wanted.question:
        rows = rows.filter(question__slug=wanted.question)
    if wanted.topic:
        rows = rows.filter(question__in=questions_on(wanted.topic))
    if wanted.expert:
        said = Forecast.objects.filter(
            _stood(OuterRef("resolved_at")),
            expert__slug=wanted.expert,
            question=OuterRef("question"),
        )
        rows = rows.filter(Exists(said))
    return rows.select_related("question", "supersedes")


def _forecasts(wanted: Wanted) -> QuerySet[Forecast]:
    rows = Forecast.objects.filter(supersedes__isnull=False)
    if wanted.kind not in ("", Kind.FORECAST):
        return rows.none()
    if wanted.question:
        on = Q(question__slug=wanted.question) | Q(supersedes__question__slug=wanted.question)
        rows = rows.filter(on)
    if wanted.topic:
        on = Q(question__in=questions_on(wanted.topic)) | Q(
            supersedes__question__in=questions_on(wanted.topic)
        )
        rows = rows.filter(on)
    if wanted.expert:
        by = Q(expert__slug=wanted.expert) | Q(supersedes__expert__slug=wanted.expert)
        rows = rows.filter(by)
    return rows.select_related("expert", "question", "supersedes__expert", "supersedes__question")


def _stood(moment: Any) -> Q:
    return Q(recorded_at__lte=moment) & (Q(superseded_at=None) | Q(superseded_at__gt=moment))


def _page(
    rows: QuerySet[Any], column: str, limit: int, beyond: Place | None, *, is_rising: bool
) -> list[Any]:
    sign, after = ("", "gt") if is_rising else ("-", "lt")
    if beyond is not None:
        further = Q(**{f"{column}__{after}": beyond.at})
        is_ruling = rows.model is Resolution
        if is_ruling == beyond.is_ruling:
            further |= Q(**{column: beyond.at, f"pk__{after}": beyond.pk})
        elif is_ruling == is_rising:
            # At the same moment, rulings stand above forecasts.
            further |= Q(**{column: beyond.at})
        rows = rows.filter(further)
    return list(rows.order_by(f"{sign}{column}", f"{sign}pk")[:limit])


def _described(rows: Sequence[tuple[Place, Any]]) -> list[Correction]:
    ruled = [(place.at, row.question_id) for place, row in rows if place.is_ruling]
    concerned = _experts_concerned(ruled)
    return [
        _of_ruling(place, row, concerned[place.at, row.question_id])
        if place.is_ruling
        else _of_forecast(place, row)
        for place, row in rows
    ]


def _experts_concerned(
    ruled: Iterable[tuple[datetime, int]],
) -> dict[tuple[datetime, int], tuple[Expert, ...]]:
    wanted = set(ruled)
    said: dict[int, list[Forecast]] = defaultdict(list)
    on_them = Forecast.objects.filter(question__in={question for _, question in wanted})
    for row in on_them.select_related("expert").order_by("expert__name", "expert__pk"):
        said[row.question_id].append(row)
    return {
        (at, question): tuple(
            dict.fromkeys(
                row.expert
                for row in said[question]
                if row.recorded_at <= at and (row.superseded_at is None or row.superseded_at > at)
            )
        )
        for at, question in wanted
    }


def _of_ruling(place: Place, row: Resolution, experts: tuple[Expert, ...]) -> Correction:
    kinds = {
        Resolution.Basis.UNDO: Kind.UNDONE,
        Resolution.Basis.CONDITION: Kind.FOLLOWED,
    }
    by_lead = Kind.REOPENED if row.answer == Answer.REOPENED else Kind.CORRECTED
    return Correction(
        place=place,
        kind=kinds.get(Resolution.Basis(row.basis), by_lead),
        question=row.question,
        was=row.supersedes,
        became=row,
        reason=row.reason,
        experts=experts,
    )


def _of_forecast(place: Place, row: Forecast) -> Correction:
    earlier = row.supersedes
    both = dict.fromkeys([row.expert, earlier.expert]) if earlier else dict.fromkeys([row.expert])
    return Correction(
        place=place,
        kind=Kind.FORECAST,
        question=row.question,
        was=earlier,
        became=row,
        reason=row.correction_reason,
        experts=tuple(sorted(both, key=lambda expert: (expert.name, expert.pk))),
    )
