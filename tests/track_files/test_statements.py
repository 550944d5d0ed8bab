"""Rows become forecasts and withdrawals, and each rule for them is kept."""

from forecasts.track_files import ABSENT, NEVER, UNKNOWN
from tests.track_files.files import micro, problems_of_rows, read_rows

FIRST, THEN, LAST = "2026-01-01", "2026-02-01", "2026-03-01"
AT_FIRST, AT_THEN, AT_LAST = micro(2026, 1, 1), micro(2026, 2, 1), micro(2026, 3, 1)


def test_forecast_is_recorded_when_it_was_made_unless_said() -> None:
    track = read_rows({"forecast_at": FIRST, "recorded_at": ""})

    assert track.statements.recorded_at.tolist() == [AT_FIRST]


def test_untimed_forecast_may_say_when_it_was_recorded() -> None:
    statements = read_rows({"recorded_at": THEN}).statements

    assert statements.stated_at.tolist() == [UNKNOWN]
    assert statements.recorded_at.tolist() == [AT_THEN]


def test_forecast_cannot_be_recorded_before_it_was_made() -> None:
    assert problems_of_rows({"forecast_at": THEN, "recorded_at": FIRST}) == [
        "line 2, recorded_at: 2026-01-01T00:00:00Z is before forecast_at, 2026-02-01T00:00:00Z"
    ]


def test_withdrawn_forecast_is_followed_by_its_withdrawal() -> None:
    said = read_rows(
        {"forecast_at": FIRST, "withdrawn_at": THEN, "recorded_at": LAST},
        {"expert": "Bob", "forecast_at": FIRST, "withdrawn_at": THEN, "recorded_at": FIRST},
    ).statements

    assert said.is_withdrawal.tolist() == [False, True, False, True]
    assert said.expert.tolist() == [0, 0, 1, 1]
    assert said.order.tolist() == [4, 5, 6, 7]
    assert said.stated_at.tolist() == [AT_FIRST, AT_THEN] * 2
    assert said.recorded_at.tolist() == [AT_LAST, AT_LAST, AT_FIRST, AT_THEN]
    assert said.ppm.tolist() == said.low.tolist() == [700_000, ABSENT] * 2
    assert said.adopted_at.tolist() == [AT_LAST, NEVER, AT_FIRST, NEVER]


def test_withdrawal_may_be_a_row_by_itself() -> None:
    said = read_rows(
        {"forecast_at": FIRST},
        {"probability": "", "withdrawn_at": THEN, "recorded_at": LAST, "date_basis": "inferred"},
    ).statements

    assert said.is_withdrawal.tolist() == [False, True]
    assert said.stated_at.tolist() == [AT_FIRST, AT_THEN]
    assert said.recorded_at.tolist() == [AT_FIRST, AT_LAST]
    assert said.proves_its_date.tolist() == [True, False]
    assert said.ppm.tolist() == [700_000, ABSENT]


def test_withdrawal_follows_the_forecast() -> None:
    assert problems_of_rows({"forecast_at": THEN, "withdrawn_at": FIRST}) == [
        "line 2, withdrawn_at: 2026-01-01T00:00:00Z is before forecast_at, 2026-02-01T00:00:00Z"
    ]


def test_withdrawal_of_an_untimed_forecast_is_refused() -> None:
    assert problems_of_rows({"withdrawn_at": THEN}) == [
        "line 2, withdrawn_at: wants forecast_at beside it"
    ]


def test_withdrawal_cannot_be_recorded_before_it_was_made() -> None:
    assert problems_of_rows({"probability": "", "withdrawn_at": THEN, "recorded_at": FIRST}) == [
        "line 2, recorded_at: 2026-01-01T00:00:00Z is before withdrawn_at, 2026-02-01T00:00:00Z"
    ]


def test_withdrawal_has_no_bounds() -> None:
    row = {"probability": "", "withdrawn_at": THEN, "low": "0.1", "high": "0.2"}

    assert problems_of_rows(row) == [
        "line 2, high: there is no probability that it belongs to",
        "line 2, low: there is no probability that it belongs to",
    ]


def test_stated_forecast_needs_its_probability() -> None:
    assert problems_of_rows({"probability": "", "forecast_at": FIRST}) == [
        "line 2, probability: is empty"
    ]
    assert problems_of_rows({"probability": "", "forecast_at": FIRST, "withdrawn_at": THEN}) == [
        "line 2, probability: is empty"
    ]


def test_forecast_in_words_may_wait_for_its_number() -> None:
    said = read_rows({"probability": "", "forecast_at": FIRST, "coding": "inferred"}).statements

    assert said.ppm.tolist() == said.low.tolist() == said.high.tolist() == [ABSENT]
    assert said.adopted_at.tolist() == [NEVER]
    assert said.is_withdrawal.tolist() == [False]


def test_inferred_probability_is_adopted_when_recorded_unless_said() -> None:
    said = read_rows(
        {"forecast_at": FIRST, "recorded_at": THEN, "coding": "inferred", "adopted_at": ""},
        {"expert": "Bob", "forecast_at": FIRST, "coding": "inferred", "adopted_at": LAST},
    ).statements

    assert said.adopted_at.tolist() == [AT_THEN, AT_LAST]


def test_only_an_inferred_probability_is_adopted_and_not_before_it_is_recorded() -> None:
    rows = (
        {"expert": "Ann", "adopted_at": THEN},
        {"expert": "Bob", "adopted_at": THEN, "probability": "", "coding": "inferred"},
        {"expert": "Cid", "adopted_at": FIRST, "recorded_at": THEN, "coding": "inferred"},
    )

    assert problems_of_rows(*rows) == [
        "line 2, adopted_at: only an inferred probability is adopted",
        "line 3, adopted_at: only an inferred probability is adopted",
        "line 4, adopted_at: 2026-01-01T00:00:00Z is before it was recorded",
    ]


def test_where_chooses_statements() -> None:
    statements = read_rows({"expert": "Ann"}, {"expert": "Bob"}).statements

    chosen = statements.where(statements.expert == 1)

    assert len(chosen) == 1
    assert chosen.order.tolist() == [6]
