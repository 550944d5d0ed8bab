"""What a population makes of each expert's scores."""

from typing import Any

import numpy as np
import pytest

from forecasts.scoring import TrackRecords, draw_bands, score_figures, with_bands
from forecasts.scoring.populations import Figures, brier_of, populations, relative_of
from tests.scoring.records import EIGHT, random_record, record
from tests.scoring.singles import score_track_record

FEW = "fewer than 2 experts with at least 2 clusters of questions"
PARTS = ("brier", "relative", "reliability", "relative_reliability")


def completed(*records: TrackRecords) -> list[dict[str, Any]]:
    scores = [score_track_record(one, band=False) for one in records]
    figures = (Figures.of(map(of, scores)) for of in (brier_of, relative_of))
    of = populations(np.zeros(len(scores), dtype=np.bool_), *figures)
    return [of[False].complete(one) for one in scores]


def test_expert_is_drawn_toward_the_population() -> None:
    experts = [random_record(40, seed=seed) for seed in range(6)]

    shrunk = [one["shrunk"] for one in completed(*experts)]

    raw = [score_track_record(one, band=False)["brier"]["value"] for one in experts]
    assert max(one["brier"] for one in shrunk) <= max(raw)
    assert all(0 <= one["reliability"] <= 1 for one in shrunk)


def test_nobody_to_compare_with_is_the_reason_for_every_null() -> None:
    (alone,) = completed(record(*EIGHT))

    assert alone["shrunk"] == dict.fromkeys(PARTS)
    reasons = {name: alone["undefined"][f"shrunk.{name}"] for name in PARTS}
    assert reasons == dict.fromkeys(PARTS, FEW)


def test_who_has_no_forecasts_has_no_shrunk_score_and_no_reason() -> None:
    *_, nobody = completed(record(*EIGHT), random_record(9, seed=1), record())

    assert nobody["shrunk"] == dict.fromkeys(PARTS)
    assert nobody["undefined"] == {}


def test_figures_are_those_of_the_whole_summary() -> None:
    own = random_record(30, seed=2, cluster_size=2)

    (figures,) = score_figures(own)

    whole = score_track_record(own, band=False)
    assert (brier_of(figures), relative_of(figures)) == (brier_of(whole), relative_of(whole))


@pytest.mark.parametrize("n", [0, 5, 20])
def test_bands_drawn_later_are_those_drawn_at_once(n: int) -> None:
    own = random_record(n, seed=3)
    (drawn,) = draw_bands(own.pairs, own.clusters.code)

    later = with_bands(score_track_record(own, band=False), drawn)

    assert later == score_track_record(own)
