"""Any history: scores of the past are what they were, and the sweep misses nothing."""

from datetime import datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from forecasts.models import Expert, Forecast, QuestionComparison, QuestionFamily, Scorecard, Source
from forecasts.selectors.columns import microseconds
from forecasts.selectors.populations import scores_among_all
from forecasts.selectors.question_comparisons import computed_questions
from forecasts.selectors.scores import expert_scores
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.scorecards import recompute_scorecards
from forecasts.track_files import read_track_file
from forecasts.track_files.scores import score_track_file
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    resolve,
)
from tests.forecasts.recomputations import Rows, shown
from tests.forecasts.worlds import World

pytestmark = pytest.mark.django_db
N_STEPS = 60
# Between them every kind of step happens, and leaving out any one instant in a query is noticed.
SEEDS = (10, *(pytest.param(seed, marks=pytest.mark.once) for seed in (16, 18, 19)))


def lived(seed: int) -> tuple[World, dict[datetime, dict[int, Any]]]:
    """A world after its history, and the scores that were stored at each instant."""
    world = World(Random(seed))
    for expert in world.experts:
        make_forecast("0.5", expert=expert, question=world.questions[0], by=world.coders[0])
    known: dict[datetime, dict[int, Any]] = {}
    for _ in range(N_STEPS):
        world.step()
        recompute_comparisons(as_of=world.now)
        check_comparisons(as_of=world.now)
        recompute_scorecards(as_of=world.now)
        known[world.now] = {card.expert_id: card.scores for card in Scorecard.objects.all()}
    return world, known


def check_comparisons(as_of: datetime) -> None:
    """What is kept of every question that was answered is what the rows give."""
    held = QuestionComparison.objects.holding(as_of)
    kept = {row.pk: (row.opening, bytes(row.pairs)) for row in held}
    answered = np.array(Forecast.objects.order_by("question").values_list("question", flat=True))
    assert kept == computed_questions(np.unique(answered), as_of=as_of)


def scores_at(as_of: datetime) -> dict[int, Any]:
    ids = Expert.objects.values_list("pk", flat=True)
    found = expert_scores(ids, as_of=as_of, band=False)
    return {pk: one.scores for pk, one in found.items()}


def scores_of_export(as_of: datetime) -> dict[str, Any]:
    """What a file of what was recorded by then gives."""
    out = StringIO()
    call_command("export_track", "--as-of", as_of.isoformat(), stdout=out)
    track = read_track_file(StringIO(out.getvalue(), newline=""))
    scored = score_track_file(track, as_of=microseconds(as_of), seed=None)
    return {"experts": dict(scored.experts), "population": scored.population}


def scores_by_slug(as_of: datetime) -> dict[str, Any]:
    slugs = dict(Expert.objects.values_list("pk", "slug"))
    found, populations = scores_among_all(slugs, as_of=as_of)
    kinds = {"real": False, "synthetic": True}
    rows = Rows()
    heard = {rows.owner(row, as_of) for row in rows.in_force(as_of)}
    return {
        "experts": {slugs[pk]: one.scores for pk, one in found.items() if pk in heard},
        "population": {name: populations[kind].described() for name, kind in kinds.items()},
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_of_any_past_instant_are_what_they_were_then(seed: int) -> None:
    _, known = lived(seed)

    rows = Rows()
    for when, scores in known.items():
        then = scores_at(when)
        # Who was merged had no scores of their own.
        assert {pk: one for pk, one in then.items() if pk in scores} == scores, when
        assert {pk: shown(one) for pk, one in then.items()} == rows.summaries(when), when
    for when in list(known)[:: N_STEPS // 6]:
        assert scores_of_export(when) == scores_by_slug(when), when


# Each with a history in which that service alone changes what is kept.
@pytest.mark.once
@pytest.mark.parametrize(
    ("service", "seed"),
    [("codings", 16), ("forecasts", 10), ("questions", 10), ("rulings", 10), ("merges", 18)],
)
def test_service_that_forgets_to_touch_is_noticed(
    monkeypatch: pytest.MonkeyPatch, service: str, seed: int
) -> None:
    monkeypatch.setattr(f"forecasts.services.{service}.touch_experts", lambda **_: None)

    with pytest.raises(AssertionError):
        lived(seed)


def test_export_keeps_what_decides_between_rows() -> None:
    """Clusters, who speaks for one, and dates that are not proven."""
    expert, family = make_expert(), QuestionFamily.objects.create(slug="f", title="F")
    first, second = (make_question(family=family) for _ in range(2))
    hanging = make_question(
        depends_on=first, depends_on_answer="yes", deadline=DEADLINE + timedelta(hours=1)
    )
    said = {"0.9": first, "0.8": second, "0.2": hanging, "0.3": make_question()}
    for probability, question in said.items():
        make_forecast(probability, expert=expert, question=question)
        resolve(question)
    make_forecast(
        "0.4",
        expert=expert,
        question=first,
        source=make_source(date_basis=Source.DateBasis.INFERRED),
        stated_at=START,
        as_of=AFTER,
    )

    scores = scores_by_slug(AFTER)

    assert scores_of_export(AFTER) == scores
    found = scores["experts"][expert.slug]
    assert (found["n"], found["n_clusters"], found["brier"]["value"]) == (4, 2, 0.295)
