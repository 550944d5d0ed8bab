"""Geometry of the plots: numbers in, coordinates out; the templates draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

SIZE = 320.0
LEFT = 60.0
TOP = 14.0
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
COIN_FLIP = 0.25


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
    left: float = LEFT
    top: float = TOP
    size: float = SIZE
    right: float = LEFT + SIZE
    bottom: float = TOP + SIZE

    @classmethod
    def of(cls, scores: dict[str, Any], *, has_band: bool) -> Self:
        """The plot of an expert's scores."""
        corp = scores["corp"]
        largest = max((row["n"] for row in scores["bins"]), default=0)
        return cls(
            ticks=[Tick(f"{tick:.0%}", _x(tick), _y(tick)) for tick in TICKS],
            curve=_points(
                (x, step["cep"])
                for step in corp["curve"] or ()
                for x in dict.fromkeys((step["x_min"], step["x_max"]))
            ),
            band=_outline(corp.get("band") or []) if has_band else "",
            dots=[_dot(row, largest) for row in scores["bins"] if row["n"]],
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


def _along(value: float, most: float) -> float:
    return round(2.0 + 116.0 * min(value / most, 1.0), 1)
