"""What rows say about questions and experts: agreed on, numbered, put into order."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.track_files import NEVER, Questions, Statements
from forecasts.track_files.columns import AMBIGUOUS, ANNULLED
from tests.track_files.files import micro, problems_of_rows, read_rows

BOB = {"expert": "Bob"}


@pytest.mark.parametrize(
    ("column", "here", "there", "said_here", "said_there"),
    [
        ("outcome", "no", "1", "no", "yes"),
        ("outcome", "", "ambiguous", "nothing", "ambiguous"),
        ("family", "F", "", "'F'", "nothing"),
        ("open_at", "2026-01-02", "2026-01-01", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("deadline", "", "2026-01-01", "nothing", "2026-01-02T00:00:00Z"),
        ("known_at", "2026-01-02", "", "2026-01-02T00:00:00Z", "nothing"),
        ("topic", "B;A", "A", "'A; B'", "'A'"),
        ("conditions", "1", "0", "1", "0"),
    ],
)
def test_rows_of_a_question_agree(
    column: str, here: str, there: str, said_here: str, said_there: str
) -> None:
    assert problems_of_rows({column: there}, {column: here} | BOB) == [
        f"line 3, {column}: {said_here}, but line 2 said {said_there} of this question"
    ]


def test_spelling_of_an_agreed_fact_is_free() -> None:
    track = read_rows({"deadline": "2026-01-01"}, {"deadline": "2026-01-02T00:00Z"} | BOB)

    assert track.facts.deadline.tolist() == [micro(2026, 1, 2)]


def test_rows_of_an_expert_agree_on_synthetic() -> None:
    assert problems_of_rows({}, {"question": "Snow?", "synthetic": "true"}) == [
        "line 3, synthetic: true, but line 2 said false of this expert"
    ]


def test_question_does_not_mix_real_and_synthetic_experts() -> None:
    assert problems_of_rows({"synthetic": "yes"}, BOB) == [
        (
            "line 3, synthetic: false, but line 2 said true; "
            "a question takes real experts or synthetic ones"
        )
    ]


def test_synthetic_is_told_by_expert() -> None:
    track = read_rows({}, BOB | {"question": "Snow?", "synthetic": "1"})

    assert track.is_synthetic.tolist() == [False, True]


def test_question_opens_before_its_deadline() -> None:
    row = {"open_at": "2026-01-02", "deadline": "2026-01-01"}

    assert problems_of_rows(row, row | BOB) == [
        "line 2, open_at: 2026-01-02T00:00:00Z is not before the deadline, 2026-01-02T00:00:00Z"
    ]


def test_open_question_cannot_be_known() -> None:
    assert problems_of_rows({"outcome": "", "known_at": "2026-01-02"}) == [
        "line 2, known_at: is given, but the outcome is empty"
    ]


@pytest.mark.parametrize(("outcome", "answer"), [("ambiguous", AMBIGUOUS), ("annulled", ANNULLED)])
def test_known_at_of_an_unscored_question_is_ignored(outcome: str, answer: int) -> None:
    facts = read_rows({"outcome": outcome, "known_at": "2026-01-02"}).facts

    assert facts.answer.tolist() == [answer]
    assert facts.known_at.tolist() == [NEVER]


def test_known_at_is_kept_where_the_answer_is_scored() -> None:
    assert read_rows({"known_at": "2026-01-02"}).facts.known_at.tolist() == [micro(2026, 1, 2)]


def test_questions_of_a_family_are_a_cluster() -> None:
    rows = (
        {"question": "A", "family": "F"},
        {"question": "B"},
        {"question": "C", "family": "F"},
        {"question": "D", "family": "B"},
    )

    assert read_rows(*rows).facts.cluster.tolist() == [0, 1, 0, 3]


def test_questions_are_in_order_of_text() -> None:
    track = read_rows(*({"question": name} for name in ("10", "9", "x")))

    assert track.questions == ["10", "9", "x"]
    assert track.facts.order.tolist() == [0, 1, 2]


def test_questions_that_are_all_numbers_are_in_order_of_number() -> None:
    track = read_rows(*({"question": name} for name in ("10", "9", "007", "7")))

    assert track.questions == ["007", "7", "9", "10"]
    assert track.statements.question.tolist() == [3, 2, 0, 1]


_rows = st.lists(
    st.fixed_dictionaries(
        {
            "expert": st.sampled_from(["Ann", "Bob", "Cid"]),
            "question": st.sampled_from(["1", "2", "10", "11"]),
            "probability": st.sampled_from(["0.1", "0.25", "1"]),
            "forecast_at": st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-03T01:00Z"]),
            "withdrawn_at": st.sampled_from(["", "2026-02-01"]),
        }
    ),
    unique_by=lambda row: (row["expert"], row["question"], row["forecast_at"]),
    min_size=1,
    max_size=12,
)


def _with_facts(row: Mapping[str, str]) -> dict[str, str]:
    family = {"1": "F", "10": "F"}.get(row["question"], "")
    return {**row, "family": family, "topic": row["question"], "deadline": "2026-12-31"}


@settings(deadline=None)
@given(_rows, st.randoms(use_true_random=False))
def test_order_of_rows_shows_in_the_order_of_statements_only(
    rows: list[dict[str, str]], random: Random
) -> None:
    given_rows = [_with_facts(row) for row in rows]
    shuffled = given_rows.copy()
    random.shuffle(shuffled)

    one, other = read_rows(*given_rows), read_rows(*shuffled)

    assert (one.experts, one.questions, one.topics) == (
        other.experts,
        other.questions,
        other.topics,
    )
    for name in Questions.__slots__:
        assert np.array_equal(getattr(one.facts, name), getattr(other.facts, name))
    assert _as_set(one.statements) == _as_set(other.statements)


@settings(deadline=None)
@given(_rows)
def test_what_is_read_is_what_was_written(rows: list[dict[str, str]]) -> None:
    track = read_rows(*rows)

    said = track.statements.where(~track.statements.is_withdrawal)
    read_back = [
        (track.experts[expert], track.questions[question], ppm)
        for expert, question, ppm in zip(said.expert, said.question, said.ppm, strict=True)
    ]
    assert read_back == [
        (row["expert"], row["question"], round(float(row["probability"]) * 1_000_000))
        for row in rows
    ]
    assert len(track.statements) - len(said) == sum(bool(row["withdrawn_at"]) for row in rows)


def _as_set(statements: Statements) -> set[tuple[int, ...]]:
    names = [name for name in Statements.__slots__ if name != "order"]
    return set(zip(*(getattr(statements, name).tolist() for name in names), strict=True))
