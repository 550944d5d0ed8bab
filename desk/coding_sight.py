"""Whose codings somebody may read: coders are blind to each other until they have coded."""

from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from desk.forecast_sight import forecasts_shown_to, questions_hidden_from
from desk.staff import is_onlooker
from forecasts.models import AdoptedRange, Coding, Forecast, Question, Role, User
from forecasts.models.codings import CODINGS_NEEDED
from forecasts.selectors.codings import forecasts_apart, forecasts_in_words


def codings_shown_to(user: User) -> QuerySet[Coding]:
    """Codings of forecasts the user has coded, too; leads see those that are adopted or apart.

    Not on questions that are veiled, but for one's own. Administrators see all, but not where
    they hold an editorial role, too.
    """
    if is_onlooker(user):
        return Coding.objects.all()
    own = Coding.objects.filter(forecast=OuterRef("forecast"), coder=user)
    shown: Any = Q(Exists(own))
    if user.has_role(Role.LEAD):
        shown |= Exists(AdoptedRange.objects.filter(forecast=OuterRef("forecast")))
        shown |= Q(forecast__in=forecasts_apart().values("pk"))
    hidden = questions_hidden_from(user).values("pk")
    veiled = Q(forecast__question__in=questions_veiled_from(user).values("pk")) & ~Q(coder=user)
    return Coding.objects.filter(shown).exclude(forecast__question__in=hidden).exclude(veiled)


def adopted_shown_to(user: User) -> QuerySet[AdoptedRange]:
    """Adopted ranges of forecasts that the user may read."""
    hidden = questions_hidden_from(user).values("pk")
    return AdoptedRange.objects.exclude(forecast__question__in=hidden)


def forecasts_to_code(user: User) -> QuerySet[Forecast]:
    """Forecasts in words with fewer codings than are needed, none of them by the user."""
    done = Coding.objects.filter(forecast=OuterRef("pk"))
    number = done.order_by().values("forecast").annotate(n=Count("pk")).values("n")
    return (
        forecasts_in_words()
        .annotate(n_readings=Coalesce(Subquery(number), 0))
        .filter(~Exists(done.filter(coder=user)), n_readings__lt=CODINGS_NEEDED)
    )


def coding_queue(user: User) -> QuerySet[Any]:
    """What waits for the user's reading, the longest first, with `waits_since`.

    That is when the first coder read it; where nobody has, when it was recorded.
    """
    readings = Coding.objects.filter(forecast=OuterRef("pk")).order_by().values("forecast")
    first = Subquery(readings.annotate(first=Min("coded_at")).values("first"))
    waiting = forecasts_to_code(user).filter(pk__in=forecasts_shown_to(user).values("pk"))
    return waiting.annotate(waits_since=Coalesce(first, F("recorded_at"))).order_by(
        "waits_since", "pk"
    )


def next_to_code(user: User, forecast: Forecast) -> int | None:
    """The id of what follows the forecast in the user's queue; after the last comes the first."""
    readings = forecast.codings.aggregate(first=Min("coded_at"))
    here = (readings["first"] or forecast.recorded_at, forecast.pk)
    rest = coding_queue(user).exclude(pk=forecast.pk)
    behind = rest.filter(Q(waits_since__gt=here[0]) | Q(waits_since=here[0], pk__gt=here[1]))
    ids = (rows.values_list("pk", flat=True).first() for rows in (behind, rest))
    return next((pk for pk in ids if pk is not None), None)


def apart_for(user: User) -> QuerySet[Any]:
    """What waits for a lead, the longest first, with whether the user gave one of the readings."""
    shown = forecasts_shown_to(user).values("pk")
    own = Coding.objects.filter(forecast=OuterRef("pk"), coder=user)
    rows = forecasts_apart().filter(pk__in=shown).annotate(has_read=Exists(own))
    return rows.order_by("recorded_at", "pk")


def questions_veiled_from(user: User) -> QuerySet[Question]:
    """Questions with words that the user has still to read: what others said stays out of sight.

    Leads correct what others record, so nothing is veiled from them.
    """
    if not user.has_role(Role.CODER) or user.has_role(Role.LEAD):
        return Question.objects.none()
    return Question.objects.filter(pk__in=forecasts_to_code(user).values("question"))


def is_veiled_from(user: User) -> Q:
    """Forecasts of which the numbers stay out of sight; whoever recorded one knows them."""
    questions = questions_veiled_from(user).values("pk")
    return Q(question__in=questions, basis=Forecast.Basis.STATED) & ~Q(recorded_by=user)


def wants_coding_by(forecast: Forecast, user: User) -> bool:
    """Whether a blind reading by the user would be accepted."""
    return (
        forecast.kind == Forecast.Kind.FORECAST
        and forecast.basis == Forecast.Basis.INFERRED
        and forecast.superseded_at is None
        and user.has_role(Role.CODER, Role.LEAD)
        and not forecast.codings.filter(coder=user).exists()
        and not forecasts_apart().filter(pk=forecast.pk).exists()
    )
