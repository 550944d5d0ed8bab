"""Rulings that go back and forth leave no trace in the scores."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from forecasts.models import Expert, Question, Role, Scorecard, Topic, User
from forecasts.selectors.populations import scores_among_all
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
END = AFTER + 5 * DAY
SAID = {"ann": ("0.9", "0.2", "0.65", "0.4"), "bob": ("0.7", "0.35", "0.1", "0.8")}


@dataclass(frozen=True, slots=True)
class World:
    """Two experts who said something on each of four questions; the last hangs on the third."""

    lead: User
    questions: list[Question]

    def correct(self, number: int, answer: str, *, as_of: datetime) -> None:
        correct_resolution(
            question=self.questions[number],
            lead=self.lead,
            answer=answer,
            known_at=DEADLINE,
            links=LINKS,
            reason="Again",
            as_of=as_of,
        )

    def slip(self, number: int, answer: str, *, as_of: datetime) -> None:
        """A verdict, taken back at once."""
        reviewer = make_user(Role.REVIEWER)
        verdict = give_verdict(
            question=self.questions[number],
            reviewer=reviewer,
            answer=answer,
            known_at=DEADLINE,
            links=LINKS,
            as_of=as_of,
        )
        undo_verdict(verdict=verdict, by=reviewer, as_of=as_of + MINUTE)

    def resolve(self, *answers: str) -> None:
        for question, answer in zip(self.questions, answers, strict=False):
            resolve(question, answer)


def make_world() -> World:
    coder = make_user(Role.CODER)
    source, topic = make_source(by=coder), Topic.objects.create(slug="t", name="T")
    questions = [make_question(by=coder, topics=[topic]) for _ in range(3)]
    questions.append(make_question(by=coder, depends_on=questions[2], depends_on_answer="yes"))
    for slug, said in SAID.items():
        expert = make_expert(slug=slug)
        for day, (question, probability) in enumerate(zip(questions, said, strict=True)):
            make_forecast(
                probability,
                expert=expert,
                question=question,
                source=source,
                by=coder,
                as_of=START + day * DAY,
            )
    return World(make_user(Role.LEAD), questions)


def scores_after(history: Callable[[World], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The whole JSON of each expert, computed and stored, in a database of its own."""
    with transaction.atomic():
        history(make_world())
        slugs = dict(Expert.objects.values_list("pk", "slug"))
        computed, _ = scores_among_all(slugs, as_of=END)
        recompute_scorecards(as_of=END)
        stored = {slugs[card.expert_id]: card.scores for card in Scorecard.objects.all()}
        transaction.set_rollback(True)
    return {slugs[pk]: one.scores for pk, one in computed.items()}, stored


# Another database reads the same rows; few of them show that.
@pytest.mark.parametrize(
    ("n_reversals", "final"), [pytest.param(100, "yes", marks=pytest.mark.once), (9, "no")]
)
def test_any_number_of_reversals_leaves_the_scores_of_a_fresh_database(
    n_reversals: int, final: str
) -> None:
    def reversed_often(world: World) -> None:
        world.resolve("yes", "no", "yes", "no")
        for step in range(1, n_reversals + 1):
            answer = "no" if step % 2 else "yes"
            world.correct(0, answer, as_of=AFTER + step * HOUR)

    found = scores_after(reversed_often)

    assert found == scores_after(lambda world: world.resolve(final, "no", "yes", "no"))
    assert [scores["n"] for scores in found[0].values()] == [4, 4]


@pytest.mark.parametrize(
    ("n_reversals", "final"),
    [pytest.param(40, ("yes", "no"), marks=pytest.mark.once), (9, ("no",))],
)
def test_annulments_by_a_parent_leave_the_scores_of_a_fresh_database(
    n_reversals: int, final: tuple[str, ...]
) -> None:
    """Up to twenty of them, undone or not."""

    def annulled_often(world: World) -> None:
        world.resolve("yes", "no", "yes", "no")
        for step in range(1, n_reversals + 1):
            answer = "no" if step % 2 else "yes"
            world.correct(2, answer, as_of=AFTER + step * HOUR)

    found = scores_after(annulled_often)

    assert found == scores_after(lambda world: world.resolve("yes", "no", *final))
    counts = [(scores["n"], scores["n_annulled"]) for scores in found[0].values()]
    assert counts == [(4, 0) if len(final) == 2 else (3, 1)] * 2


def test_verdicts_taken_back_leave_the_scores_of_a_fresh_database() -> None:
    """Five on each of two questions, of which one annulled a third each time."""

    def slipped_often(world: World) -> None:
        for step in range(1, 6):
            world.slip(0, "no", as_of=AFTER - (6 - step) * HOUR)
            world.slip(2, "no", as_of=AFTER - (6 - step) * HOUR)
        world.resolve("yes", "no", "yes", "no")

    found = scores_after(slipped_often)

    assert found == scores_after(lambda world: world.resolve("yes", "no", "yes", "no"))
    assert [scores["n"] for scores in found[0].values()] == [4, 4]
