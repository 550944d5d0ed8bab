"""Agreement as dots with intervals on a line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecasts.scoring.agreements import Agreement
from forecasts.selectors.coding_agreements import Coders

LEFT, RIGHT = 2.0, 118.0
LOWEST, HIGHEST = -1.0, 1.0


@dataclass(frozen=True, slots=True)
class Plot:
    """Where things are drawn in a box of 120 by 16; from -1 to 1, lower values at its edge."""

    value: float
    low: float | None
    width: float | None
    zero: float

    @classmethod
    def of(cls, agreement: Agreement) -> "Plot | None":
        """The plot of an alpha; None without one."""
        if agreement.alpha is None:
            return None
        low, high = (_x(bound) for bound in agreement.ci95 or (LOWEST, LOWEST))
        has_interval = agreement.ci95 is not None
        return cls(
            value=_x(agreement.alpha),
            low=low if has_interval else None,
            width=round(high - low, 1) if has_interval else None,
            zero=_x(0),
        )


def _x(alpha: float) -> float:
    share = (min(max(alpha, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return round(LEFT + share * (RIGHT - LEFT), 1)


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One line of a table: who or what, and how far they agree."""

    name: str
    agreement: Agreement
    plot: Plot | None
    n: int
    mean_difference: float | None = None
    n_overlapping: int | None = None

    @property
    def why_none(self) -> str:
        """Why there is no alpha, or no interval."""
        undefined = self.agreement.undefined
        return undefined.get("alpha") or undefined.get("ci95", "")


@dataclass(frozen=True, slots=True)
class Part:
    """A table of the page."""

    title: str
    first: str
    """What the first column names."""
    counted: str
    rows: tuple[AgreementRow, ...]


def agreement_rows(coding: Coders, names: Mapping[int, str]) -> list[Part]:
    """The tables: overall, by phrase, by pair of coders, who are named."""
    return [
        Part("Overall", "Number", "Forecasts", tuple(_overall(coding))),
        Part("By phrase", "Phrase", "Forecasts", tuple(_by_phrase(coding))),
        Part("By pair of coders", "Coders", "Read by both", tuple(_by_pair(coding, names))),
    ]


def _overall(coding: Coders) -> Iterator[AgreementRow]:
    titles = {"low": "Low", "mid": "Middle", "high": "High"}
    for name, found in coding.agreement.items():
        yield AgreementRow(titles[name], found, Plot.of(found), found.n_units)


def _by_phrase(coding: Coders) -> Iterator[AgreementRow]:
    for row in coding.phrases:
        plot = Plot.of(row.agreement)
        numbers = (row.n, row.mean_difference, row.n_overlapping)
        yield AgreementRow(f"“{row.phrase}”", row.agreement, plot, *numbers)


def _by_pair(coding: Coders, names: Mapping[int, str]) -> Iterator[AgreementRow]:
    for row in coding.pairs:
        who = " and ".join(sorted(names[pk] for pk in row.coders))
        numbers = (row.n, row.mean_difference, row.n_overlapping)
        yield AgreementRow(who, row.agreement, Plot.of(row.agreement), *numbers)
