"""Worlds in which anything happens that may happen to forecasts, questions and rulings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Count

from forecasts.exceptions import RuleBrokenError
from forecasts.models import (
    Expert,
    ExpertMerge,
    Forecast,
    Question,
    QuestionFamily,
    Resolution,
    Role,
    Source,
    Topic,
    User,
)
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.merges import merge_experts, undo_merge
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.verdicts import give_verdict
from tests.factories import LINKS, START, make_expert, make_forecast, make_question, make_user
from tests.factories import make_source as make_dated_source

STEP = timedelta(hours=9)
DAY = timedelta(days=1)


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
        self.topics = [Topic.objects.create(slug=x, name=x) for x in ("war-zone", "warp")]
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
        return make_question(
            by=self.coder,
            as_of=self.now,
            deadline=self.now + self.rng.randint(3, 12) * DAY,
            opens_at=self.rng.choice([None, None, self.now - DAY]),
            topics=self.rng.sample(self.topics, self.rng.randint(0, 2)),
            **fields,
        )

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
        """Whatever was misread: the number, who said it, or about what."""
        old = self.rng.choice(list(Forecast.objects.in_force()))
        new = Forecast(
            expert=self.rng.choice([old.expert, self.rng.choice(self.experts)]),
            question=self.rng.choice([old.question, old.question, self.question()]),
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
        # Near each other, and with something in common: nothing here waits for a lead.
        low, mid, high = sorted(Decimal(self.percent()) / 5 for _ in range(3))
        record_coding(
            forecast=self.rng.choice(list(once) or list(uncoded)),
            coder=coder,
            low=low + Decimal("0.1"),
            mid=mid + Decimal("0.4"),
            high=high + Decimal("0.7"),
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
                family=self.rng.choice([None, *self.families]),
                depends_on=parent,
                depends_on_answer=self.rng.choice(["yes", "no"]),
            )
        )

    def edit(self) -> None:
        """Links and times of a question that nothing rests on yet."""
        question = self.rng.choice(list(Question.objects.filter(forecasts=None)))
        parent = self.rng.choice([None, self.rng.choice(self.questions)])
        question.depends_on = parent
        question.depends_on_answer = self.rng.choice(["yes", "no"]) if parent else ""
        question.family = self.rng.choice([None, *self.families])
        question.deadline = self.now + self.rng.randint(-2, 12) * DAY
        edit_question(question=question, topics=self.topics[:1], by=self.coder, as_of=self.now)

    def resolve(self) -> None:
        self._give_verdict(["yes", "yes", "no"])

    def annul(self) -> None:
        self._give_verdict(["annulled"])

    def _give_verdict(self, answers: list[str]) -> None:
        give_verdict(
            question=self.question(),
            reviewer=self.reviewer,
            answer=self.rng.choice(answers),
            known_at=self.now - self.rng.randint(0, 3) * DAY,
            links=LINKS,
            as_of=self.now,
        )

    def _correct_ruling(self, question: Question, answer: str) -> None:
        correct_resolution(
            question=question,
            lead=self.lead,
            answer=answer,
            known_at=self.now - self.rng.randint(0, 3) * DAY,
            links=LINKS,
            reason="Misread",
            as_of=self.now,
        )

    def _ruled(self, **lookups: Any) -> Question:
        rulings = Resolution.objects.in_force().exclude(answer="reopened").filter(**lookups)
        return self.rng.choice(list(rulings)).question

    def overrule(self) -> None:
        self._correct_ruling(self._ruled(), self.rng.choice(["yes", "no", "ambiguous"]))

    def overrule_parent(self) -> None:
        """What annuls the questions that hang on it, or restores them."""
        parent = self._ruled(question__dependents__forecasts__isnull=False)
        answer = Resolution.objects.in_force().get(question=parent).answer
        self._correct_ruling(parent, "no" if answer == "yes" else "yes")

    def lift_annulment(self) -> None:
        self._correct_ruling(self._ruled(answer="annulled"), self.rng.choice(["yes", "no"]))

    def reopen(self) -> None:
        self._correct_ruling(self._ruled(), "reopened")

    def merge(self) -> None:
        expert = self.rng.choice(list(Expert.objects.current()))
        into = self.rng.choice(list(Expert.objects.current().exclude(pk=expert.pk)))
        merge_experts(expert=expert, into=into, reason="One", by=self.lead, as_of=self.now)

    def part(self) -> None:
        merge = self.rng.choice(list(ExpertMerge.objects.filter(undo=None)))
        undo_merge(merge=merge, reason="Two", by=self.lead, as_of=self.now)

    def steps(self) -> dict[Callable[[], None], int]:
        """What may happen, and how often."""
        return {
            self.record: 7,
            self.code: 6,
            self.resolve: 6,
            self.annul: 1,
            self.amend: 3,
            self.withdraw: 2,
            self.correct: 2,
            self.join: 2,
            self.edit: 2,
            self.overrule: 2,
            self.overrule_parent: 2,
            self.lift_annulment: 1,
            self.reopen: 1,
            self.merge: 1,
            self.part: 2,
        }

    def step(self) -> None:
        """Something happens; what the rules refuse, or nothing is there for, does not."""
        steps = self.steps()
        (chosen,) = self.rng.choices(list(steps), list(steps.values()))
        # Now and then two things are recorded at once.
        self.now += self.rng.choice([STEP, STEP, STEP, 0 * STEP])
        try:
            with transaction.atomic():
                chosen()
        except (RuleBrokenError, IndexError):
            return
        self.done.add(chosen.__name__)
