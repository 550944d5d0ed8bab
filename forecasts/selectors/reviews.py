"""What reviewing needs to know: who may answer what, and what the answers so far mean."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from forecasts.models import (
    Amendment,
    Coding,
    Forecast,
    HandOn,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)
from forecasts.selectors.columns import Among

QuestionT = TypeVar("QuestionT", bound=Question)
# A question, what is noted of it, the user whom it is noted of, and how many verdicts it needs.
Mark = tuple[int, str, int, int]
HANDED_ON, CODED, REVIEWS = "handed on", "coded", "reviews"
SAID = {*Verdict.Answer.values, HANDED_ON}
# As many reviewers as may pass a question on before it goes to a lead.
ENOUGH_HAND_ONS = 2
# They begin no round: the one follows the parent's ruling, the other takes a ruling back.
UNCOUNTED = (Resolution.Basis.CONDITION, Resolution.Basis.UNDO)


def round_of(question: Question) -> int:
    """How often a ruling or another meaning came: verdicts of an earlier round no longer count.

    A ruling that only follows the parent's leaves the verdicts as good as they were, and so does
    one that was undone. Reads prefetched `resolutions` and `amendments` where present.
    """
    undone = {
        r.supersedes_id for r in question.resolutions.all() if r.basis == Resolution.Basis.UNDO
    }
    rulings = [
        r for r in question.resolutions.all() if r.basis not in UNCOUNTED and r.pk not in undone
    ]
    meanings = [a for a in question.amendments.all() if a.field != Amendment.Field.TITLE]
    return len(rulings) + len(meanings)


def with_round(questions: QuerySet[QuestionT]) -> QuerySet[QuestionT]:
    """The questions, annotated with `round` as round_of counts it."""
    annotated: QuerySet[QuestionT] = questions.annotate(round=round_in_query("pk"))
    return annotated


def round_in_query(question: str) -> CombinedExpression:
    """The round as round_of counts it, of the question that the column of the row names."""
    rulings = Resolution.objects.exclude(basis__in=UNCOUNTED).exclude(
        superseded_by__basis=Resolution.Basis.UNDO
    )
    meanings = Amendment.objects.exclude(field=Amendment.Field.TITLE)
    return _number_of(rulings, question) + _number_of(meanings, question)


def _number_of(rows: QuerySet[Any], question: str) -> Coalesce:
    own = rows.filter(question=OuterRef(question)).order_by().values("question")
    counted = own.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def verdicts_of_round(question: Question) -> list[Verdict]:
    """The verdicts that count towards the next ruling, oldest first."""
    current = round_of(question)
    return [
        verdict
        for verdict in question.verdicts.all()
        if verdict.round == current and verdict.is_counting
    ]


def hand_ons_of_round(question: Question) -> list[HandOn]:
    """Who handed the question on in its present round, oldest first."""
    current = round_of(question)
    return [hand_on for hand_on in question.hand_ons.all() if hand_on.round == current]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered in the present round of one question."""

    verdicts: dict[int, str]
    """Each reviewer's answer, by user id."""
    handed_on: set[int]
    """Who handed the question on, whether they have answered since or not."""
    is_stuck: bool
    """Whether a lead has to decide."""


NO_ANSWERS = Answers({}, set(), is_stuck=False)


def answer_marks(questions: QuerySet[Question]) -> list[QuerySet[Any, Mark]]:
    """What answers_among has to know about the questions: the parts of one union of rows.

    Verdicts and hand-ons of the present round, who coded what was handed on, and who reviews.
    """
    given = _of_round(Verdict.objects.counting(), questions)
    handed_on = _of_round(HandOn.objects.all(), questions)
    passed = HandOn.objects.filter(question__in=questions.values("pk")).values("question")
    codings = Coding.objects.filter(forecast__question__in=passed)
    recordings = Forecast.objects.filter(question__in=passed)
    needed = F("question__required_verdicts")
    return [
        given.values_list("question", "answer", "reviewer", needed),
        handed_on.values_list("question", Value(HANDED_ON), "reviewer", needed),
        codings.values_list("forecast__question", Value(CODED), "coder", Value(0)),
        recordings.values_list("question", Value(CODED), "recorded_by", Value(0)),
        reachable_staff(Role.REVIEWER).values_list(Value(0), Value(REVIEWS), "pk", Value(0)),
    ]


def _of_round(rows: QuerySet[Any], questions: QuerySet[Question]) -> QuerySet[Any]:
    own = rows.filter(question__in=questions.values("pk"))
    return own.filter(round=round_in_query("question"))


