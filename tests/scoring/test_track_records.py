"""A track record refuses what cannot be scored, and names the row."""

from typing import Any

import numpy as np
import pytest

from forecasts.scoring import TrackRecords
from tests.scoring.records import integers
from tests.scoring.singles import one_record

GOOD = (300_000, 200_000, 400_000, 1, 7, 0, 20, 5)
FIELDS = ("ppm", "low", "high", "outcome", "cluster", "n_conditions", "deadline", "question")


def columns(**changed: Any) -> dict[str, Any]:
    return {name: integers(value) for name, value in zip(FIELDS, GOOD, strict=True)} | changed


def test_rows_become_columns_in_the_order_of_the_fields() -> None:
    record = TrackRecords.of_one([GOOD, GOOD])

    assert [getattr(record, name).tolist() for name in FIELDS] == [[value] * 2 for value in GOOD]


def test_no_rows_make_an_empty_record() -> None:
    record = TrackRecords.of_one(iter(()))

    assert record.ppm.size == 0
    assert record.ppm.dtype == np.int64


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ((-1, -1, 5, 1, 7, 0, 20, 5), "row 1: ppm -1 is not within"),
        ((1_000_001, 0, 1_000_001, 1, 7, 0, 20, 5), "row 1: ppm 1000001 is not within"),
        ((10, -1, 20, 1, 7, 0, 20, 5), "row 1: low -1 is below 0"),
        ((10, 11, 20, 1, 7, 0, 20, 5), "row 1: low 11 is above ppm"),
        ((10, 5, 9, 1, 7, 0, 20, 5), "row 1: high 9 is below ppm"),
        ((10, 5, 1_000_001, 1, 7, 0, 20, 5), "row 1: high 1000001 is above 1000000"),
        ((10, 5, 20, 2, 7, 0, 20, 5), "row 1: outcome 2 is neither 0 nor 1"),
        ((10, 5, 20, -1, 7, 0, 20, 5), "row 1: outcome -1 is neither 0 nor 1"),
    ],
)
def test_impossible_row_is_refused_by_name(
    row: tuple[int, int, int, int, int, int, int, int], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        TrackRecords.of_one([GOOD, row])


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([GOOD[:7]] * 8, "a row has 8 values"),
        ([GOOD, GOOD[:7]], "inhomogeneous"),
        ([(0.7, *GOOD[1:])], "ppm must be integers, not float64"),
        ([("1", *GOOD[1:])], "ppm must be integers, not"),
        ([(2**70, *GOOD[1:])], "ppm must be integers, not object"),
    ],
)
def test_malformed_rows_are_refused(rows: list[Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TrackRecords.of_one(rows)


def test_columns_of_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"unequal lengths.*'low': 2"):
        one_record(**columns(low=integers(1, 2)))


def test_column_of_two_dimensions_is_refused() -> None:
    with pytest.raises(ValueError, match="low must have one dimension, not 2"):
        one_record(**columns(low=integers(1).reshape(1, 1)))


@pytest.mark.parametrize(
    ("rule", "rows", "question"),
    [
        ("fewest conditions", [(2, 90, 1), (0, 10, 9), (1, 50, 2)], 9),
        ("then latest deadline", [(1, 90, 8), (1, 95, 9), (1, 10, 1)], 9),
        ("then lowest id", [(1, 90, 8), (1, 90, 3), (1, 90, 5)], 3),
    ],
)
def test_one_forecast_speaks_for_a_cluster(
    rule: str, rows: list[tuple[int, int, int]], question: int
) -> None:
    record = TrackRecords.of_one([(500_000, 0, 1_000_000, 1, 4, *thinning) for thinning in rows])

    first = record.clusters.first

    assert record.question[first].tolist() == [question], rule
