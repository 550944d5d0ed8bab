"""Geometry of the plots: numbers in, coordinates out; the templates draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

SIZE = 320.0
LEFT = 60.0
TOP = 14.0
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
COIN_FLIP = 0.25
SCALES = (0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labeled place on both axes."""

    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: where it is drawn, how large, and how many forecasts it holds."""

    x: float
    y: float
    radius: float
    n: int
    label_y: float


@dataclass(frozen=True, slots=True)
class CalibrationPlot:
    """What was said (across) against what came (up), with the curve and its band."""

    ticks: list[Tick]
    curve: str
    band: str
    dots: list[Dot]
    is_provisional: bool
    left: float = LEFT
    top: float = TOP
    size: float = SIZE
    right: float = LEFT + SIZE
    bottom: float = TOP + SIZE

    @classmethod
    def of(cls, scores: dict[str, Any], *, is_provisional: bool) -> Self:
        """The plot of an expert's scores; a provisional one has neither band nor shares."""
        corp = scores["corp"]
        largest = max((row["n"] for row in scores["bins"]), default=0)
        return cls(
            ticks=[Tick(f"{tick:.0%}", _x(tick), _y(tick)) for tick in TICKS],
            curve=_points(
                (x, step["cep"])
                for step in corp["curve"] or ()
                for x in dict.fromkeys((step["x_min"], step["x_max"]))
            ),
            band=_outline(corp.get("band") or []) if not is_provisional else "",
            dots=[_dot(row, largest) for row in scores["bins"] if row["n"] and not is_provisional],
            is_provisional=is_provisional,
        )


def _dot(row: dict[str, Any], largest: int) -> Dot:
    x, y = _x(row["mean_probability"]), _y(row["observed_frequency"])
    radius = round(3.0 + 6.0 * (row["n"] / largest) ** 0.5, 1)
    # Above the dot, or below it where the frame would cut the number off.
    label_y = y - radius - 4 if y - radius > TOP + 14 else y + radius + 12
    return Dot(x, y, radius, row["n"], round(label_y, 1))


def _outline(band: list[dict[str, float]]) -> str:
    lower = [(point["x"], point["lower"]) for point in band]
    upper = [(point["x"], point["upper"]) for point in reversed(band)]
    return _points([*lower, *upper])


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x):g},{_y(y):g}" for x, y in pairs)


def _x(share: float) -> float:
    return round(LEFT + SIZE * share, 1)


def _y(share: float) -> float:
    return round(TOP + SIZE * (1.0 - share), 1)


@dataclass(frozen=True, slots=True)
class IntervalPlot:
    """A value with its interval on a line from 0 to `most`."""

    value: float
    low: float | None
    width: float
    coin_flip: float
    most: float

    @classmethod
    def of(cls, brier: dict[str, Any], *, most: float) -> Self | None:
        """The plot of a Brier score; None without one."""
        if brier.get("value") is None:
            return None
        low, high = (_along(bound, most) for bound in brier.get("ci95") or (0.0, 0.0))
        return cls(
            value=_along(brier["value"], most),
            low=low if high > low else None,
            width=round(high - low, 1),
            coin_flip=_along(COIN_FLIP, most),
            most=most,
        )


def common_scale(briers: Iterable[dict[str, Any]]) -> float:
    """Half the range where everything fits into it, so that differences can be seen."""
    highest = [(brier.get("ci95") or [0, brier.get("value") or 0])[1] for brier in briers]
    return 0.5 if max(highest, default=0) <= 0.5 else 1.0


@dataclass(frozen=True, slots=True)
class DifferencePlot:
    """A difference with its interval on a line from -most to most; 0 is in the middle."""

    value: float
    low: float | None
    width: float

    @classmethod
    def of(cls, value: float, interval: tuple[float, float] | None, *, most: float) -> Self:
        """The plot of a score relative to others."""
        low, high = (_beside(bound, most) for bound in interval or (value, value))
        return cls(_beside(value, most), low if high > low else None, round(high - low, 1))


def furthest(intervals: Iterable[tuple[float, float] | None]) -> float:
    """The smallest of a few round numbers that all intervals keep within, at most 1."""
    ends = (abs(end) for interval in intervals if interval for end in interval)
    reach = max(ends, default=0.0)
    return next((most for most in SCALES if reach <= most), 1.0)


def _beside(value: float, most: float) -> float:
    return round(60.0 + 58.0 * max(-1.0, min(value / most, 1.0)), 1)


def _along(value: float, most: float) -> float:
    return round(2.0 + 116.0 * min(value / most, 1.0), 1)
