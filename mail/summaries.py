"""The weekly summary for leads: made on Mondays at their hour, left and resumed by a link."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction

from forecasts.models import Role, User
from forecasts.selectors.absences import away_until
from forecasts.selectors.reviews import reachable_staff
from forecasts.services.saving import atomic_or_busy
from mail.content.summaries import SummaryContent, summary_content
from mail.links import site_host, site_link
from mail.models import Delivery
from mail.rendering import render_mail
from mail.weeks import Week

SALT = "hindcast.summaries.unsubscribe"
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class BadSummaryTokenError(Exception):
    """This link is not one of ours, was cut on its way, or its user is gone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A lead whose Monday has come, and the week that is over."""

    lead: User
    hour: datetime
    week: Week

    @property
    def key(self) -> str:
        """Of the one mail on that week to them."""
        return f"summary:{self.week}:user:{self.lead.pk}"


def queue_summaries(*, as_of: datetime, last_ran: datetime | None) -> int:
    """Put the summary of the week before in the outbox for leads whose hour has come.

    `last_ran` is when the last run that came to its end began: whose hour had come by then has
    theirs, or was no lead. So the first run ever makes none. After downtime only the newest week
    is told of. Returns how many were made. Safe twice and at once, for the key is unique.
    """
    turns = _turns(as_of, last_ran)
    made = set(
        Delivery.objects.filter(key__in=[turn.key for turn in turns]).values_list("key", flat=True)
    )
    contents: dict[tuple[str, datetime], SummaryContent] = {}
    n_made = 0
    for turn in turns:
        if turn.key in made:
            continue
        place = str(turn.week), turn.hour
        if place not in contents:
            contents[place] = _content(turn)
        n_made += _queue(turn, contents[place], as_of)
    return n_made


def _turns(as_of: datetime, last_ran: datetime | None) -> list[Turn]:
    if last_ran is None:
        return []
    leads = reachable_staff(Role.LEAD).filter(wants_summary=True).order_by("pk")
    away = away_until(as_of)
    turns = [_turn(lead, as_of) for lead in leads if lead.pk not in away]
    # A clock that was put back has run later than now.
    return [turn for turn in turns if not turn.hour <= last_ran <= as_of]


def _turn(lead: User, as_of: datetime) -> Turn:
    today = lead.local_date(as_of)
    monday = today - DAY * (today.isoweekday() - 1)
    if lead.prompted_at(monday) > as_of:
        monday -= WEEK
    return Turn(lead, lead.prompted_at(monday), Week.containing(monday - DAY))


def _content(turn: Turn) -> SummaryContent:
    """As of the lead's hour, so that what is late says the same; leads of one hour share it."""
    return summary_content(str(turn.week), starts_at=turn.hour - WEEK, as_of=turn.hour)


def _queue(turn: Turn, content: SummaryContent, as_of: datetime) -> bool:
    link = summary_link(turn.lead)
    name = turn.lead.get_full_name() or turn.lead.username
    mail = render_mail("summary", {"summary": content, "name": name, "unsubscribe_link": link})
    try:
        with transaction.atomic():
            Delivery.objects.create(
                key=turn.key,
                kind=Delivery.Kind.SUMMARY,
                user=turn.lead,
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
                headers={
                    "Auto-Submitted": "auto-generated",
                    "List-Id": f"Hindcast weekly summary for leads <summary.{site_host()}>",
                    "List-Unsubscribe": f"<{link}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
                not_before=turn.hour,
                created_at=as_of,
            )
    except IntegrityError:
        return False
    return True


def summary_link(user: User) -> str:
    """The address at which this user stops the summary, and does nothing else."""
    return site_link("web:summary", signing.Signer(salt=SALT).sign(str(user.pk)))


def user_of_summary(token: str) -> User:
    """Whose summary the link is about. Raises BadSummaryTokenError."""
    try:
        pk = int(signing.Signer(salt=SALT).unsign(token))
    except signing.BadSignature as error:
        raise BadSummaryTokenError from error
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise BadSummaryTokenError
    return found


@atomic_or_busy()
def choose_summary(*, user: User, is_wanted: bool) -> User:
    """Send the summary, or no more of it, not even what waits. Safe to repeat.

    Raises BusyError.
    """
    user.wants_summary = is_wanted
    user.save(update_fields=["wants_summary"])
    if not is_wanted:
        waiting = Delivery.objects.filter(kind=Delivery.Kind.SUMMARY, user=user)
        waiting = waiting.filter(state=Delivery.State.PENDING)
        waiting.update(state=Delivery.State.SUPPRESSED, error="unsubscribed")
    return user
