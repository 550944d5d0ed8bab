"""Whose disputes somebody may read: leads, and of those who review, not what could sway them."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from desk.forecast_sight import questions_hidden_from, sources_shown_to
from desk.staff import is_onlooker
from forecasts.models import Dispute, Role, User
from forecasts.selectors.disputes import listed_disputes


def disputes_shown_to(user: User) -> QuerySet[Dispute]:
    """Disputes as leads see them; administrators who decide nothing see them, too.

    A dispute says what somebody thinks of a forecast or an answer. So whoever could still give a
    verdict on the question sees none about it, and a reviewer who is no lead sees none at all.
    """
    if is_onlooker(user):
        return listed_disputes()
    if not user.has_role(Role.LEAD):
        return Dispute.objects.none()
    if not user.has_role(Role.REVIEWER):
        return listed_disputes()
    hidden = questions_hidden_from(user).values("pk")
    about = Q(question__in=hidden) | Q(resolution__question__in=hidden)
    about |= Q(forecast__question__in=hidden)
    swaying = Dispute.objects.filter(about).values("pk")
    shown = Q(source=None) | Q(source__in=sources_shown_to(user).values("pk"))
    return listed_disputes().filter(shown).exclude(pk__in=swaying)


def dispute_counts(user: User, *, as_of: datetime) -> dict[str, int]:
    """What waits for a lead, and how much of it is overdue."""
    is_new = Q(acknowledged_at=None)
    is_late = is_new & Q(acknowledge_by__lte=as_of) | Q(decide_by__lte=as_of)
    waiting = disputes_shown_to(user).filter(dismissed_at=None, decided_at=None)
    return waiting.aggregate(
        new=Count("pk", filter=is_new),
        open=Count("pk", filter=~is_new),
        overdue=Count("pk", filter=is_late),
    )
