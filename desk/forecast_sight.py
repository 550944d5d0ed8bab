"""Whose forecasts somebody may read: who is to give a verdict reads none before it is in."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from forecasts.models import (
    BlindnessLift,
    Forecast,
    Question,
    Resolution,
    Role,
    Source,
    User,
    Verdict,
)
from forecasts.selectors.reviews import is_coded_by, round_in_query
from forecasts.selectors.undos import UNDO_WINDOW


def questions_hidden_from(user: User) -> QuerySet[Any]:
    """Questions on which the user could still give a verdict; none for who is no reviewer.

    Whoever recorded or coded a forecast on a question gives no verdict on it, and whoever has
    given theirs cannot be swayed any more, once they cannot take it back. A ruling that verdicts
    made may be undone for a while, and then everybody else can answer, too.
    Where a lead lifted blindness nothing is hidden.
    """
    if not user.has_role(Role.REVIEWER):
        return Question.objects.none()
    since = timezone.now() - UNDO_WINDOW
    own = Verdict.objects.counting().filter(
        question=OuterRef("pk"), reviewer=user, given_at__gte=since
    )
    ruled = Resolution.objects.in_force().filter(
        question=OuterRef("pk"), basis=Resolution.Basis.VERDICTS, resolved_at__gte=since
    )
    lifted = BlindnessLift.objects.values("question")
    blind = Question.objects.exclude(pk__in=lifted)
    answered = Verdict.objects.counting().filter(
        question=OuterRef("pk"), reviewer=user, round=round_in_query("question")
    )
    undecided = Q(pk__in=Question.objects.unresolved()) & ~Exists(answered)
    return blind.filter(~is_coded_by(user)).filter(undecided | Exists(own) | Exists(ruled))


def forecasts_shown_to(user: User) -> QuerySet[Forecast]:
    """Forecasts that cannot sway a verdict of the user."""
    return Forecast.objects.exclude(question__in=questions_hidden_from(user).values("pk"))


def sources_shown_to(user: User) -> QuerySet[Source]:
    """Sources of such forecasts, and those that the user has read as a coder."""
    said = Forecast.objects.filter(source=OuterRef("pk"))
    hidden = said.filter(question__in=questions_hidden_from(user).values("pk"))
    read = said.filter(Q(recorded_by=user) | Q(codings__coder=user))
    return Source.objects.filter(~Exists(hidden) | Exists(read) | Q(recorded_by=user))
