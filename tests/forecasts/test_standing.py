"""Which forecast stands, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasts.selectors.standing import Fate, QuestionAt, Ruling, Statement, standing_forecast

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
DEADLINE = START + 30 * DAY
YES = Ruling("yes", DEADLINE)
QUESTION = QuestionAt(pk=1, opens_at=None, deadline=DEADLINE, ruling=YES)
SAID = Statement(
    pk=1,
    is_withdrawal=False,
    is_inferred=False,
    stated_at=START,
    recorded_at=START,
    proves_its_date=True,
    numbers=(700_000, 700_000, 700_000),
)


def fate(
    *statements: Statement, question: QuestionAt = QUESTION, as_of: datetime = DEADLINE
) -> Fate:
    standing = standing_forecast(statements, question, as_of=as_of)
    assert standing is not None
    return standing.fate


def test_nothing_said_is_nothing_standing() -> None:
    assert standing_forecast([], QUESTION, as_of=DEADLINE) is None


def test_last_statement_before_the_end_stands() -> None:
    update = replace(SAID, pk=2, stated_at=START + 5 * DAY)
    too_late = replace(SAID, pk=3, stated_at=DEADLINE)

    standing = standing_forecast([too_late, update, SAID], QUESTION, as_of=DEADLINE)

    assert standing is not None
    assert (standing.statement, standing.fate) == (update, Fate.SCORED)


def test_of_two_at_one_instant_the_later_row_stands() -> None:
    again = replace(SAID, pk=2)

    standing = standing_forecast([again, SAID], QUESTION, as_of=DEADLINE)

    assert standing is not None
    assert standing.statement is again


def test_statement_before_the_opening_counts_from_it() -> None:
    question = replace(QUESTION, opens_at=START + 10 * DAY)
    early = replace(SAID, pk=2, stated_at=START + DAY, recorded_at=START + DAY)

    standing = standing_forecast([early, SAID], question, as_of=DEADLINE)

    assert standing is not None
    assert (standing.statement, standing.fate) == (early, Fate.SCORED)


@pytest.mark.parametrize(
    ("stated_at", "expected"),
    [
        (START + 9 * DAY, Fate.SCORED),
        (START + 10 * DAY, Fate.TOO_LATE),
        (START + 11 * DAY, Fate.TOO_LATE),
    ],
)
def test_statement_must_precede_the_knowledge(stated_at: datetime, expected: Fate) -> None:
    question = replace(QUESTION, ruling=Ruling("yes", START + 10 * DAY))
    said = replace(SAID, stated_at=stated_at, recorded_at=stated_at)

    assert fate(said, question=question) is expected


def test_ruling_before_the_deadline_counts_only_at_the_deadline() -> None:
    question = replace(QUESTION, ruling=Ruling("yes", START + 10 * DAY))

    assert fate(SAID, question=question, as_of=DEADLINE - DAY) is Fate.EARLY
    assert fate(SAID, question=question, as_of=DEADLINE) is Fate.SCORED


@pytest.mark.parametrize("answer", ["ambiguous", "annulled"])
def test_undecided_rulings_are_not_scored(answer: str) -> None:
    question = replace(QUESTION, ruling=Ruling(answer, None))

    assert fate(SAID, question=question) is Fate(answer)


def test_question_without_a_ruling_leaves_the_forecast_open() -> None:
    assert fate(SAID, question=replace(QUESTION, ruling=None)) is Fate.OPEN


def test_withdrawal_ends_the_standing() -> None:
    withdrawal = replace(SAID, pk=2, is_withdrawal=True, stated_at=START + DAY, numbers=None)

    assert fate(SAID, withdrawal) is Fate.WITHDRAWN


def test_forecast_after_a_withdrawal_stands_again() -> None:
    withdrawal = replace(SAID, pk=2, is_withdrawal=True, stated_at=START + DAY, numbers=None)
    anew = replace(SAID, pk=3, stated_at=START + 2 * DAY)

    assert fate(SAID, withdrawal, anew) is Fate.SCORED


def test_words_without_an_adopted_range_are_not_scored() -> None:
    assert fate(replace(SAID, is_inferred=True, numbers=None)) is Fate.NOT_ADOPTED


@pytest.mark.parametrize(
    ("proves_its_date", "expected", "is_late"),
    [(True, Fate.SCORED, True), (False, Fate.DATE_UNPROVEN, True)],
)
def test_row_recorded_after_the_knowledge_needs_a_proven_date(
    proves_its_date: bool,
    expected: Fate,
    is_late: bool,
) -> None:
    late = replace(SAID, recorded_at=DEADLINE + DAY, proves_its_date=proves_its_date)

    standing = standing_forecast([late], QUESTION, as_of=DEADLINE + DAY)

    assert standing is not None
    assert (standing.fate, standing.is_coded_after_known) == (expected, is_late)


def test_row_recorded_before_the_knowledge_needs_no_proof() -> None:
    assert fate(replace(SAID, proves_its_date=False)) is Fate.SCORED


def test_range_adopted_after_the_knowledge_is_flagged() -> None:
    said = replace(SAID, is_inferred=True, adopted_at=DEADLINE + DAY)

    standing = standing_forecast([said], QUESTION, as_of=DEADLINE + DAY)

    assert standing is not None
    assert (standing.fate, standing.is_coded_after_known) == (Fate.SCORED, True)


@pytest.mark.parametrize("is_withdrawal", [True, False])
def test_late_row_with_an_unproven_date_displaces_nothing(is_withdrawal: bool) -> None:
    late = replace(
        SAID,
        pk=2,
        is_withdrawal=is_withdrawal,
        stated_at=START + DAY,
        recorded_at=DEADLINE + DAY,
        proves_its_date=False,
    )

    standing = standing_forecast([SAID, late], QUESTION, as_of=DEADLINE)

    assert standing is not None
    assert (standing.statement, standing.fate) == (SAID, Fate.SCORED)
    assert standing.unproven == {2}
    assert fate(late) is Fate.DATE_UNPROVEN
    assert fate(SAID, replace(late, proves_its_date=True)) in {Fate.WITHDRAWN, Fate.SCORED}
