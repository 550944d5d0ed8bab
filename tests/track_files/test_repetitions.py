"""Rows of one expert on one question: updates are kept, repetitions refused."""

import pytest

from tests.track_files.files import problems_of_rows, read_rows

TIMED = {"forecast_at": "2026-01-01"}
LATER = {"forecast_at": "2026-02-01"}


@pytest.mark.parametrize("probability", ["0.7", "0.8"])
def test_without_times_a_second_row_is_a_duplicate(probability: str) -> None:
    assert problems_of_rows({}, {"expert": "Bob"}, {"probability": probability}) == [
        (
            "line 4, question: line 2 has the same expert and question; without forecast_at one "
            "row is allowed"
        )
    ]


def test_with_times_a_later_row_is_an_update() -> None:
    rows = (TIMED, LATER, TIMED | {"probability": "0.8"}, TIMED | {"recorded_at": "2026-01-02"})

    assert len(read_rows(*rows).statements) == len(rows)


@pytest.mark.parametrize(
    "row",
    [TIMED, {"probability": "", "withdrawn_at": "2026-01-01"}],
    ids=["forecast", "withdrawal"],
)
def test_same_times_and_probability_are_a_duplicate(row: dict[str, str]) -> None:
    assert problems_of_rows(row, LATER, row, row) == [
        "line 4, question: line 2 has the same expert, question, times and probability",
        "line 5, question: line 4 has the same expert, question, times and probability",
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"low": "0.5"},
        {"high": "0.8"},
        {"coding": "inferred"},
        {"date_basis": "inferred"},
    ],
    ids=lambda row: next(iter(row)),
)
def test_what_a_row_says_differently_is_no_duplicate(other: dict[str, str]) -> None:
    assert len(read_rows(TIMED, TIMED | other).statements) == 2
    assert len(problems_of_rows(TIMED | other, TIMED, TIMED | other)) == 1


def test_forecast_and_withdrawal_of_one_instant_are_no_duplicates() -> None:
    words = TIMED | {"probability": "", "coding": "inferred"}
    withdrawal = {"probability": "", "withdrawn_at": "2026-01-01"}

    assert read_rows(words, withdrawal).statements.is_withdrawal.tolist() == [False, True]


def test_timed_and_untimed_rows_do_not_mix() -> None:
    assert problems_of_rows(LATER, {"expert": "Bob"}, TIMED, {}) == [
        (
            "line 5, forecast_at: is given here or on line 2, but not on both; an expert's rows on "
            "a question are alike"
        )
    ]


def test_another_expert_or_question_is_no_repetition() -> None:
    track = read_rows({}, {"expert": "Bob"}, {"question": "Snow?"}, {"expert": "Rain?"})

    assert len(track.statements) == 4
