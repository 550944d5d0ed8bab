"""An office that is simulated: people in many zones who answer, forget, rest and go away."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from benchmarks.simulated_records import record_coded_forecast
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Absence, Assignment, Question, Role, Snooze, Topic, User
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.absences import cancel_absence, record_absence
from forecasts.services.assignments import assign_questions
from forecasts.services.questions import amend_question, record_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.snoozes import lift_snooze, snooze_questions
from forecasts.services.verdicts import give_verdict
from mail.interims import answer_interim

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINKS = ("https://example.org/evidence",)
TOPICS = ("economy", "elections", "science", "war")
# Name, zone, hour of the mail, how likely each listed question is answered.
REVIEWERS = (
    ("ann", "Europe/Berlin", 8, 0.5),
    ("bao", "Asia/Kolkata", 7, 0.35),
    ("cem", "America/New_York", 2, 0.25),
    ("dia", "Australia/Lord_Howe", 2, 0.4),
    ("eli", "America/Sao_Paulo", 0, 0.2),
    ("fay", "Pacific/Auckland", 23, 0.03),
)
LEADS = (("gil", "Africa/Cairo", 0, 0.4), ("hua", "America/Los_Angeles", 9, 0.3))
CODER = "ida"

Event = tuple[datetime, int, Callable[[datetime], None]]


@dataclass(slots=True)
class Office:
    """Staff, questions, and what will happen when."""

    rng: random.Random
    n_days: int
    events: list[Event] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    """How often each thing was done, or refused with which code."""
    diligence: dict[int, float] = field(default_factory=dict)
    reviewers: list[User] = field(default_factory=list)
    leads: list[User] = field(default_factory=list)
    coder: User = field(default_factory=User)
    questions: list[Question] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def at(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Let something happen at the first tick from `when` on."""
        heapq.heappush(self.events, (when, next(self._numbers), what))

    def live(self, as_of: datetime) -> None:
        """Do what has come up by now; what a rule refuses is counted."""
        while self.events and self.events[0][0] <= as_of:
            _, _, what = heapq.heappop(self.events)
            try:
                what(as_of)
            except RuleBrokenError as error:
                self.done[f"refused: {error.code}"] += 1

    def moment(self, first: float, last: float) -> datetime:
        """A random hour between two days."""
        return BEGINNING + round(self.rng.uniform(first, last) * 24) * HOUR


