"""The exact table of values."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from forecasts.scoring.reasons import Undefined
from tests.scoring.records import integers, pairs
from tests.scoring.singles import extreme_share, value_table


def test_every_probability_has_its_row() -> None:
    ppm, outcome = pairs(("0.7", 1), ("0.25", 0), ("0.7", 0), ("0.7", 1))

    table = value_table(ppm, outcome, cluster=integers(1, 2, 3, 3))

    one_of_one = proportion_confint(0, 1, method="wilson")
    one_of_two = proportion_confint(1, 2, method="wilson")
    assert table == [
        {"probability": 0.25, "n": 1, "n_yes": 0, "wilson95": pytest.approx(one_of_one)},
        {"probability": 0.7, "n": 3, "n_yes": 2, "wilson95": pytest.approx(one_of_two)},
    ]


def test_no_forecasts_make_an_empty_table() -> None:
    table = value_table(integers(), integers(), cluster=integers())

    assert table == []


def test_table_ends_at_25_distinct_values() -> None:
    few, many = integers(*range(25)), integers(*range(26))

    tables = [value_table(ppm, ppm % 2, cluster=ppm) for ppm in (few, many)]

    assert [type(table) for table in tables] == [list, Undefined]
    assert tables[1] == Undefined("more than 25 distinct probabilities")


def test_extreme_is_beyond_one_in_twenty() -> None:
    ppm = integers(0, 49_999, 50_000, 500_000, 950_000, 950_001, 1_000_000, 500_000)

    share = extreme_share(ppm)

    assert share == 0.5
