"""Our own recomputations from the normalized tables: all experts, one, and fifty."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from benchmarks.harness import Bench, Work, line
from forecasts.models import Forecast, Question, QuestionComparison, Resolution
from forecasts.scoring import EVERYTHING, Tally
from forecasts.scoring.arrays import Integers
from forecasts.scoring.packed_rows import PackedRow, packed_rows
from forecasts.selectors.columns import Ppm, read_columns
from forecasts.selectors.question_comparisons import comparisons_for, computed_questions
from forecasts.selectors.scores import NO_TOPICS, expert_scores, tally_of, topics_of
from forecasts.selectors.statements import Said, statements_at
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.rulings import record_ruling
from forecasts.services.scorecards import recompute_scorecards

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)  # bench.as_of()
ONE = 20
EXPERTS_AT_ONCE = 2_000
EXPERTS = """
SELECT id FROM forecasts_expert ORDER BY bench.uniform(id, 82) LIMIT %s
"""


def tallied(said: Said, *, n_experts: int, is_alone: bool) -> Tally:
    return tally_of(
        said, NO_TOPICS, n_experts=n_experts, as_of=AS_OF, options=EVERYTHING, is_alone=is_alone
    )


def everybody() -> Iterator[tuple[list[int], list[PackedRow]]]:
    """The packed rows of all experts, so many at a time that their arrays stay in the caches."""
    said = statements_at(None, as_of=AS_OF, has_clusters=False)
    part = (said.statements.expert // EXPERTS_AT_ONCE).astype(np.uint16)
    order = np.argsort(part, kind="stable")
    n_parts = -(-said.expert_ids.size // EXPERTS_AT_ONCE)
    ends = np.searchsorted(part[order], np.arange(n_parts + 1))
    for number, (begin, end) in enumerate(pairwise(ends.tolist())):
        first = number * EXPERTS_AT_ONCE
        ids = said.expert_ids[first : first + EXPERTS_AT_ONCE].tolist()
        rows = said.statements.where(order[begin:end])
        own = replace(said, statements=replace(rows, expert=rows.expert - first))
        yield ids, packed_rows(tallied(own, n_experts=len(ids), is_alone=True).records)


@line("packing", "Hindcast: the packed rows of all from the tables", limit="standing", rounds=1)
def packing(_: Bench) -> Work:
    def work() -> None:
        for _ in everybody():
            pass

    return work


@line(
    "comparing",
    "Hindcast: the same with times, others and clusters (relative, peer, time)",
    limit="standing",
    rounds=1,
)
def comparing(_: Bench) -> Work:
    def work() -> None:
        said = statements_at(None, as_of=AS_OF)
        found = tallied(said, n_experts=said.expert_ids.size, is_alone=False)
        found.records  # noqa: B018  (a cached property)

    return work


def answered() -> Integers:
    rows = Question.objects.filter(Exists(Forecast.objects.filter(question=OuterRef("pk"))))
    return np.array(rows.order_by("pk").values_list("pk", flat=True))


def decided() -> QuerySet[Question]:
    rulings = Resolution.objects.in_force().filter(answer__in=("yes", "no"))
    return Question.objects.filter(pk__in=rulings.values("question"))


@line(
    "questions",
    "Hindcast: the comparisons of all questions from the tables",
    limit="standing",
    rounds=1,
)
def questions(_: Bench) -> Work:
    ids = answered()

    def work() -> None:
        computed_questions(ids, as_of=AS_OF)

    return work


def some_experts(bench: Bench) -> list[int]:
    with bench.connect() as connection:
        return [pk for (pk,) in connection.execute(EXPERTS, [ONE])]


def read_statements(rows: QuerySet[Forecast]) -> None:
    read_columns(
        rows.order_by("pk")
        .annotate(
            low_ppm=Coalesce(Ppm("low"), -1),
            ppm=Coalesce(Ppm("probability"), -1),
            high_ppm=Coalesce(Ppm("high"), -1),
        )
        .values_list(
            "pk", "expert", "question", "stated_at", "recorded_at", "low_ppm", "ppm", "high_ppm"
        )
    )


def one_by_one(bench: Bench, do: Callable[[int], object]) -> Work:
    """For one expert after the other, in a process that has done it before, as a worker has."""
    ids = some_experts(bench)
    do(ids[0])

    def work() -> None:
        for pk in ids:
            do(pk)

    return work


def read_own(pk: int) -> None:
    read_statements(Forecast.objects.filter(expert=pk))


def read_shared(pk: int) -> None:
    own = Forecast.objects.filter(expert=pk).values("question")
    read_statements(Forecast.objects.filter(question__in=own))


def read_sources(pk: int) -> None:
    said = statements_at([pk], as_of=AS_OF, is_alone=True)
    comparisons_for(said, as_of=AS_OF)
    topics_of(said.question_ids)


def recompute(pk: int) -> None:
    expert_scores([pk], as_of=AS_OF, band=False, is_kept=True)


@line("rows", f"Reading the forecasts of {ONE} experts, one after the other")
def rows(bench: Bench) -> Work:
    return one_by_one(bench, read_own)


@line("shared", f"Reading all forecasts on the questions of {ONE} experts", limit="rows")
def shared(bench: Bench) -> Work:
    return one_by_one(bench, read_shared)


@line("sources", f"Hindcast: reading all that {ONE} experts are scored from", limit="rows")
def sources(bench: Bench) -> Work:
    return one_by_one(bench, read_sources)


@line("kept", f"Hindcast: {ONE} experts recomputed one after the other", limit="rows")
def kept(bench: Bench) -> Work:
    return one_by_one(bench, recompute)


@line(
    "one",
    f"Hindcast: {ONE} experts recomputed, after a question of each was touched and compared anew",
    limit="rows",
)
def one(bench: Bench) -> Work:
    recomputed = one_by_one(bench, recompute)
    transaction.set_autocommit(False)  # never committed: the process ends
    for pk in some_experts(bench):
        touched = decided().filter(forecasts__expert=pk).order_by("pk").values("pk")[:1]
        QuestionComparison.objects.filter(question__in=touched).update(statistics_version=0)

    def work() -> None:
        while recompute_comparisons(as_of=AS_OF, limit=1):
            pass
        recomputed()

    return work


@line(
    "ruling",
    "Hindcast: a question that about 50 answered is ruled, and all recomputed and stored",
    limit="rows",
)
def ruling(_: Bench) -> Work:
    question = (
        Question.objects.unresolved()
        .annotate(n=Count("forecasts__expert", distinct=True))
        .filter(n__gte=50)
        .order_by("n", "pk")[0]
    )

    def work() -> None:
        with transaction.atomic():
            record_ruling(
                question=question,
                answer="yes",
                basis="lead",
                known_at=AS_OF,
                reason="Measured",
                as_of=AS_OF,
            )
            assert recompute_comparisons(as_of=AS_OF) == 1
            while recompute_scorecards(as_of=AS_OF):
                pass
            transaction.set_rollback(True)

    return work
