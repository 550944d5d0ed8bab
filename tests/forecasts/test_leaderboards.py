"""A leaderboard of stored figures says what one says that is made of everybody's scores."""

import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from forecasts.models import Expert, Forecast, Role, Scorecard
from forecasts.scoring.distributions import normal_quantile
from forecasts.selectors import rankings
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.rankings import Ranking
from forecasts.selectors.scorecards import UNREAD, CurrentScores, current_scores
from forecasts.services.forecasts import record_forecasts
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.queries import counted_queries

NOW = AFTER + timedelta(days=2)
SHARED, CALIBRATED = 3, 5
# Each has slugs that databases order in ways of their own.
SEEDS = (0, *(pytest.param(seed, marks=pytest.mark.once) for seed in (1, 2, 3)))
Row = tuple[str, int | None, CurrentScores | None]


@pytest.fixture(autouse=True)
def _few_suffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rankings, "LEAST_SHARED", SHARED)
    monkeypatch.setattr(rankings, "LEAST_CALIBRATED", CALIBRATED)


def make_random_world(rng: Random) -> None:
    """Experts, real and invented, who say what others say, too, so that many scores are equal.

    Some are new, some outdated, and of some the bands are not drawn.
    """
    coder = make_user(Role.CODER)
    slugs = rng.sample(["a-b", "a_b", "aB", "ab", "a1", "a-1", "Z", "z", "0", "b", "c", "d"], 12)
    kinds = {slug: number < 4 for number, slug in enumerate(slugs)}
    experts = [make_expert(slug=slug, synthetic=kind) for slug, kind in kinds.items()]
    sources = {kind: make_source(by=coder, synthetic=kind) for kind in (False, True)}

    def say() -> None:
        synthetic = rng.random() < 0.5
        own = [one for one in experts[1:-1] if one.synthetic == synthetic]
        question = make_question(by=coder, synthetic=synthetic)
        said = [
            Forecast(
                expert=expert, question=question, source=sources[synthetic], basis="stated",
                stated_at=START, quote="it will",
                probability=Decimal(rng.choice(["0.2", "0.8", "0.8", "1"])),
            )
            for expert in rng.sample(own, rng.randint(2, len(own)))
        ]  # fmt: skip
        record_forecasts(forecasts=said, by=coder, as_of=START)
        resolve(question, rng.choice(["yes", "yes", "no"]))

    for _ in range(14):
        say()
    recompute_scorecards(as_of=AFTER, limit=500)
    draw_scorecards(limit=rng.choice([3, 500]))
    if rng.random() < 0.5:
        say()


def long_way(ranking: Ranking, *, synthetic: bool) -> list[Row]:
    """Everybody's scores, and plain loops over them."""
    experts = sorted(Expert.objects.filter(synthetic=synthetic), key=lambda one: one.slug)
    current = current_scores([expert.pk for expert in experts], as_of=NOW)
    value, rank = WAYS[ranking]
    scores = {expert.slug: current[expert.pk].scores for expert in experts}
    ranked = sorted((slug for slug in scores if value(scores[slug]) is not None),
                    key=lambda slug: value(scores[slug]))  # fmt: skip
    others = sorted((slug for slug in scores if slug not in ranked), key=lambda s: -scores[s]["n"])
    found = {expert.slug: current[expert.pk] for expert in experts}
    ranks = {slug: rank(scores[slug], [scores[one] for one in ranked]) for slug in ranked}
    return [(slug, ranks.get(slug), found[slug]) for slug in (*ranked, *others)]


def shrunk(scores: Any) -> Any:
    is_enough = scores["skill"]["n_relative_clusters"] >= SHARED
    return scores["shrunk"]["relative"] if is_enough else None


def excess(scores: Any) -> Any:
    if scores["n_clusters"] < CALIBRATED or scores["corp"]["mcb_floor"] is None:
        return None
    return scores["corp"]["mcb"] - scores["corp"]["mcb_floor"]


def rank_by_accuracy(own: Any, ranked: list[Any]) -> int:
    def is_better(other: Any) -> bool:
        one, two = own["skill"], other["skill"]
        if one["relative_se"] is None or two["relative_se"] is None:
            return False
        reach = math.sqrt(one["relative_se"] ** 2 + two["relative_se"] ** 2)
        return bool(one["relative"] - two["relative"] > normal_quantile(0.95) * reach)

    return 1 + sum(map(is_better, ranked))


def rank_by_calibration(own: Any, ranked: list[Any]) -> int:
    return 1 + sum(bool(excess(other) < excess(own)) for other in ranked)


WAYS: dict[Ranking, tuple[Callable[[Any], Any], Callable[[Any, list[Any]], int]]] = {
    "accuracy": (shrunk, rank_by_accuracy),
    "calibration": (excess, rank_by_calibration),
}


def without_parts(row: Row) -> Any:
    """A row without what leaderboards do not read; what was computed now has it."""
    slug, rank, current = row
    if current is None:
        return slug, rank
    scores = {name: part for name, part in current.scores.items() if name not in UNREAD}
    scores["corp"] = {k: part for k, part in scores["corp"].items() if k != "band"}
    facts = (current.computed_at, current.is_stale, current.population, current.settled_at)
    return slug, rank, scores, facts


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("synthetic", [False, True])
def test_stored_figures_order_as_scores_do(seed: int, *, synthetic: bool) -> None:
    make_random_world(Random(seed))

    for ranking in WAYS:
        board = leaderboard(synthetic=synthetic, as_of=NOW, ranking=ranking)
        expected = list(map(without_parts, long_way(ranking, synthetic=synthetic)))
        whole = [without_parts((p.expert.slug, p.rank, p.current)) for p in board]
        pages = [board[start : start + 3] for start in range(0, len(board), 3)]

        assert whole == expected
        assert [place.expert.slug for page in pages for place in page] == [r[0] for r in expected]
        assert [place.rank for page in pages for place in page] == [row[1] for row in expected]
        assert board.n_ranked == sum(row[1] is not None for row in expected)
        assert board.n_scored == sum(row[2]["n"] > 0 for row in expected)
        assert [board.rank_of(place.expert) for place in board] == [row[1] for row in expected]


@pytest.mark.django_db
def test_page_reads_the_scores_of_its_places_alone() -> None:
    make_random_world(Random(1))
    recompute_scorecards(as_of=NOW, limit=500)
    draw_scorecards(limit=500)

    with counted_queries() as queries:
        page = leaderboard(synthetic=False, as_of=NOW)[2:4]

    read = [sql for sql in queries if "breakdowns" in sql]
    pks = sorted(place.expert.pk for place in page)
    assert len(page) == 2
    assert len(queries) == 4
    assert len(read) == 1
    assert sorted(map(int, read[0].partition(" IN (")[2].partition(")")[0].split(", "))) == pks


@pytest.mark.django_db
def test_scorecards_hold_what_calibration_is_ranked_by() -> None:
    make_random_world(Random(2))
    Scorecard.objects.update(statistics_version=0)
    recompute_scorecards(as_of=NOW, limit=500)
    undrawn = set(Scorecard.objects.values_list("mcb_floor", flat=True))
    draw_scorecards(limit=500)

    assert undrawn == {None}
    for card in Scorecard.objects.all():
        assert (card.mcb, card.mcb_floor) == (
            card.scores["corp"]["mcb"],
            (card.drawn or {})["corp"]["mcb_floor"],
        )
