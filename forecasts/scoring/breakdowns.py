"""Track records in parts: by topic, scheduled horizon, year of deadline, whose number."""

from typing import Any

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
    found: list[dict[str, list[dict[str, Any]]]] = [{} for _ in range(tally.n_experts)]
    years = np.unique(tally.year[tally.year >= 0])
    year = np.where(tally.year < 0, -1, np.searchsorted(years, tally.year))
    rows, topic = topics.of(tally.question)
    everything = np.arange(tally.expert.size)
    dimensions = {
        "topic": (rows, topic, topics.names),
        "horizon": (everything, tally.horizon, HORIZONS),
        "year": (everything, year, tuple(years.tolist())),
        "coding": (everything, tally.is_inferred.astype(np.int64), CODINGS),
    }
    for name, (taken, label, names) in dimensions.items():
        _add(found, tally, name, rows=taken, label=label, names=names)
    return found


def _add(
    found: list[dict[str, list[dict[str, Any]]]],
    tally: Tally,
    name: str,
    *,
    rows: Integers,
    label: Integers,
    names: tuple[Any, ...],
) -> None:
    for parts in found:
        parts[name] = []
    is_known = label >= 0
    rows, label = rows[is_known], label[is_known]
    keys, code = np.unique(tally.expert[rows] * len(names) + label, return_inverse=True)
    scores = score_parts(tally.parts(rows, code.astype(np.int64), keys.size))
    for key, part in zip(keys.tolist(), scores, strict=True):
        expert, number = divmod(key, len(names))
        found[expert][name].append({name: names[number], **part})


def score_tally(
    tally: Tally, topics: Topics, *, band: bool = True, seed: int | None = None
) -> list[dict[str, Any]]:
    """Return every statistic of each expert, breakdowns included; see score_track_records."""
    scores = score_track_records(tally.records, tally.counts, band=band, seed=seed)
    parts = breakdowns(tally, topics)
    return [one | {"breakdowns": pieces} for one, pieces in zip(scores, parts, strict=True)]
