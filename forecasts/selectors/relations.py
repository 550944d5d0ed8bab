"""Rows of other tables put beside the rows of a page, by one query for all.

As `prefetch_related` does, which makes a manager and a query for each row and asks neither: for
fifty rows that takes longer than all the rest. What `all()` gives is a list here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, Q

from forecasts.models import Coding, Evidence, Forecast, Question, Resolution, Verdict
from forecasts.selectors.rulings import ruling_in_force


def with_rulings(question: Question) -> None:
    """Put `resolutions` beside a question."""
    _attach([question], "resolutions", "question_id", Resolution.objects.filter(question=question))


def with_codings(forecasts: Sequence[Forecast]) -> None:
    """Put `codings` beside forecasts, with what they were read with.

    Of what was stated as a number there are none, and nobody is asked.
    """
    inferred = [row for row in forecasts if row.basis == Forecast.Basis.INFERRED]
    found = Coding.objects.filter(forecast__in=inferred)
    codings = found.select_related("lexicon_phrase__lexicon") if inferred else ()
    _attach(forecasts, "codings", "forecast_id", codings)


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
