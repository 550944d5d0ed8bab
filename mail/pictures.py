"""The reliability picture of a mover: geometry, SVG, PNG."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import resvg_py
from django.template.loader import render_to_string

from mail.content.digests import Bin, Reliability

FONT = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
# In CSS pixels; a picture has twice as many for sharp screens.
WIDTH, HEIGHT = 256, 248
SIZE, LEFT, TOP = 196.0, 46.0, 12.0
TICKS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A labeled place on both axes."""

    label: str
    x: float
    y: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: where it is drawn, how large, and the ends of its interval."""

    x: float
    y: float
    radius: float
    top: float | None
    bottom: float | None


@dataclass(frozen=True, slots=True)
class ReliabilityPlot:
    """What was said (across) beside what came true (up)."""

    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    curve: str
    band: str
    is_provisional: bool
    width: int = WIDTH
    height: int = HEIGHT
    size: float = SIZE
    left: float = LEFT
    top: float = TOP
    right: float = LEFT + SIZE
    bottom: float = TOP + SIZE

    @classmethod
    def of(cls, reliability: Reliability) -> Self:
        """A provisional one has neither band nor shares."""
        bins = () if reliability.is_provisional else reliability.bins
        largest = max((row.n for row in bins), default=1)
        band, curve = reliability.band, reliability.curve
        outline = [(x, low) for x, low, _ in band] + [(x, high) for x, _, high in reversed(band)]
        return cls(
            ticks=tuple(Tick(f"{tick:g}", _x(tick), _y(tick), _y(tick) + 4) for tick in TICKS),
            dots=tuple(_dot(row, largest) for row in bins),
            curve=_points((x, share) for low, high, share in curve for x in (low, high)),
            band=_points(outline),
            is_provisional=reliability.is_provisional,
        )


@lru_cache(maxsize=512)
def reliability_picture(reliability: Reliability) -> bytes:
    """The PNG. The same numbers make the same picture, so a process draws each once."""
    svg = render_to_string("mail/digest/reliability.svg", {"plot": ReliabilityPlot.of(reliability)})
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=2,
            skip_system_fonts=True,
            font_files=[str(FONT)],
            font_family="DejaVu Sans",
        )
    )


def _dot(row: Bin, largest: int) -> Dot:
    bottom, top = row.wilson95 or (None, None)
    return Dot(
        x=_x(row.mean_probability),
        y=_y(row.observed_frequency),
        radius=round(2.5 + 4.5 * (row.n / largest) ** 0.5, 1),
        top=None if top is None else _y(top),
        bottom=None if bottom is None else _y(bottom),
    )


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x):g},{_y(y):g}" for x, y in pairs)


def _x(share: float) -> float:
    return round(LEFT + SIZE * share, 1)


def _y(share: float) -> float:
    return round(TOP + SIZE * (1.0 - share), 1)
