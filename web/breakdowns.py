"""Tables of an expert's scores in parts, each part shown as far as its own number supports."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from forecasts.models import Topic
from forecasts.scoring.tiers import shows

HEADINGS = {
    "coding": "By whose number it is",
    "topic": "By topic",
    "horizon": "By how far ahead",
    "year": "By year of deadline",
}
HORIZONS = {
    "under_1_month": "under 1 month",
    "1_to_3_months": "1 to 3 months",
    "3_to_12_months": "3 to 12 months",
    "over_12_months": "over 12 months",
}
CODINGS = {"stated": "Stated", "inferred": "Read from words"}


@dataclass(frozen=True, slots=True)
class PartRow:
    """Some of an expert's forecasts, or all of them."""

    label: str
    n: int
    n_clusters: int
    brier: float
    interval: list[float] | None
    p: float | None
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One way of dividing them; only the one by whose number it is has tests."""

    anchor: str
    heading: str
    rows: list[PartRow]

    @property
    def has_tests(self) -> bool:
        """Whether calibration is tested by part."""
        return self.anchor == "coding" and any(row.p is not None for row in self.rows)


def breakdown_tables(scores: dict[str, Any]) -> list[Breakdown]:
    """The tables, from five clusters on; each ends with all of the expert's forecasts."""
    if not shows(scores["tier"], "interval"):
        return []
    parts = scores["breakdowns"]
    names = {"coding": CODINGS, "horizon": HORIZONS, "topic": _topics(parts["topic"]), "year": {}}
    whole = _row("All", scores, is_all=True)
    return [
        Breakdown(
            name,
            heading,
            [
                *(_row(names[name].get(part[name], str(part[name])), part) for part in parts[name]),
                whole,
            ],
        )
        for name, heading in HEADINGS.items()
        if parts[name]
    ]


def _topics(parts: Iterable[dict[str, Any]]) -> dict[str, str]:
    slugs = [part["topic"] for part in parts]
    return dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}


def _row(label: str, part: dict[str, Any], *, is_all: bool = False) -> PartRow:
    tier = part["tier"]
    return PartRow(
        label=label,
        n=part["n"],
        n_clusters=part["n_clusters"],
        brier=part["brier"]["value"],
        interval=part["brier"]["ci95"] if shows(tier, "interval") else None,
        p=part["score_test"]["p_value"] if shows(tier, "provisional") else None,
        is_all=is_all,
    )