def read_marks(parts: list[QuerySet[Any, Mark]]) -> list[Mark]:
    """The rows of all parts, in one query."""
    first, *others = (part.order_by() for part in parts)
    return list(first.union(*others, all=True))


def answers_among(marks: Iterable[Mark]) -> dict[int, Answers]:
    """What was answered on each question that has an answer or was handed on, by id."""
    said: dict[int, list[tuple[str, int]]] = defaultdict(list)
    coders: dict[int, set[int]] = defaultdict(set)
    reviewers, needed = set(), {}
    for question, mark, user, number in marks:
        if mark in SAID:
            said[question].append((mark, user))
            needed[question] = number
        elif mark == CODED:
            coders[question].add(user)
        elif mark == REVIEWS:
            reviewers.add(user)
    return {
        question: _answers(of_one, reviewers - coders[question], needed[question])
        for question, of_one in said.items()
    }


def _answers(said: list[tuple[str, int]], reviewers: set[int], needed: int) -> Answers:
    verdicts = {user: mark for mark, user in said if mark != HANDED_ON}
    handed_on = {user for mark, user in said if mark == HANDED_ON}
    is_stuck = need_a_lead(verdicts.values())
    if not is_stuck and len(verdicts) < needed:
        unsure = len(handed_on - verdicts.keys())
        nobody_left = unsure and not reviewers - handed_on - verdicts.keys()
        is_stuck = unsure >= ENOUGH_HAND_ONS or bool(nobody_left)
    return Answers(verdicts, handed_on, is_stuck=is_stuck)


def need_a_lead(answers: Iterable[str]) -> bool:
    """Whether the verdicts alone leave the question to a lead: they differ, or one is unclear."""
    said = set(answers)
    return len(said) > 1 or Verdict.Answer.AMBIGUOUS in said


def answers_on(questions: QuerySet[Question]) -> dict[int, Answers]:
    """What was answered on each of the questions that has an answer or was handed on, by id.

    A lead has to decide where verdicts differ or one says "ambiguous", and, while answers are
    wanting, where two reviewers handed the question on and did not answer since, or one did and
    nobody is left to ask.
    """
    return answers_among(read_marks(answer_marks(questions)))


def has_impasse(question: Question) -> bool:
    """Whether a lead has to decide, as answers_on tells it of the stored rows."""
    return bool(stuck_among(Question.objects.filter(pk=question.pk)))


def questions_at_impasse(questions: Iterable[Question]) -> set[int]:
    """The ids of those of the questions that a lead has to decide, in one query."""
    ids = [question.pk for question in questions]
    return stuck_among(Question.objects.filter(Among("pk", ids)))


def stuck_among(questions: QuerySet[Question]) -> set[int]:
    """The ids of those of the questions that a lead has to decide."""
    return {pk for pk, answers in answers_on(questions).items() if answers.is_stuck}


def coders_of(questions: Iterable[int]) -> dict[int, set[int]]:
    """Who coded or recorded a forecast on each question, by ids."""
    coders: dict[int, set[int]] = defaultdict(set)
    codings = Coding.objects.filter(forecast__question__in=questions)
    forecasts = Forecast.objects.filter(question__in=questions)
    for pairs in (
        codings.order_by().values_list("forecast__question", "coder").distinct(),
        forecasts.order_by().values_list("question", "recorded_by").distinct(),
    ):
        for question, user in pairs:
            coders[question].add(user)
    return coders


def coded_by(question: Question, user: User) -> bool:
    """Whether the user has seen the forecasts on the question as a coder."""
    theirs = Q(recorded_by=user) | Q(codings__coder=user)
    return Forecast.objects.filter(theirs, question=question).exists()


def is_coded_by(user: User) -> Q:
    """A condition on questions: whether the user has seen the forecasts on it as a coder."""
    codings = Coding.objects.filter(forecast__question=OuterRef("pk"), coder=user)
    recordings = Forecast.objects.filter(question=OuterRef("pk"), recorded_by=user)
    return Exists(codings) | Exists(recordings)


def reachable_staff(*roles: Role) -> QuerySet[User]:
    """Active users of one of the roles whom a mail can reach; once for each of their roles."""
    return User.objects.filter(is_active=True, groups__name__in=roles).exclude(email="")


def staff_by_role() -> dict[str, list[User]]:
    """Active users whom a mail can reach, by role."""
    staff: dict[str, list[User]] = {role: [] for role in Role.values}
    for user in reachable_staff(*Role).distinct().prefetch_related("groups"):
        for group in user.groups.all():
            staff.setdefault(group.name, []).append(user)
    return staff
