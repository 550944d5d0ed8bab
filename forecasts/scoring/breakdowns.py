"""Track records in parts: by topic, scheduled horizon, year of deadline, whose number."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from forecasts.scoring.arrays import Integers
from forecasts.scoring.horizons import HORIZONS
from forecasts.scoring.summaries import score_parts, score_track_records
from forecasts.scoring.tallies import Tally
from forecasts.scoring.topics import Topics

CODINGS = ("stated", "inferred")


def breakdowns(tally: Tally, topics: Topics) -> list[dict[str, list[dict[str, Any]]]]:
    """Return each expert's scores in parts: lists under topic, horizon, year and coding.

    Parts without a scored forecast are left out, and so are forecasts whose part is unknown.
    """
    dimensions = _dimensions(tally, topics)
    rows = [dimension.rows for dimension in dimensions]
    codes = [dimension.code(tally) for dimension in dimensions]
    # All parts of all dimensions at once, told apart by the number of the dimension.
    number, code = (
        np.repeat(np.arange(len(dimensions)), list(map(len, codes))),
        np.concatenate(codes),
    )
    n_codes = int(code.max(initial=0)) + 1
    keys, part = np.unique(number * n_codes + code, return_inverse=True)
    scores = score_parts(tally.parts(np.concatenate(rows), part.astype(np.int64), keys.size))
    found: list[dict[str, list[dict[str, Any]]]] = [
        {dimension.name: [] for dimension in dimensions} for _ in range(tally.n_experts)
    ]
    for key, own in zip(keys.tolist(), scores, strict=True):
        which, of_expert = divmod(key, n_codes)
        name, labels = dimensions[which].name, dimensions[which].labels
        expert, label = divmod(of_expert, len(labels))
        found[expert][name].append({name: labels[label], **own})
    return found


class Dimension(NamedTuple):
    """One way to take a track record apart: which rows have which label."""

    name: str
    labels: Sequence[Any]
    rows: Integers
    label: Integers

    def code(self, tally: Tally) -> Integers:
        """Return one number for expert and label of each row."""
        return tally.expert[self.rows] * len(self.labels) + self.label


def _dimensions(tally: Tally, topics: Topics) -> list[Dimension]:
    years = np.unique(tally.year[tally.year >= 0])
    year = np.where(tally.year < 0, -1, np.searchsorted(years, tally.year))
    coding = tally.is_inferred.astype(np.int64)
    return [
        Dimension("topic", topics.names, *topics.of(tally.question)),
        _known("horizon", HORIZONS, tally.horizon),
        _known("year", years.tolist(), year),
        _known("coding", CODINGS, coding),
    ]


def _known(name: str, labels: Sequence[Any], label: Integers) -> Dimension:
    rows = np.flatnonzero(label >= 0)
    return Dimension(name, labels, rows, label[rows])


def score_tally(
    tally: Tally, topics: Topics, *, band: bool = True, seed: int | None = None
) -> list[dict[str, Any]]:
    """Return every statistic of each expert, breakdowns included; see score_track_records."""
    scores = score_track_records(tally.records, tally.counts, band=band, seed=seed)
    parts = breakdowns(tally, topics)
    return [one | {"breakdowns": pieces} for one, pieces in zip(scores, parts, strict=True)]
