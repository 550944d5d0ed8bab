"""Calendars of deadlines: public ones, and a secret one for each reviewer."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from forecasts.models import Expert, Topic, User
from forecasts.selectors.calendars import (
    MOST_DEADLINES,
    Deadline,
    calendar_owner,
    deadlines_for,
    deadlines_of,
    deadlines_on,
    public_deadlines,
)
from mail.checks import checks_waiting_for
from mail.links import site_link
from mail.models import Prompt
from web.calendars import Entry, calendar_file, deadline_entry
from web.merged import to_survivor

CONTENT_TYPE = "text/calendar; charset=utf-8"
CHECKS: dict[str, str] = {
    Prompt.Kind.NOTICE: "You are told that the question comes due soon.",
    Prompt.Kind.DUE: "You are asked for the answer.",
    Prompt.Kind.INTERIM: "You are asked whether it has already happened.",
}
FULL = (
    "These are {n:,} deadlines, the most that a calendar holds: the next to come first, then those "
    "just over. Others may be missing. The calendars of topics and experts are shorter."
)


@require_safe
def calendar_text(request: HttpRequest) -> HttpResponse:
    """The deadlines of all questions."""
    return _public("Hindcast: deadlines", public_deadlines(as_of=timezone.now()))


@require_safe
def topic_calendar_text(request: HttpRequest, slug: str) -> HttpResponse:
    """The deadlines on a topic."""
    now, topic = timezone.now(), get_object_or_404(Topic, slug=slug)
    return _public(f"Hindcast: {topic.name}", deadlines_on(slug, as_of=now))


@require_safe
def expert_calendar_text(request: HttpRequest, slug: str) -> HttpResponse:
    """The deadlines of what an expert said."""
    now = timezone.now()
    expert = get_object_or_404(Expert.objects.select_related("merged_into"), slug=slug)
    if expert.merged_into is not None:
        return to_survivor(request, expert.merged_into)
    return _public(f"Hindcast: {expert}", deadlines_of(slug, as_of=now))


@require_safe
def reviewer_calendar_text(request: HttpRequest, token: str) -> HttpResponse:
    """A reviewer's deadlines and checks: titles, times and links, nothing of what was said."""
    user = calendar_owner(token)
    response = _private_calendar(user) if user else render(request, "404.html", status=404)
    # The address is the key: no page that it leads to is told it, and no cache keeps it.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _public(title: str, deadlines: Sequence[Deadline]) -> HttpResponse:
    entries = [
        deadline_entry(row, link=site_link("web:question", row.question.slug)) for row in deadlines
    ]
    note = FULL.format(n=MOST_DEADLINES) if len(entries) >= MOST_DEADLINES else ""
    response = _response(title, entries, note)
    response.headers["Cache-Control"] = "public, max-age=900"
    return response


def _private_calendar(user: User) -> HttpResponse:
    now = timezone.now()
    deadlines = {row.question.pk: row for row in deadlines_for(user, as_of=now)}
    entries = [deadline_entry(row, link=_desk_link(pk)) for pk, row in deadlines.items()]
    entries += [
        Entry(
            name=f"check-{check.pk}",
            title=f"Check: {check.title}",
            at=check.due_at,
            link=_desk_link(check.question),
            note=CHECKS[check.kind],
            version=deadlines[check.question].n_changes,
            changed_at=deadlines[check.question].changed_at,
        )
        for check in checks_waiting_for(user, as_of=now)
        if check.question in deadlines
    ]
    return _response("Hindcast: your reviews", entries)


def _desk_link(question: int) -> str:
    return site_link("admin:desk_duequestion_change", question)


def _response(title: str, entries: Sequence[Entry], note: str = "") -> HttpResponse:
    """Without a time of the last change, which assignments and blindness would move, too.

    The middleware compares what is in it.
    """
    response = HttpResponse(calendar_file(title, entries, note=note), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="hindcast.ics"'
    return response
