"""Any history: scores of the past are what they were, and the sweep misses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count

from forecasts.exceptions import RuleBrokenError
from forecasts.models import (
    Expert,
    Forecast,
    Question,
    QuestionFamily,
    Resolution,
    Role,
    Scorecard,
    Source,
    User,
)
from forecasts.selectors.scores import expert_scores
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.verdicts import give_verdict
from tests.factories import LINKS, START, make_expert, make_forecast, make_question, make_user
from tests.factories import make_source as make_dated_source

pytestmark = pytest.mark.django_db
STEP = timedelta(hours=9)
DAY = timedelta(days=1)
N_STEPS = 60
# With it every kind of step matters: leaving out any one instant in a query is noticed.
SEED = 10


@dataclass
class World:
    """Staff, experts and questions, and what may happen to them."""

    rng: Random
    now: datetime = START
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.coders = [make_user(Role.CODER) for _ in range(4)]
        self.reviewer, self.lead = make_user(Role.REVIEWER), make_user(Role.LEAD)
        self.experts: list[Expert] = [make_expert() for _ in range(3)]
        self.families = [QuestionFamily.objects.create(slug=x, title=x) for x in "ab"]
        self.questions: list[Question] = [
            self._question(family=family) for family in (*self.families, None, None, None)
        ]

    @property
    def coder(self) -> User:
        return self.rng.choice(self.coders)

    def question(self) -> Question:
        return Question.objects.get(pk=self.rng.choice(self.questions).pk)

    def percent(self) -> str:
        return str(Decimal(self.rng.randint(0, 100)) / 100)

    def _question(self, **fields: Any) -> Question:
        deadline = self.now + self.rng.randint(3, 12) * DAY
        return make_question(by=self.coder, as_of=self.now, deadline=deadline, **fields)

    def _say(self, **fields: Any) -> None:
        stated_at = self.now - self.rng.randint(0, 4) * DAY
        basis = self.rng.choice([Source.DateBasis.PRINTED, Source.DateBasis.INFERRED])
        source = make_dated_source(
            by=self.coder, as_of=self.now, published_at=stated_at, date_basis=basis
        )
        probability = self.rng.choice([None, self.percent()])
        make_forecast(
            fields.pop("probability", probability),
            by=self.coder,
            as_of=self.now,
            stated_at=stated_at,
            source=source,
            **{"expert": self.rng.choice(self.experts), "question": self.question(), **fields},
        )

    def record(self) -> None:
        self._say()

    def withdraw(self) -> None:
        said = self.rng.choice(list(Forecast.objects.in_force()))
        kind = Forecast.Kind.WITHDRAWAL
        self._say(probability=None, kind=kind, expert=said.expert, question=said.question)

    def correct(self) -> None:
        rows = Forecast.objects.in_force().filter(kind=Forecast.Kind.FORECAST)
        old = self.rng.choice(list(rows))
        new = Forecast(
            expert=self.rng.choice([old.expert, self.rng.choice(self.experts)]),
            question=old.question,
            source=old.source,
            basis=Forecast.Basis.STATED,
            stated_at=old.stated_at,
            quote=old.quote,
            probability=Decimal(self.percent()),
        )
        correct_forecast(
            forecast=old, replacement=new, reason="Misread", by=self.coder, as_of=self.now
        )

    def code(self) -> None:
        """A reading, preferably the second one of the same words."""
        coder = self.coder
        words = Forecast.objects.in_force().filter(basis="inferred", kind="forecast")
        uncoded = words.exclude(codings__coder=coder)
        once = uncoded.annotate(n=Count("codings")).filter(n=1)
        low, mid, high = sorted(Decimal(self.percent()) for _ in range(3))
        record_coding(
            forecast=self.rng.choice(list(once) or list(uncoded)),
            coder=coder,
            low=low,
            mid=mid,
            high=high,
            as_of=self.now,
        )

    def amend(self) -> None:
        """A deadline there, or back to where it was."""
        question = self.question()
        last = question.amendments.last()
        away = self.now + self.rng.randint(-6, 6) * DAY
        there = datetime.fromisoformat(last.before) if last is not None else away
        amend_question(
            question=question,
            changes={"deadline": there},
            reason="Moved",
            by=self.lead,
            as_of=self.now,
        )

    def join(self) -> None:
        """A question that makes one cluster of two."""
        parent = self.rng.choice(self.questions)
        self.questions.append(
            self._question(
                family=self.rng.choice(self.families), depends_on=parent, depends_on_answer="yes"
            )
        )

    def resolve(self) -> None:
        give_verdict(
            question=self.question(),
            reviewer=self.reviewer,
            answer=self.rng.choice(["yes", "yes", "no", "annulled"]),
            known_at=self.now - self.rng.randint(0, 3) * DAY,
            links=LINKS,
            as_of=self.now,
        )

    def _correct_ruling(self, answer: str) -> None:
        rulings = Resolution.objects.in_force().exclude(answer="reopened")
        correct_resolution(
            question=self.rng.choice(list(rulings)).question,
            lead=self.lead,
            answer=answer,
            known_at=self.now - self.rng.randint(0, 3) * DAY,
            links=LINKS,
            reason="Misread",
            as_of=self.now,
        )

    def overrule(self) -> None:
        self._correct_ruling(self.rng.choice(["yes", "no", "ambiguous"]))

    def reopen(self) -> None:
        self._correct_ruling("reopened")

    def step(self) -> None:
        """Something happens; what the rules refuse, or nothing is there for, does not."""
        steps: list[Callable[[], None]] = [
            *[self.record] * 6,
            *[self.code] * 6,
            *[self.resolve] * 6,
            *[self.amend] * 3,
            *[self.withdraw] * 2,
            *[self.correct] * 2,
            self.join,
            *[self.overrule] * 2,
            self.reopen,
        ]
        chosen = self.rng.choice(steps)
        self.now += STEP
        try:
            with transaction.atomic():
                chosen()
        except (RuleBrokenError, IndexError):
            return
        self.done.add(chosen.__name__)


def scores_at(as_of: datetime) -> dict[int, Any]:
    ids = Expert.objects.values_list("pk", flat=True)
    found = expert_scores(ids, as_of=as_of, band=False)
    return {pk: one.scores for pk, one in found.items()}


def stored_scores() -> dict[int, Any]:
    return {card.expert_id: card.scores for card in Scorecard.objects.all()}


def test_scores_of_any_past_instant_are_what_they_were_then() -> None:
    world = World(Random(SEED))
    for expert in world.experts:
        make_forecast("0.5", expert=expert, question=world.questions[0], by=world.coders[0])
    known: dict[datetime, dict[int, Any]] = {}

    for _ in range(N_STEPS):
        world.step()
        known[world.now] = scores_at(world.now)
        recompute_scorecards(as_of=world.now)
        assert stored_scores() == known[world.now], world.now

    assert {when: scores_at(when) for when in known} == known
    assert len(world.done) >= 9, world.done
