"""Geometry: numbers in, coordinates out."""

import pytest

from web.charts import CalibrationPlot, DifferencePlot, IntervalPlot, common_scale, furthest
from web.summaries import share_unscorable, summary
from web.templatetags import formats

BIN = {"n": 4, "mean_probability": 0.5, "observed_frequency": 1.0}
SCORES = {
    "bins": [BIN, {"n": 0, "mean_probability": None, "observed_frequency": None}],
    "corp": {
        "curve": [
            {"x_min": 0.0, "x_max": 0.5, "cep": 0.0},
            {"x_min": 1.0, "x_max": 1.0, "cep": 1.0},
        ],
        "band": [{"x": 0.0, "lower": 0.0, "upper": 0.5}, {"x": 1.0, "lower": 0.5, "upper": 1.0}],
    },
}


def test_curve_runs_through_the_ends_of_its_steps() -> None:
    plot = CalibrationPlot.of(SCORES, is_provisional=False)

    assert plot.curve == "60,334 220,334 380,14"
    assert plot.band == "60,334 380,174 380,14 60,174"


def test_empty_bins_have_no_dot_and_a_high_one_has_its_number_below() -> None:
    [dot] = CalibrationPlot.of(SCORES, is_provisional=False).dots

    assert (dot.x, dot.y, dot.radius, dot.n) == (220.0, 14.0, 9.0, 4)
    assert dot.label_y > dot.y


def test_provisional_curve_has_neither_band_nor_shares() -> None:
    plot = CalibrationPlot.of(SCORES, is_provisional=True)

    assert (plot.band, plot.dots) == ("", [])
    assert plot.curve


def test_difference_is_drawn_beside_the_middle() -> None:
    assert DifferencePlot.of(-0.1, (-0.2, 0.0), most=0.2) == DifferencePlot(31.0, 2.0, 58.0)
    assert DifferencePlot.of(0.5, None, most=0.2) == DifferencePlot(118.0, None, 0.0)


@pytest.mark.parametrize(
    ("intervals", "most"),
    [
        ([], 0.05),
        ([None, (-0.01, 0.04)], 0.05),
        ([(-0.2, 0.0), (0.0, 0.1)], 0.2),
        ([(-0.7, 0.1)], 1.0),
    ],
)
def test_scale_of_differences_holds_every_interval(
    intervals: list[tuple[float, float] | None], most: float
) -> None:
    assert furthest(intervals) == most


def test_interval_is_drawn_to_scale() -> None:
    plot = IntervalPlot.of({"value": 0.25, "ci95": [0.0, 0.5]}, most=0.5)

    assert plot == IntervalPlot(value=60.0, low=2.0, width=116.0, coin_flip=60.0, most=0.5)
    assert IntervalPlot.of({"value": None}, most=0.5) is None


@pytest.mark.parametrize(
    ("briers", "most"),
    [
        ([], 0.5),
        ([{"value": 0.2, "ci95": [0.1, 0.4]}], 0.5),
        ([{"value": 0.2, "ci95": [0.1, 0.6]}], 1.0),
        ([{"value": 0.7, "ci95": None}], 1.0),
    ],
)
def test_scale_holds_the_widest_interval(briers: list[dict[str, object]], most: float) -> None:
    assert common_scale(briers) == most


@pytest.mark.parametrize(
    ("p", "bias", "slope", "words"),
    [
        (0.5, 0.1, 0.1, "fits what happened as far as can be told (p = 0.50)"),
        (0.0001, 3.0, 0.1, "(p < 0.001): probabilities too low"),
        (0.01, -3.0, 0.1, "(p = 0.010): probabilities too high"),
        (0.04, 0.1, -3.0, "(p = 0.040): too certain"),
        (0.04, 0.1, 3.0, "(p = 0.040): too cautious"),
        (0.04, 3.0, -6.0, "(p = 0.040): too certain"),
        (0.04, 0.1, None, "(p = 0.040)."),
    ],
)
def test_summary_says_how_certainty_misses(
    p: float, bias: float, slope: float | None, words: str
) -> None:
    scores = {
        "n": 50,
        "tier": "full",
        "brier": {"value": 0.2, "ci95": [0.1, 0.3]},
        "score_test": {"p_value": p, "bias_z": bias, "slope_z": slope},
    }

    assert words in summary(scores)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (formats.percent(0.07), "7%"),
        (formats.percent(0.125), "12.5%"),
        (formats.percent(None), formats.NO_VALUE),
        (formats.score(None), formats.NO_VALUE),
        (formats.signed(-0.5), "\N{MINUS SIGN}0.50"),
        (formats.signed(None), formats.NO_VALUE),
        (formats.change(-0.0122), "\N{MINUS SIGN}0.012"),
        (formats.change(-0.0001), "0.000"),
        (formats.change(None), formats.NO_VALUE),
        (formats.points(20.94), "+20.9"),
        (formats.points(None), formats.NO_VALUE),
        (formats.equation(0.0), "< 0.001"),
        (formats.equation(0.5), "= 0.50"),
        (formats.p_value(0.0), "< 0.001"),
        (formats.p_value(None), formats.NO_VALUE),
        (formats.day(None), formats.NO_VALUE),
        (share_unscorable(0, 0), formats.NO_VALUE),
        (summary({"n": 0}), "No resolved forecasts yet."),
    ],
)
def test_numbers_are_written_for_people(written: str, shown: str) -> None:
    assert written == shown
