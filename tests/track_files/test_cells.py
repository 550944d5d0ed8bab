"""Cells: what each column takes, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.models import fields
from forecasts.track_files import ABSENT, NEVER, UNKNOWN, times
from forecasts.track_files.cells import BAD, MOST_REMEMBERED, Column, Names, columns, name, topics
from forecasts.track_files.columns import AMBIGUOUS, ANNULLED, NO, OPEN, YES
from tests.track_files.files import micro, problems_of_rows, read, read_rows


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        *((text, YES) for text in ("yes", "YES", "1", "true", "True")),
        *((text, NO) for text in ("no", "No", "0", "false", "FALSE")),
        ("Ambiguous", AMBIGUOUS),
        ("annulled", ANNULLED),
        ("", OPEN),
        (" ", OPEN),
    ],
)
def test_outcome_is_read_in_any_case(outcome: str, answer: int) -> None:
    assert read_rows({"outcome": outcome}).facts.answer.tolist() == [answer]


@pytest.mark.parametrize(
    ("probability", "ppm"),
    [("0", 0), ("1", 1_000_000), ("1e-3", 1_000), (" .7 ", 700_000), ("0.123456", 123_456)],
)
def test_probability_is_read_exactly(probability: str, ppm: int) -> None:
    assert read_rows({"probability": probability}).statements.ppm.tolist() == [ppm]


@pytest.mark.parametrize("column", ["probability", "low", "high"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.2", "1.2 is outside [0, 1]"),
        ("-0.1", "-0.1 is outside [0, 1]"),
        ("0.1234567", "0.1234567 has more than 6 decimals"),
        ("NaN", "NaN is not a finite number"),
        ("inf", "inf is not a finite number"),
        ("70%", "'70%' is not a number"),
        ("likely", "'likely' is not a number"),
    ],
)
def test_what_is_no_probability_is_refused(column: str, text: str, reason: str) -> None:
    assert problems_of_rows({column: text}) == [f"line 2, {column}: {reason}"]


def test_empty_bounds_are_the_probability() -> None:
    statements = read_rows({"low": "", "high": "0.9"}).statements

    assert statements.low.tolist() == [700_000]
    assert statements.high.tolist() == [900_000]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"low": "0.8"}, "line 2, low: 0.8 is above the probability, 0.7"),
        ({"high": "0.6"}, "line 2, high: 0.6 is below the probability, 0.7"),
    ],
)
def test_bounds_enclose_the_probability(row: dict[str, str], problem: str) -> None:
    assert problems_of_rows(row) == [problem]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00Z", micro(2026, 3, 1, 12)),
        ("2026-03-01 12:00+01:00", micro(2026, 3, 1, 11)),
        ("2026-03-01", micro(2026, 3, 1)),
        ("", UNKNOWN),
    ],
)
def test_time_is_a_date_or_has_a_zone(text: str, moment: int) -> None:
    assert read_rows({"forecast_at": text}).statements.stated_at.tolist() == [moment]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", micro(2026, 3, 2)),
        ("2026-03-01T12:00:00Z", micro(2026, 3, 1, 12)),
        ("", NEVER),
    ],
)
def test_bare_date_as_deadline_means_the_end_of_the_day(text: str, moment: int) -> None:
    assert read_rows({"deadline": text}).facts.deadline.tolist() == [moment]


@pytest.mark.parametrize(
    "column",
    ["forecast_at", "withdrawn_at", "recorded_at", "adopted_at", "open_at", "deadline", "known_at"],
)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "2026-03-01T12:00",
            "'2026-03-01T12:00' has no zone; add Z or an offset such as +01:00",
        ),
        ("1 March 2026", "'1 March 2026' is not a time; write 2026-03-01, or 2026-03-01T12:00:00Z"),
        ("2026-02-30", "'2026-02-30' is not a time; write 2026-03-01, or 2026-03-01T12:00:00Z"),
        ("1989-12-31", "times lie between the years 1990 and 2200"),
        ("2200-01-02", "times lie between the years 1990 and 2200"),
    ],
)
def test_what_is_no_time_is_refused(column: str, text: str, reason: str) -> None:
    assert problems_of_rows({column: text}) == [f"line 2, {column}: {reason}"]


def test_times_have_the_limits_of_the_database() -> None:
    assert (times._EARLIEST, times._LATEST) == (fields.EARLIEST, fields.LATEST)


@given(st.datetimes(times._EARLIEST.replace(tzinfo=None), times._LATEST.replace(tzinfo=None)))
def test_time_is_written_as_it_is_read(moment: object) -> None:
    text = f"{moment}Z"

    assert times.instant(times.iso(times.instant(text))) == times.instant(text)


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("coding", "guessed", "'guessed' is none of stated, inferred"),
        ("date_basis", "known", "'known' is none of printed, archived, inferred"),
        ("synthetic", "maybe", "'maybe' is none of yes, true, 1, no, false, 0"),
        ("conditions", "-1", "'-1' is not a whole number from 0 to 1,000"),
        ("conditions", "1.5", "'1.5' is not a whole number from 0 to 1,000"),
        ("conditions", "1001", "'1001' is not a whole number from 0 to 1,000"),
    ],
)
def test_other_words_are_refused_with_the_choices(column: str, text: str, reason: str) -> None:
    assert problems_of_rows({column: text}) == [f"line 2, {column}: {reason}"]


@pytest.mark.parametrize(
    ("basis", "proves"),
    [("", True), ("printed", True), ("Archived", True), ("inferred", False)],
)
def test_only_an_inferred_date_proves_nothing(basis: str, proves: bool) -> None:
    assert read_rows({"date_basis": basis}).statements.proves_its_date.tolist() == [proves]


@pytest.mark.parametrize(
    ("coding", "inferred"), [("", False), ("stated", False), ("Inferred", True)]
)
def test_coding_is_stated_unless_it_says_inferred(coding: str, inferred: bool) -> None:
    assert read_rows({"coding": coding}).statements.is_inferred.tolist() == [inferred]


def test_conditions_are_counted_and_none_by_default() -> None:
    assert read_rows({"conditions": "2"}).facts.n_conditions.tolist() == [2]
    assert read_rows({"conditions": ""}).facts.n_conditions.tolist() == [0]


def test_topics_are_separated_by_semicolons_and_sorted() -> None:
    track = read_rows({"topic": "Weather; Farming;"}, {"question": "Snow?"})

    assert track.topics == [("Farming", "Weather"), ()]


def test_columns_left_out_read_as_if_they_were_empty() -> None:
    plain = read("expert,question,probability,outcome\nAnn,Rain?,0.7,yes\n")

    assert plain.statements.stated_at.tolist() == [UNKNOWN]
    assert plain.statements.recorded_at.tolist() == [UNKNOWN]
    assert plain.statements.is_withdrawal.tolist() == [False]
    assert plain.statements.proves_its_date.tolist() == [True]
    assert plain.is_synthetic.tolist() == [False]
    assert plain.facts.opens_at.tolist() == [UNKNOWN]
    assert plain.facts.known_at.tolist() == [NEVER]
    assert plain.topics == [()]


def test_column_does_not_remember_without_limit() -> None:
    column = Column(int)

    values = column.values_of([str(number) for number in range(MOST_REMEMBERED + 10)])

    assert values.tolist() == list(range(MOST_REMEMBERED + 10))
    assert len(column) == 10


@given(st.text(max_size=40), st.data())
def test_no_text_breaks_a_reader(text: str, data: st.DataObject) -> None:
    names = {column: Names(name) for column in ("expert", "question", "family")}
    readers = columns(names, Names(topics))
    reader = readers[data.draw(st.sampled_from(sorted(readers)))]

    (value,) = reader.values_of([text])

    assert (value == BAD) == bool(reader.reason(text))
    assert value >= ABSENT or value in {UNKNOWN, BAD}
