"""Whose codings somebody may read: coders are blind to each other until they have coded."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from desk.forecast_sight import questions_hidden_from
from desk.staff import is_onlooker
from forecasts.models import AdoptedRange, Coding, Forecast, Role, User


def codings_shown_to(user: User) -> QuerySet[Coding]:
    """Codings of forecasts the user has coded, too; leads see those that are adopted.

    Administrators see all, but not where they hold an editorial role, too.
    """
    if is_onlooker(user):
        return Coding.objects.all()
    own = Coding.objects.filter(forecast=OuterRef("forecast"), coder=user)
    shown: Any = Q(Exists(own))
    if user.has_role(Role.LEAD):
        shown |= Exists(AdoptedRange.objects.filter(forecast=OuterRef("forecast")))
    hidden = questions_hidden_from(user).values("pk")
    return Coding.objects.filter(shown).exclude(forecast__question__in=hidden)


def adopted_shown_to(user: User) -> QuerySet[AdoptedRange]:
    """Adopted ranges of forecasts that the user may read."""
    hidden = questions_hidden_from(user).values("pk")
    return AdoptedRange.objects.exclude(forecast__question__in=hidden)


def forecasts_to_code(user: User) -> QuerySet[Forecast]:
    """Forecasts in words with fewer codings than are needed, none of them by the user."""
    done = Coding.objects.filter(forecast=OuterRef("pk"))
    enough = AdoptedRange.objects.filter(forecast=OuterRef("pk"))
    return Forecast.objects.in_force().filter(
        ~Exists(done.filter(coder=user)),
        ~Exists(enough),
        kind=Forecast.Kind.FORECAST,
        basis=Forecast.Basis.INFERRED,
    )


def wants_coding_by(forecast: Forecast, user: User) -> bool:
    """Whether a reading by the user would be accepted."""
    return (
        forecast.kind == Forecast.Kind.FORECAST
        and forecast.basis == Forecast.Basis.INFERRED
        and forecast.superseded_at is None
        and user.has_role(Role.CODER, Role.LEAD)
        and not forecast.codings.filter(coder=user).exists()
    )
