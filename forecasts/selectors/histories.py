"""Questions as they stood at any past instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from forecasts.models import Amendment, Question, Resolution
from forecasts.models import resolutions as rulings
from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.statements import NEVER, UNKNOWN, Answer, Questions
from forecasts.selectors.clusters import cluster_positions
from forecasts.selectors.columns import Among, Columns, instant, microseconds, read_columns

# More ids than this are not sent: all rows are read, and the others left out.
MOST_IDS = 20_000
SHORT = 500
# What stands in a query where there is no time: outside all that can be recorded.
NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
_CODES = {
    rulings.Answer.YES: Answer.YES,
    rulings.Answer.NO: Answer.NO,
    rulings.Answer.AMBIGUOUS: Answer.AMBIGUOUS,
    rulings.Answer.ANNULLED: Answer.ANNULLED,
    rulings.Answer.REOPENED: Answer.OPEN,
}


@dataclass(frozen=True, slots=True)
class QuestionAt:
    """A question as it stood: its deadline, and whether it had no ruling."""

    pk: int
    deadline: datetime
    is_open: bool


def questions_at(question_ids: Iterable[int], *, as_of: datetime) -> dict[int, QuestionAt]:
    """Deadline and state by question, from the rows recorded by `as_of`."""
    ids = np.unique(np.array(list(question_ids), dtype=np.int64))
    rows = question_columns(ids, as_of=as_of, has_clusters=False)
    found = zip(ids.tolist(), rows.deadline.tolist(), rows.answer.tolist(), strict=True)
    return {
        pk: QuestionAt(pk, instant(deadline), answer == Answer.OPEN)
        for pk, deadline, answer in found
    }


def question_columns(question_ids: Integers, *, as_of: datetime, has_clusters: bool) -> Questions:
    """Opening, deadline, ruling and cluster of questions, from the rows recorded by `as_of`.

    question_ids: in rising order. has_clusters: where it does not matter, each question is one.
    """
    rows = read_about(
        question_ids,
        Question.objects.order_by("pk")
        .annotate(opening=Coalesce("opens_at", Value(NO_TIME)), is_moved=Exists(_moved(as_of)))
        .values_list("pk", "opening", "deadline", "is_moved"),
    )
    answer, known_at = _rulings(question_ids, as_of)
    cluster, n_conditions = question_ids, np.zeros_like(question_ids)
    if has_clusters:
        cluster, n_conditions = cluster_positions(question_ids, as_of=as_of)
    return Questions(
        order=question_ids,
        opens_at=_known(rows["opening"], otherwise=UNKNOWN),
        deadline=_before_amendment(rows["deadline"], question_ids, rows["is_moved"], as_of),
        known_at=known_at,
        answer=answer,
        cluster=cluster,
        n_conditions=n_conditions,
    )


def _known(times: Integers, *, otherwise: int) -> Integers:
    return np.where(times == microseconds(NO_TIME), otherwise, times)


def _rulings(ids: Integers, as_of: datetime) -> tuple[Integers, Integers]:
    cases = [When(answer=word, then=Value(int(code))) for word, code in _CODES.items()]
    rows = read_about(
        ids,
        Resolution.objects.in_force(as_of)
        .filter(resolved_at__lte=as_of)
        .order_by("resolved_at", "pk")
        .annotate(
            code=Case(*cases, output_field=IntegerField()),
            known=Coalesce("known_at", Value(NO_TIME)),
        )
        .values_list("question", "code", "known"),
    )
    answer, known_at = np.full(ids.size, Answer.OPEN, dtype=np.int64), np.full(ids.size, NEVER)
    # Of several rulings the last one stands: they come in that order.
    place = np.searchsorted(ids, rows["question"])
    answer[place], known_at[place] = rows["code"], _known(rows["known"], otherwise=NEVER)
    known_at[answer == Answer.OPEN] = NEVER
    return answer, known_at


def _moved(as_of: datetime) -> QuerySet[Amendment]:
    """What moved a question's deadline later than that."""
    moves = Amendment.objects.filter(field=Amendment.Field.DEADLINE, amended_at__gt=as_of)
    return moves.filter(question=OuterRef("pk"))


def _before_amendment(
    deadlines: Integers, ids: Integers, is_moved: Booleans, as_of: datetime
) -> Integers:
    moved = ids[is_moved]
    if not moved.size:
        return deadlines
    later = (
        Amendment.objects.filter(field=Amendment.Field.DEADLINE, amended_at__gt=as_of)
        .filter(_about(moved, "question"))
        .order_by("-amended_at", "-pk")
        .values_list("question", "before")
    )
    place = {pk: number for number, pk in enumerate(ids.tolist())}
    for question, before in later:
        if question in place:
            deadlines[place[question]] = microseconds(datetime.fromisoformat(before))
    return deadlines


def _about(ids: Integers, name: str) -> Q:
    return Q() if ids.size > MOST_IDS else Q(Among(name, ids.tolist()))


def read_about(ids: Integers, rows: QuerySet[Any, Any]) -> Columns:
    """Columns of the rows about these questions, whose ids come first in each.

    Of very many no list is sent: all rows are read, and the others left out here.
    """
    name = rows.query.values_select[0]
    found = read_columns(rows.filter(_about(ids, name)), is_short=ids.size <= SHORT)
    if ids.size <= MOST_IDS:
        return found
    is_about = np.isin(found[name], ids)
    return {column: values[is_about] for column, values in found.items()}
