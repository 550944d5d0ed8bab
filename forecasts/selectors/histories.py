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
from forecasts.scoring.arrays import Integers
from forecasts.scoring.statements import NEVER, UNKNOWN, Answer, Questions
from forecasts.selectors.clusters import cluster_positions
from forecasts.selectors.columns import FAR, Among, Columns, instant, microseconds, read_columns

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
    asked = read_about(question_ids, asked_columns(is_moved=Exists(_moved(as_of))))
    moved = question_ids[asked["is_moved"]]
    rows = QuestionRows(
        asked=asked,
        ruled=read_about(question_ids, ruled_columns(rulings_at(as_of))),
        amended=read_amended(moved, since=as_of) if moved.size else (),
    )
    clusters = cluster_positions(question_ids, as_of=as_of) if has_clusters else None
    return questions_of(question_ids, rows, clusters)


@dataclass(frozen=True, slots=True, eq=False)
class QuestionRows:
    """What is read of questions, in their order, and of rulings, in the order of their making.

    amended: question and earlier deadline of all amendments after an instant, newest first.
    """

    asked: Columns
    ruled: Columns
    amended: Iterable[tuple[int, str]]


def questions_of(
    ids: Integers, rows: QuestionRows, clusters: tuple[Integers, Integers] | None = None
) -> Questions:
    """The questions of these rows. ids: in rising order; clusters: without them, each is one."""
    answer, known_at = np.full(ids.size, Answer.OPEN, dtype=np.int64), np.full(ids.size, NEVER)
    # Of several rulings the last one stands: they come in that order.
    place = np.searchsorted(ids, rows.ruled["question"])
    answer[place] = rows.ruled["code"]
    known_at[place] = _known(rows.ruled["known"], otherwise=NEVER)
    known_at[answer == Answer.OPEN] = NEVER
    cluster, n_conditions = (ids, np.zeros_like(ids)) if clusters is None else clusters
    return Questions(
        order=ids,
        opens_at=_known(rows.asked["opening"], otherwise=UNKNOWN),
        deadline=_unamended(rows.asked["deadline"], ids, rows.amended),
        known_at=known_at,
        answer=answer,
        cluster=cluster,
        n_conditions=n_conditions,
    )


def _known(times: Integers, *, otherwise: int) -> Integers:
    return np.where(times == microseconds(NO_TIME), otherwise, times)


def asked_columns(**more: Exists) -> QuerySet[Any, Any]:
    """What is read of the questions themselves, and more."""
    return (
        Question.objects.order_by("pk")
        .annotate(opening=Coalesce("opens_at", Value(NO_TIME)), **more)
        .values_list("pk", "opening", "deadline", *more)
    )


def rulings_at(as_of: datetime) -> QuerySet[Resolution]:
    """The rulings that stood."""
    return Resolution.objects.in_force(as_of).filter(resolved_at__lte=as_of)


def ruled_columns(rulings: QuerySet[Resolution], *names: str) -> QuerySet[Any, Any]:
    """What is read of rulings, in the order in which they were made."""
    cases = [When(answer=word, then=Value(int(code))) for word, code in _CODES.items()]
    return (
        rulings.order_by("resolved_at", "pk")
        .annotate(
            code=Case(*cases, output_field=IntegerField()),
            known=Coalesce("known_at", Value(NO_TIME)),
            ends_at=Coalesce("superseded_at", Value(FAR)),
        )
        .values_list("question", "code", "known", *names)
    )


def _moved(as_of: datetime) -> QuerySet[Amendment]:
    """What moved a question's deadline later than that."""
    moves = Amendment.objects.filter(field=Amendment.Field.DEADLINE, amended_at__gt=as_of)
    return moves.filter(question=OuterRef("pk"))


def read_amended(ids: Integers, *, since: datetime) -> list[tuple[int, str]]:
    """Question and earlier deadline of each amendment after `since`, newest first."""
    return [(question, before) for question, before, _ in read_amendments(ids, since=since)]


def read_amendments(ids: Integers, *, since: datetime) -> list[tuple[int, str, datetime]]:
    """The same with the time of each."""
    rows = Amendment.objects.filter(field=Amendment.Field.DEADLINE, amended_at__gt=since)
    newest = rows.filter(about(ids, "question")).order_by("-amended_at", "-pk")
    return list(newest.values_list("question", "before", "amended_at"))


def _unamended(deadlines: Integers, ids: Integers, later: Iterable[tuple[int, str]]) -> Integers:
    place = {pk: number for number, pk in enumerate(ids.tolist())}
    for question, before in later:
        if question in place:
            deadlines[place[question]] = microseconds(datetime.fromisoformat(before))
    return deadlines


def about(ids: Integers, name: str) -> Q:
    """Those whose column is among the ids; all, where there are very many."""
    return Q() if ids.size > MOST_IDS else Q(Among(name, ids.tolist()))


def read_about(ids: Integers, rows: QuerySet[Any, Any]) -> Columns:
    """Columns of the rows about these questions, whose ids come first in each.

    Of very many no list is sent: all rows are read, and the others left out here.
    """
    name = rows.query.values_select[0]
    found = read_columns(rows.filter(about(ids, name)), is_short=ids.size <= SHORT)
    if ids.size <= MOST_IDS:
        return found
    is_about = np.isin(found[name], ids)
    return {column: values[is_about] for column, values in found.items()}
