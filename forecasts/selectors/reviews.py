"""What reviewing needs to know: who may answer what, and what the answers so far mean."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from forecasts.models import (
    Amendment,
    Coding,
    Forecast,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)

QuestionT = TypeVar("QuestionT", bound=Question)


def round_of(question: Question) -> int:
    """How often a ruling or another meaning came: verdicts of an earlier round no longer count.

    A ruling that only follows the parent's leaves the verdicts as good as they were. Reads
    prefetched `resolutions` and `amendments` where present.
    """
    rulings = [r for r in question.resolutions.all() if r.basis != Resolution.Basis.CONDITION]
    meanings = [a for a in question.amendments.all() if a.field != Amendment.Field.TITLE]
    return len(rulings) + len(meanings)


def with_round(questions: QuerySet[QuestionT]) -> QuerySet[QuestionT]:
    """The questions, annotated with `round` as round_of counts it."""
    rulings = Resolution.objects.exclude(basis=Resolution.Basis.CONDITION)
    meanings = Amendment.objects.exclude(field=Amendment.Field.TITLE)
    annotated: QuerySet[QuestionT] = questions.annotate(
        round=_number_of(rulings) + _number_of(meanings)
    )
    return annotated


def _number_of(rows: QuerySet[Resolution] | QuerySet[Amendment]) -> Coalesce:
    own = rows.filter(question=OuterRef("pk")).order_by().values("question")
    counted = own.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def verdicts_of_round(question: Question) -> list[Verdict]:
    """The verdicts that count towards the next ruling, oldest first."""
    current = round_of(question)
    return [verdict for verdict in question.verdicts.all() if verdict.round == current]


def has_impasse(verdicts: Sequence[Verdict]) -> bool:
    """Whether a lead has to decide: the verdicts differ, or one says "ambiguous"."""
    answers = {verdict.answer for verdict in verdicts}
    return len(answers) > 1 or Verdict.Answer.AMBIGUOUS in answers


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


def staff_by_role() -> dict[str, list[User]]:
    """Active users whom a mail can reach, by role."""
    staff: dict[str, list[User]] = {role: [] for role in Role.values}
    users = User.objects.filter(is_active=True, groups__name__in=Role.values).exclude(email="")
    for user in users.distinct().prefetch_related("groups"):
        for group in user.groups.all():
            staff.setdefault(group.name, []).append(user)
    return staff
