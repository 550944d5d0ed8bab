"""Questions as they stood at any past instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db.models import (
    Case,
    DateTimeField,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from forecasts.models import Amendment, Question, Resolution
from forecasts.models import resolutions as rulings
from forecasts.scoring.arrays import Integers
from forecasts.scoring.statements import NEVER, UNKNOWN, Answer, Questions
from forecasts.selectors.clusters import cluster_positions
from forecasts.selectors.columns import FAR, Among, Columns, instant, microseconds, read_columns
from forecasts.selectors.compiled_queries import read_compiled

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


def question_columns(
    question_ids: Integers, *, as_of: datetime, has_clusters: bool, is_all: bool = False
) -> Questions:
    """Opening, deadline, ruling and cluster of questions, from the rows recorded by `as_of`.

    question_ids: in rising order. has_clusters: where it does not matter, each question is one.
    is_all: whether these are nearly all there are.
    """
    found = _read_ruled(question_ids, as_of)
    # Of several rulings the last one stands: they come in that order.
    place = np.searchsorted(question_ids, found.pop("pk"))
    columns = {name: np.zeros_like(question_ids) for name in found}
    for name, column in columns.items():
        column[place] = found[name]
    clusters = None
    if has_clusters:
        clusters = cluster_positions(question_ids, as_of=as_of, is_all=is_all)
    return _questions(question_ids, **columns, clusters=clusters)


def _read_ruled(question_ids: Integers, as_of: datetime) -> Columns:
    if question_ids.size > MOST_IDS:
        return read_about(question_ids, _ruled_questions(as_of))
    return read_compiled(_ruled_among, question_ids=question_ids.tolist(), as_of=as_of)


def _ruled_among(*, question_ids: Sequence[int], as_of: datetime) -> QuerySet[Any, Any]:
    return _ruled_questions(as_of).filter(Among("pk", question_ids))


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
    answer, known = np.full(ids.size, Answer.OPEN, dtype=np.int64), np.full(ids.size, NEVER)
    # Of several rulings the last one stands: they come in that order.
    place = np.searchsorted(ids, rows.ruled["question"])
    answer[place] = rows.ruled["code"]
    known[place] = rows.ruled["known"]
    deadlines = _unamended(rows.asked["deadline"], ids, rows.amended)
    return _questions(
        ids,
        opening=rows.asked["opening"],
        due=deadlines,
        code=answer,
        known=known,
        clusters=clusters,
    )


def _questions(
    ids: Integers,
    *,
    opening: Integers,
    due: Integers,
    code: Integers,
    known: Integers,
    clusters: tuple[Integers, Integers] | None,
) -> Questions:
    known_at = _known(known, otherwise=NEVER)
    known_at[code == Answer.OPEN] = NEVER
    cluster, n_conditions = (ids, np.zeros_like(ids)) if clusters is None else clusters
    return Questions(
        order=ids,
        opens_at=_known(opening, otherwise=UNKNOWN),
        deadline=due,
        known_at=known_at,
        answer=code,
        cluster=cluster,
        n_conditions=n_conditions,
    )


def _known(times: Integers, *, otherwise: int) -> Integers:
    return np.where(times == microseconds(NO_TIME), otherwise, times)


class Written(Func):
    """A moment that is written in a column of text."""

    template = "CAST(%(expressions)s AS timestamptz)"
    arity = 1
    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Text, as all moments are there."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


def _ruled_questions(as_of: datetime) -> QuerySet[Any, Any]:
    """Questions with the deadline and the ruling that they had then."""
    stood = Q(resolutions__superseded_at=None) | Q(resolutions__superseded_at__gt=as_of)
    then = FilteredRelation("resolutions", condition=Q(resolutions__resolved_at__lte=as_of) & stood)
    moves = Amendment.objects.filter(
        question=OuterRef("pk"), field=Amendment.Field.DEADLINE, amended_at__gt=as_of
    )
    before = moves.order_by("amended_at", "pk").values(moment=Written("before"))[:1]
    return (
        Question.objects.annotate(ruling=then)
        .order_by("pk", "ruling__resolved_at", "ruling__pk")
        .annotate(
            opening=Coalesce("opens_at", Value(NO_TIME)),
            due=Coalesce(Subquery(before), "deadline", output_field=DateTimeField()),
            code=_code("ruling__answer"),
            known=Coalesce("ruling__known_at", Value(NO_TIME)),
        )
        .values_list("pk", "opening", "due", "code", "known")
    )


def asked_columns() -> QuerySet[Any, Any]:
    """What is read of the questions themselves."""
    opening = Coalesce("opens_at", Value(NO_TIME))
    rows = Question.objects.order_by("pk").annotate(opening=opening)
    return rows.values_list("pk", "opening", "deadline")


def ruled_columns(rulings: QuerySet[Resolution], *names: str) -> QuerySet[Any, Any]:
    """What is read of rulings, in the order in which they were made."""
    return (
        rulings.order_by("resolved_at", "pk")
        .annotate(
            code=_code("answer"),
            known=Coalesce("known_at", Value(NO_TIME)),
            ends_at=Coalesce("superseded_at", Value(FAR)),
        )
        .values_list("question", "code", "known", *names)
    )


def _code(name: str) -> Case:
    """The answer of a ruling as a number; without one, the question is open."""
    cases = [When(Q((name, word)), then=Value(int(code))) for word, code in _CODES.items()]
    return Case(*cases, default=Value(int(Answer.OPEN)), output_field=IntegerField())


def read_amendments(ids: Integers, *, since: datetime) -> list[tuple[int, str, datetime]]:
    """Question, earlier deadline and time of each amendment after `since`, newest first."""
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


def read_about(ids: Integers, rows: QuerySet[Any, Any], *others: QuerySet[Any, Any]) -> Columns:
    """Columns of the rows about these questions, whose ids come first in each.

    others: with the same columns, read by the same query.

    Of very many no list is sent: all rows are read, and the others left out here.
    """
    name = rows.query.values_select[0]
    near = [one.filter(about(ids, one.query.values_select[0])) for one in (rows, *others)]
    joined = near[0].union(*near[1:], all=True) if others else near[0]
    found = read_columns(joined, is_short=ids.size <= SHORT)
    if ids.size <= MOST_IDS:
        return found
    is_about = np.isin(found[name], ids)
    return {column: values[is_about] for column, values in found.items()}
