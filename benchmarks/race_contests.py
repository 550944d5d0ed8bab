"""What many people try to do at the same moment, and how it has to end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from desk.bulks import AssignForm, BulkForm, SnoozeForm
from desk.versions import version_of
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Assignment, Question, Resolution, Role, Snooze, User
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import record_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
DEADLINE = START + timedelta(days=30)
AFTER = DEADLINE + timedelta(days=1)
DECISION: dict[str, Any] = {
    "known_at": DEADLINE,
    "links": ("https://example.org/evidence",),
    "as_of": AFTER,
}
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who takes part: as many reviewers as leads, and those who prepare the ground."""

    reviewers: list[User]
    leads: list[User]
    coder: User
    judges: list[User]


@dataclass(frozen=True, slots=True)
class Contest:
    """Questions, and what everybody does to them at once."""

    name: str
    prepare: Callable[[Staff], Question]
    act: Callable[[list[Question], Staff, int], list[str]]
    """What the person of this number does, and how it ended for each question."""
    winners: Callable[[int], int]
    """How many of so many may succeed, with each question."""
    rulings: int | None
    """How many rulings there are in the end; None where it depends on who came first."""
    n_questions: int = 1
    n_arranged: int = 0
    """How many snoozes and assignments a question has in the end."""

    def faults(self, questions: list[Question], *, n_ok: int, n_people: int) -> list[str]:
        """What went wrong beyond errors: too many winners, or what they left behind."""
        found = [fault for question in questions for fault in self._faults_of(question)]
        is_won = n_ok == self.winners(n_people) * len(questions)
        return found if is_won else [f"{n_ok} succeeded", *found]

    def _faults_of(self, question: Question) -> list[str]:
        rows = list(Resolution.objects.filter(question=question).order_by("pk"))
        in_force = [row for row in rows if row.superseded_at is None]
        before = [None, *(row.pk for row in rows)]
        is_chain = all(row.supersedes_id == pk for row, pk in zip(rows, before, strict=False))
        kinds = (Snooze.objects, Assignment.objects)
        n_arranged = sum(kind.filter(question=question).count() for kind in kinds)
        checks = {
            f"{len(rows)} rulings": self.rulings in (None, len(rows)),
            f"{len(in_force)} rulings in force": len(in_force) == min(1, len(rows)),
            "the chain of rulings is broken": is_chain,
            f"{n_arranged} snoozes and assignments": n_arranged == self.n_arranged,
        }
        return [fault for fault, holds in checks.items() if not holds]


def make_staff(n_people: int) -> Staff:
    """People with their roles."""

    def people(role: Role, n: int) -> list[User]:
        group, _ = Group.objects.get_or_create(name=role)
        made = []
        for _ in range(n):
            name = f"racer-{next(_numbers)}"
            user = User.objects.create(username=name, email=f"{name}@example.org")
            user.groups.add(group)
            made.append(user)
        return made

    return Staff(
        reviewers=people(Role.REVIEWER, n_people),
        leads=people(Role.LEAD, n_people),
        coder=people(Role.CODER, 1)[0],
        judges=people(Role.REVIEWER, 2),
    )


def _question(staff: Staff, required_verdicts: int = 1) -> Question:
    number = next(_numbers)
    question = Question(
        slug=f"race-{number}",
        title=f"Will {number} happen?",
        resolution_criteria="It happens.",
        deadline=DEADLINE,
        required_verdicts=required_verdicts,
    )
    return record_question(question=question, by=staff.coder, as_of=START)


def _two_wanted(staff: Staff) -> Question:
    return _question(staff, required_verdicts=2)


def _disputed(staff: Staff) -> Question:
    question = _two_wanted(staff)
    for judge, answer in zip(staff.judges, ("yes", "no"), strict=True):
        give_verdict(question=question, reviewer=judge, answer=answer, **DECISION)
    return question


def _resolved(staff: Staff) -> Question:
    question = _question(staff)
    give_verdict(question=question, reviewer=staff.judges[0], answer="yes", **DECISION)
    return question


def _say_yes(question: Question, staff: Staff, number: int) -> object:
    return give_verdict(
        question=question, reviewer=staff.reviewers[number], answer="yes", **DECISION
    )


