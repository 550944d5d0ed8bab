"""One expert's rows of the large file as arrays, and what others' scores are at the same time."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gmean

from forecasts.scoring.arrays import Floats, Integers
from tests.scoring.large_files import Pair, end_of, minutes

Pairs = dict[tuple[str, str], Pair]


@dataclass(frozen=True)
class Own:
    """What an expert is scored on, in the order of deadlines and then of questions."""

    pairs: list[Pair]
    text: list[str]
    p: Floats
    y: Integers
    cluster: Integers
    deadline: Floats
    # One for each cluster, in the order of deadlines: latest deadline, then lowest question.
    thinned: Integers

    @classmethod
    def of(cls, expert: str, scored: Pairs) -> "Own":
        mine = [pair for (name, _), pair in scored.items() if name == expert]
        mine.sort(key=lambda one: (minutes(one.row["deadline"]), int(one.row["question"])))
        names = [one.row["family"] or one.row["question"] for one in mine]
        speaks: dict[str, tuple[float, int, int]] = {}
        for place, (one, name) in enumerate(zip(mine, names, strict=True)):
            rank = (-minutes(one.row["deadline"]), int(one.row["question"]), place)
            speaks[name] = min(speaks.get(name, rank), rank)
        text = [one.row["probability"] for one in mine]
        return cls(
            mine,
            text,
            np.array([float(p) for p in text]),
            np.array([int(one.row["outcome"] == "yes") for one in mine]),
            np.unique(names, return_inverse=True)[1],
            np.array([minutes(one.row["deadline"]) for one in mine]),
            np.array(sorted(place for _, _, place in speaks.values())),
        )

    @property
    def clipped(self) -> Floats:
        return np.clip(self.p, 0.001, 0.999)

    @property
    def log_odds(self) -> Floats:
        odds: Floats = np.log(self.clipped / (1 - self.clipped))
        return odds

    @property
    def tenth(self) -> Integers:
        """The bin of each forecast, by the digits of its text."""
        return np.array([min(int(Decimal(p) * 10), 9) for p in self.text])

    def bound(self, name: str) -> Floats:
        """Return low or high; the number itself where the wording allows no other."""
        return np.array([float(one.row[name] or one.row["probability"]) for one in self.pairs])

    def spells(self) -> tuple[Floats, Integers, Floats, Floats, Floats]:
        """p, y, share of the exposed time, share of the horizon, of each spell; coverage."""
        rows, coverage = [], []
        for one, y in zip(self.pairs, self.y.tolist(), strict=True):
            opens, end = minutes(one.row["open_at"]), end_of(one.row)
            exposed = sum(spell.end - spell.start for spell in one.spells)
            coverage.append(exposed / (end - opens))
            horizon = minutes(one.row["deadline"]) - opens
            for spell in one.spells:
                length = spell.end - spell.start
                rows.append((spell.p, y, length / exposed, length / horizon))
        p, y, share, of_horizon = np.array(rows).T
        return p, y.astype(np.int64), share, of_horizon, np.array(coverage)


@dataclass(frozen=True)
class Compared:
    """Scores against the others, by expert: one for each question, NaN where there are none."""

    peer: dict[str, dict[str, float]]
    relative: dict[str, dict[str, float]]


def compared(scored: Pairs, withdrawn: Pairs) -> Compared:
    """Cut each question's time wherever anybody's number changes, and compare piece by piece.

    Who withdrew in the end is one of the others until then.
    """
    experts = sorted({expert for expert, _ in scored})
    by_question: dict[str, dict[str, Pair]] = defaultdict(dict)
    for (expert, question), pair in (scored | withdrawn).items():
        by_question[question][expert] = pair
    names = list(by_question)
    pieces = [_pieces(by_question[name], experts) for name in names]
    given = np.concatenate([piece[0] for piece in pieces])
    share = np.concatenate([piece[1] for piece in pieces])
    number = np.repeat(np.arange(len(names)), [piece[1].size for piece in pieces])
    peer, relative = {}, {}
    for column, expert in enumerate(experts):
        mine = [place for place, name in enumerate(names) if (expert, name) in scored]
        found = _against(given, column)
        sums = [np.bincount(number, part * share, len(names)) for part in found]
        with np.errstate(invalid="ignore"):
            mean = sums[1] / sums[2]
        peer[expert] = {names[place]: sums[0][place] for place in mine}
        relative[expert] = {names[place]: mean[place] for place in mine}
    return Compared(peer, relative)


def _pieces(pairs: dict[str, Pair], experts: list[str]) -> tuple[Floats, Floats]:
    """What each expert gave to what happened in each piece, and the piece's share of horizon."""
    spells = [(spell, name) for name, pair in pairs.items() for spell in pair.spells]
    cuts = np.unique([at for spell, _ in spells for at in (spell.start, spell.end)])
    given = np.full((cuts.size - 1, len(experts)), np.nan)
    row = next(iter(pairs.values())).row
    for spell, name in spells:
        rows = slice(*np.searchsorted(cuts, (spell.start, spell.end)))
        given[rows, experts.index(name)] = spell.p if row["outcome"] == "yes" else 1 - spell.p
    return given, np.diff(cuts) / (minutes(row["deadline"]) - minutes(row["open_at"]))


def _against(given: Floats, column: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Peer score, Brier score less the mean of the others', and whether there are others."""
    stands = ~np.isnan(given)
    n = stands.sum(axis=1)
    shared = stands[:, column] & (n > 1)
    clipped = np.clip(np.where(stands, given, 0.5), 0.001, 0.999)
    own = clipped[:, column]
    # Weights of 0 leave out who does not stand; where nobody does there is no mean.
    weights: Any = np.where(shared[:, None], stands, 1.0)
    peer = 100 * n / np.maximum(n - 1, 1) * np.log(own / gmean(clipped, axis=1, weights=weights))
    losses = np.where(stands, (1 - np.where(stands, given, 1.0)) ** 2, 0.0)
    mine = losses[:, column]
    excess = mine - (losses.sum(axis=1) - mine) / np.maximum(n - 1, 1)
    return np.where(shared, peer, 0.0), np.where(shared, excess, 0.0), shared
