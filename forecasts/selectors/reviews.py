"""What reviewing needs to know: who may answer what, and what the answers so far mean."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from forecasts.models import Coding, Forecast, Question, Role, User, Verdict


def round_of(question: Question) -> int:
    """How many rulings came before: verdicts of an earlier round no longer count."""
    return len(question.resolutions.all())


def verdicts_of_round(question: Question) -> list[Verdict]:
    """The verdicts that count towards the next ruling, oldest first."""
    current = round_of(question)
    return [verdict for verdict in question.verdicts.all() if verdict.round == current]


def has_impasse(verdicts: Sequence[Verdict]) -> bool:
    """Whether a lead has to decide: the verdicts differ, or one says "ambiguous"."""
    answers = {verdict.answer for verdict in verdicts}
    return len(answers) > 1 or Verdict.Answer.AMBIGUOUS in answers


def coders_of(questions: Iterable[Question]) -> dict[int, set[int]]:
    """Who coded or recorded a forecast on each question, by question id."""
    coders: dict[int, set[int]] = defaultdict(set)
    ids = [question.pk for question in questions]
    for pairs in (
        Coding.objects.filter(forecast__question__in=ids).values_list(
            "forecast__question", "coder"
        ),
        Forecast.objects.filter(question__in=ids).values_list("question", "recorded_by"),
    ):
        for question, user in pairs:
            coders[question].add(user)
    return coders


def coded_by(question: Question, user: User) -> bool:
    """Whether the user has seen the forecasts on the question as a coder."""
    theirs = Q(recorded_by=user) | Q(codings__coder=user)
    return Forecast.objects.filter(theirs, question=question).exists()


def staff_by_role() -> dict[str, list[User]]:
    """Active users by role."""
    staff: dict[str, list[User]] = {role: [] for role in Role.values}
    users = User.objects.filter(is_active=True, groups__name__in=Role.values)
    for user in users.distinct().prefetch_related("groups"):
        for group in user.groups.all():
            staff.setdefault(group.name, []).append(user)
    return staff
