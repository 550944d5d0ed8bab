"""Rows of other tables put beside the rows of a page, by one query for all.

As `prefetch_related` does, which makes a manager and a query for each row and asks neither: for
fifty rows that takes longer than all the rest. What `all()` gives is a list here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, Q

from forecasts.models import (
    AdoptedRange,
    Coding,
    Evidence,
    Expert,
    ExpertAlias,
    Forecast,
    Question,
    Resolution,
    Topic,
    Verdict,
)
from forecasts.selectors.questions import questions_with_state
from forecasts.selectors.rulings import ruling_in_force


def with_aliases(experts: Sequence[Expert]) -> None:
    """Put `aliases` beside experts."""
    _attach(
        experts,
        "aliases",
        "expert_id",
        ExpertAlias.objects.filter(expert__in=experts).order_by("pk"),
    )


def with_topics_and_rulings(questions: Sequence[Question], *, as_of: datetime) -> None:
    """Put `topics`, `resolutions` and `depends_on`, with its state, beside questions."""
    links = Question.topics.through.objects.filter(question__in=questions)
    topics: dict[int, list[Topic]] = defaultdict(list)
    for link in links.select_related("topic").order_by("topic__name"):
        topics[link.question_id].append(link.topic)
    for question in questions:
        _cache(question)["topics"] = topics[question.pk]
    _attach(
        questions,
        "resolutions",
        "question_id",
        Resolution.objects.filter(question__in=questions),
    )
    ids = {question.depends_on_id for question in questions} - {None}
    bare = questions_with_state(as_of).select_related(None).prefetch_related(None)
    parents = bare.in_bulk(ids) if ids else {}
    for question in questions:
        if question.depends_on_id is not None:
            question.depends_on = parents[question.depends_on_id]


def with_readings(forecasts: Sequence[Forecast]) -> None:
    """Put `codings` and, as `adopted`, the range in force beside forecasts.

    Of what was stated as a number there are none, and nobody is asked.
    """
    inferred = [row for row in forecasts if row.basis == Forecast.Basis.INFERRED]
    codings = Coding.objects.filter(forecast__in=inferred) if inferred else ()
    ranges = AdoptedRange.objects.in_force().filter(forecast__in=inferred) if inferred else ()
    _attach(forecasts, "codings", "forecast_id", codings)
    adopted = _by(ranges, "forecast_id")
    for forecast in forecasts:
        vars(forecast)["adopted"] = adopted[forecast.pk]


def with_grounds(question: Question) -> None:
    """Put `verdicts` and `evidence` beside a question whose rulings are read, and beside those.

    Before a ruling nobody is shown any.
    """
    if ruling_in_force(question) is None:
        return
    _attach([question], "verdicts", "question_id", Verdict.objects.filter(question=question))
    rows = Evidence.objects.with_copies().filter(
        Q(question=question) | Q(verdict__question=question) | Q(resolution__question=question)
    )
    found = list(rows.order_by("pk"))
    for parents, name in (
        ([question], "question_id"),
        (question.verdicts.all(), "verdict_id"),
        (question.resolutions.all(), "resolution_id"),
    ):
        _attach(parents, "evidence", name, found)


def _attach(parents: Iterable[Model], relation: str, name: str, rows: Iterable[Any]) -> None:
    found = _by(rows, name)
    for parent in parents:
        _cache(parent)[relation] = found[parent.pk]


def _by(rows: Iterable[Any], name: str) -> defaultdict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _cache(row: Model) -> dict[str, Any]:
    """Where managers look first."""
    found: dict[str, Any] = vars(row).setdefault("_prefetched_objects_cache", {})
    return found