def _say_yes_or_no(question: Question, staff: Staff, number: int) -> object:
    answer = ("yes", "no")[number % 2]
    return give_verdict(
        question=question, reviewer=staff.reviewers[number], answer=answer, **DECISION
    )


def _hand_on(question: Question, staff: Staff, number: int) -> object:
    return hand_on_question(question=question, reviewer=staff.reviewers[number], as_of=AFTER)


def _settle(question: Question, staff: Staff, number: int) -> object:
    return settle_question(
        question=question, lead=staff.leads[number], answer="no", reason="Read it.", **DECISION
    )


def _correct(question: Question, staff: Staff, number: int) -> object:
    return correct_resolution(
        question=question, lead=staff.leads[number], answer="no", reason="Misread.", **DECISION
    )


def _answer_or_settle(question: Question, staff: Staff, number: int) -> object:
    return (_say_yes, _settle)[number % 2](question, staff, number)


def _each(act: Callable[[Question, Staff, int], object]) -> Any:
    """Do it to one question after the other."""

    def acts(questions: list[Question], staff: Staff, number: int) -> list[str]:
        return [_ending(lambda: act(question, staff, number)) for question in questions]  # noqa: B023, at once

    return acts


def _ending(call: Callable[[], object]) -> str:
    """Say "ok", the code of the rule that refused, or, after a "!", another kind of error."""
    try:
        call()
    except RuleBrokenError as error:
        return error.code
    except Exception as error:  # noqa: BLE001, whatever it is has to be counted
        return unexpected(error)
    return "ok"


def unexpected(error: Exception) -> str:
    """The ending of somebody who met what nobody should meet."""
    return f"!{type(error).__name__}: {error}".replace("\n", " ")[:80]


def _snooze_all(questions: list[Question], staff: Staff, number: int) -> list[str]:
    typed = {"kind": "week", "reason": f"By {number}."}
    return _carry_out(SnoozeForm(staff.reviewers[number], typed), questions)


def _take_all(questions: list[Question], staff: Staff, number: int) -> list[str]:
    reviewer = staff.reviewers[number]
    return _carry_out(AssignForm(reviewer, {"reviewer": reviewer.pk}), questions)


def _snooze_or_take_all(questions: list[Question], staff: Staff, number: int) -> list[str]:
    return (_snooze_all, _take_all)[number % 2](questions, staff, number)


def _carry_out(form: BulkForm, questions: list[Question]) -> list[str]:
    """Hand the form in, as it was filled in when the questions were read."""
    seen = [(question.pk, version_of(question)) for question in questions]
    if not form.is_valid():
        return [f"!{form.errors.as_json()}"]
    done, refused = form.carry_out(seen, AFTER)
    faults = [f"!{form.errors.as_json()}"] if form.errors else []
    return [*("ok" for _ in done), *(refusal.error.code for refusal in refused), *faults]


def one(n_people: int) -> int:
    """One of them succeeds."""
    return min(1, n_people)


def two(n_people: int) -> int:
    """Two of them succeed."""
    return min(2, n_people)


MANY = {"n_questions": 3, "n_arranged": 1}
CONTESTS = (
    Contest("verdicts where one decides", _question, _each(_say_yes), one, 1),
    Contest("verdicts where two have to agree", _two_wanted, _each(_say_yes), two, 1),
    Contest("verdicts that differ", _two_wanted, _each(_say_yes_or_no), two, None),
    Contest("handing on", _question, _each(_hand_on), two, 0),
    Contest("settlements of an impasse", _disputed, _each(_settle), one, 1),
    Contest("verdicts and settlements of an impasse", _disputed, _each(_answer_or_settle), one, 1),
    Contest("corrections of a ruling", _resolved, _each(_correct), one, 2),
    Contest("bulk snoozes of three", _question, _snooze_all, one, 0, **MANY),
    Contest("bulk assignments of three", _question, _take_all, one, 0, **MANY),
    Contest(
        "bulk snoozes and assignments of three", _question, _snooze_or_take_all, one, 0, **MANY
    ),
)
MOST_QUESTIONS = max(contest.n_questions for contest in CONTESTS)