def open_office(*, seed: int, n_days: int, n_questions: int) -> Office:
    """Hire everybody, and plan what is recorded, amended and when people are away."""
    office = Office(rng=random.Random(seed), n_days=n_days)
    topics = [Topic.objects.create(slug=name, name=name.title()) for name in TOPICS]
    office.coder = _hire(office, (CODER, "UTC", 8, 0.0), Role.CODER)
    office.reviewers = [_hire(office, person, Role.REVIEWER) for person in REVIEWERS]
    office.leads = [_hire(office, person, Role.LEAD) for person in LEADS]
    # One of the reviewers codes, too, and so may not answer everything.
    office.reviewers[0].groups.add(Group.objects.get_or_create(name=Role.CODER)[0])
    for user in office.reviewers:
        user.topics.set(office.rng.sample(topics, 2))
    for number in range(n_questions):
        _plan_question(office, number, topics)
    for user in (*office.reviewers, *office.leads):
        for _ in range(max(1, n_days // 80)):
            _plan_absence(office, user)
        if n_days > 357:  # everybody is away at once, late in the year
            starts = BEGINNING + 355 * DAY
            office.at(starts - 9 * DAY, _leave(office, user, starts, 4))
    return office


def _hire(office: Office, person: tuple[str, str, int, float], role: Role) -> User:
    name, zone, hour, diligence = person
    user = User.objects.create(
        username=name, email=f"{name}@example.org", time_zone=zone, prompt_hour=hour
    )
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    office.diligence[user.pk] = diligence
    return user


def _plan_question(office: Office, number: int, topics: list[Topic]) -> None:
    rng = office.rng
    recorded_at = office.moment(0, office.n_days * 0.9)
    horizon = rng.choice((5, 20, 45, 100, 200, 365)) * rng.uniform(0.3, 1)
    # A twentieth is recorded when its deadline has long passed.
    days = -rng.uniform(1, 400) if rng.random() < 0.05 else horizon
    deadline = recorded_at + days * DAY
    if rng.random() < 0.8:
        deadline = deadline.replace(hour=0, minute=0, second=0, microsecond=0)
    interim_days = rng.choice((None, None, None, 0, 7, 45))
    two_verdicts, is_coded = rng.random() < 0.3, rng.random() < 0.1
    about = rng.sample(topics, rng.randint(0, 2))
    is_conditional = rng.random() < 0.06

    def record(as_of: datetime) -> None:
        parent = rng.choice(office.questions) if is_conditional and office.questions else None
        question = record_question(
            question=Question(
                slug=f"question-{number}",
                title=f"Will number {number} happen?",
                resolution_criteria="It happens, and is reported.",
                deadline=deadline,
                required_verdicts=1 + two_verdicts,
                interim_days=interim_days,
                depends_on=parent,
                depends_on_answer=rng.choice(("yes", "no")) if parent else "",
            ),
            topics=about,
            by=office.coder,
            as_of=as_of,
        )
        office.questions.append(question)
        office.done["questions recorded"] += 1
        if is_coded:
            record_coded_forecast(question, by=office.reviewers[0], as_of=as_of)

    office.at(recorded_at, record)
    if rng.random() < 0.12:
        amended_at = max(deadline + rng.uniform(-30, 20) * DAY, recorded_at + DAY)
        office.at(amended_at, _amend(office, number))


def _amend(office: Office, number: int) -> Callable[[datetime], None]:
    def amend(as_of: datetime) -> None:
        question = Question.objects.get(slug=f"question-{number}")
        if ruling_in_force(question):
            return
        moved = question.deadline + round(office.rng.uniform(-10, 60)) * DAY
        amend_question(
            question=question,
            changes={"deadline": moved},
            reason="Moved.",
            by=office.rng.choice(office.leads),
            as_of=as_of,
        )
        office.done["deadlines moved"] += 1

    return amend


def _plan_absence(office: Office, user: User) -> None:
    starts = office.moment(2, office.n_days)
    n_days = round(min(office.rng.expovariate(1 / 7) + 1, 28))
    office.at(starts - office.rng.choice((0, 3, 20)) * DAY, _leave(office, user, starts, n_days))


def _leave(office: Office, user: User, starts: datetime, n_days: int) -> Callable[[datetime], None]:
    def leave(as_of: datetime) -> None:
        first = max(starts.date(), user.local_date(as_of))
        absence = record_absence(
            user=user, starts_on=first, ends_on=first + n_days * DAY, by=user, as_of=as_of
        )
        office.done["absences"] += 1
        office.done["days away"] += n_days + 1
        if office.rng.random() < 0.1:
            office.at(as_of + office.rng.uniform(1, 20) * DAY, _come_back(absence))

    return leave


def _come_back(absence: Absence) -> Callable[[datetime], None]:
    return lambda as_of: cancel_absence(absence=absence, by=absence.user, as_of=as_of)


def let_read(office: Office, user: User, as_of: datetime) -> None:
    """Somebody has got a mail, and looks at what waits for them some hours later."""
    delay = office.rng.choice((1, 2, 5, 9, 30)) * HOUR
    office.at(as_of + delay, lambda now: _work(office, user, now))


def _work(office: Office, user: User, as_of: datetime) -> None:
    turns = Assignment.objects.open().filter(reviewer=user).select_related("question")
    for turn in turns.order_by("pk"):
        chance = office.rng.random()
        try:
            if chance < office.diligence[user.pk]:
                _answer(office, turn, user, as_of)
            elif chance > 0.97:
                _snooze(office, turn.question, user, as_of)
        except RuleBrokenError as error:
            office.done[f"refused: {error.code}"] += 1
    if user in office.leads and office.rng.random() < 0.2:
        _hand_out(office, user, as_of)


def _answer(office: Office, turn: Assignment, user: User, as_of: datetime) -> None:
    question, rng = turn.question, office.rng
    is_early = question.deadline > as_of
    if is_early and rng.random() < 0.9:
        answer_interim(question=question, reviewer=user, as_of=as_of)
        office.done["looks"] += 1
        return
    answer = "yes" if is_early else rng.choice(("yes", "no") * 9 + ("ambiguous", "annulled"))
    known_at = as_of if answer in {"yes", "no"} else None
    facts: dict[str, Any] = {
        "question": question,
        "answer": answer,
        "known_at": known_at,
        "as_of": as_of,
    }
    if turn.kind == Assignment.Kind.LEAD:
        settle_question(lead=user, links=LINKS, reason="Weighed.", **facts)
        office.done["settled"] += 1
    else:
        give_verdict(reviewer=user, links=LINKS, **facts)
        office.done["verdicts"] += 1
        if rng.random() < 0.04:
            office.at(as_of + 5 * DAY, _reopen(office, question))


def _reopen(office: Office, question: Question) -> Callable[[datetime], None]:
    def reopen(as_of: datetime) -> None:
        lead = office.rng.choice(office.leads)
        correct_resolution(
            question=question, lead=lead, answer="reopened", reason="Misread.", as_of=as_of
        )
        office.done["reopened"] += 1

    return reopen


def _snooze(office: Office, question: Question, user: User, as_of: datetime) -> None:
    kind = office.rng.choice(Snooze.Kind.values)
    until = as_of + office.rng.uniform(1, 60) * DAY if kind == Snooze.Kind.DATE else None
    snooze_questions(
        questions=[question], kind=kind, until=until, reason="Wait.", by=user, as_of=as_of
    )
    office.done["snoozes"] += 1
    if office.rng.random() < 0.2:
        lift_at = as_of + office.rng.uniform(1, 20) * DAY
        office.at(lift_at, lambda now: lift_snooze(question=question, by=user, as_of=now))


def _hand_out(office: Office, lead: User, as_of: datetime) -> None:
    due = list(Question.objects.due(as_of).order_by("deadline")[:5])
    if due:
        question, reviewer = office.rng.choice(due), office.rng.choice(office.reviewers)
        assign_questions(
            questions=[question], reviewer=reviewer, by=lead, reason="Please look.", as_of=as_of
        )
        office.done["assigned by hand"] += 1
