"""Moments in two zones, badges, counts of the queue."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from desk.article_sight import articles_shown_to
from desk.article_texts import Piece
from desk.coding_sight import apart_for, coding_queue
from desk.dispute_sight import dispute_counts
from desk.queues import next_deadline, queue_counts
from desk.staff import staff_of
from forecasts.models import Article, Forecast, Question, Quotation, Role, User
from forecasts.selectors.articles import open_proposals
from mail.models import Prompt
from mail.plans import CheckState, Plan, PlannedCheck

register = template.Library()
OUR_RULES = "forecasts.extraction.proposals.proposals"
# Characters before and behind a sentence that tell what it is about.
AROUND = 400
BADGE = '<span class="badge" title="Invented, to show how the service works">synthetic</span>'


@register.simple_tag
def synthetic_badge(row: object) -> SafeString | str:
    """Marks what is invented."""
    return SafeString(BADGE) if getattr(row, "synthetic", False) else ""


@register.filter
def has_calendar(user: User) -> bool:
    """Whether the user reviews or leads, so that something can wait for them."""
    return user.has_role(Role.REVIEWER, Role.LEAD)


@register.filter
def moment(value: datetime) -> SafeString:
    """A moment where the reader is, and in UTC."""
    zone = timezone.get_current_timezone_name()
    local = timezone.localtime(value)
    at = f"{local:%-d %b %Y, %H:%M}"
    if zone == "UTC":
        return format_html('<time datetime="{}">{} UTC</time>', value.isoformat(), at)
    return format_html(
        '<time datetime="{}">{} <span class="quiet">{} · {}</span></time>',
        value.isoformat(),
        at,
        zone,
        f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC",
    )


@register.filter
def local(value: datetime) -> str:
    """A moment where the reader is; nothing where that is UTC."""
    zone = timezone.get_current_timezone_name()
    return "" if zone == "UTC" else f"{timezone.localtime(value):%-d %b %Y, %H:%M} {zone}"


@register.filter
def away(deadline: datetime) -> str:
    """How long ago the deadline passed, or how far off it is."""
    passed = timezone.now() - deadline
    return f"in {_days(-passed)}" if passed < timedelta(0) else f"{_days(passed)} ago"


def _days(span: timedelta) -> str:
    if span.days:
        return "1 day" if span.days == 1 else f"{span.days} days"
    hours = span.seconds // 3600
    return "less than an hour" if not hours else "1 hour" if hours == 1 else f"{hours} hours"


@register.filter
def percent(share: float) -> str:
    """A share from 0 to 1."""
    return f"{share:.0%}"


@register.filter
def latest_checks(plan: Plan) -> list[PlannedCheck]:
    """The checks of a plan, without those that were cancelled and armed anew."""
    cancelled = CheckState.CANCELLED
    kept = {(c.kind, c.day): c for c in plan.checks if c.state == cancelled}
    asked = {(c.kind, c.day) for c in plan.checks if c.state != cancelled}
    return [
        check
        for check in plan.checks
        if check.state != cancelled
        or ((check.kind, check.day) not in asked and kept[check.kind, check.day] is check)
    ]


@register.filter
def check_name(check: PlannedCheck) -> str:
    """What a check asks, and when it was meant."""
    days = "1 day" if abs(check.day) == 1 else f"{abs(check.day)} days"
    if check.kind == Prompt.Kind.INTERIM:
        return "Has it already happened?"
    if check.kind == Prompt.Kind.NOTICE:
        return f"Notice, {days} before"
    if check.day:
        return f"The answer, {days} after"
    return "The answer, on the day" if check.is_from_deadline else "The answer, once it is wanted"


@register.simple_tag(takes_context=True)
def due_counts(context: template.Context) -> dict[str, int]:
    """How many questions are due, for the signed-in reviewer and in all."""
    request: HttpRequest = context["request"]
    return queue_counts(staff_of(request), as_of=timezone.now())


@register.simple_tag(takes_context=True)
def disputes_to_do(context: template.Context) -> dict[str, int]:
    """How many disputes wait for a lead."""
    request: HttpRequest = context["request"]
    return dispute_counts(staff_of(request), as_of=timezone.now())


@register.simple_tag(takes_context=True)
def readings_to_do(context: template.Context) -> dict[str, int]:
    """How many phrases wait for the signed-in coder, and how many for a lead."""
    user = staff_of(context["request"])
    return {
        "mine": coding_queue(user).count(),
        "apart": apart_for(user).count() if user.has_role(Role.LEAD) else 0,
    }


@register.filter
def marked(quote: str, phrase: str) -> SafeString:
    """The quote with its phrase marked, where it holds the phrase."""
    start = quote.casefold().find(phrase.casefold()) if phrase else -1
    # Letters that fold to several would move what is marked.
    if start < 0 or len(quote.casefold()) != len(quote):
        return format_html("{}", quote)
    end = start + len(phrase)
    return format_html("{}<mark>{}</mark>{}", quote[:start], quote[start:end], quote[end:])


@register.filter
def chance(number: Decimal) -> str:
    """A probability, without zeros that say nothing."""
    return f"{number.normalize():f}"


@register.simple_tag
def coming_next() -> Question | None:
    """The question whose deadline comes next."""
    return next_deadline(as_of=timezone.now())


@register.filter
def has_facets(changelist: ChangeList) -> bool:
    """Whether a filter other than the part of the queue is in force."""
    return any(spec.used_parameters for spec in changelist.filter_specs[1:])


@register.inclusion_tag("desk/tabs.html")
def queue_tabs(changelist: ChangeList) -> dict[str, Any]:
    """Links to the parts of the queue, with counts."""
    return {"choices": list(changelist.filter_specs[0].choices(changelist))}


@register.simple_tag(takes_context=True)
def proposals_to_decide(context: dict[str, Any]) -> int:
    """How many proposals wait in the articles that the user may read."""
    request: HttpRequest = context["request"]
    shown = articles_shown_to(staff_of(request)).values("pk")
    return open_proposals().filter(article__in=shown).count()


@register.filter
def marked_up(pieces: list[Piece]) -> SafeString:
    """A paragraph of an article with its proposals marked and numbered."""
    return format_html_join("", "{}", ((_marked_up(piece),) for piece in pieces))


def _marked_up(piece: Piece) -> SafeString:
    text = linebreaksbr(piece.text)
    if not piece.state:
        return text
    shown = format_html("<strong>{}</strong>", text) if piece.is_phrase else text
    place = SafeString(' id="here"') if piece.number and piece.is_current else ""
    current = " is-current" if piece.is_current else ""
    return format_html(
        '<mark class="proposed proposed-{}{}"{}>{}{}</mark>',
        piece.state,
        current,
        place,
        _number_of(piece),
        shown,
    )


def _number_of(piece: Piece) -> SafeString | str:
    if not piece.number:
        return ""
    return format_html(
        '<a href="?p={}#here" class="proposed-number"{} aria-label="Proposal {}, {}">{}</a>',
        piece.link,
        SafeString(' aria-current="true"') if piece.is_current else "",
        piece.number,
        piece.state,
        piece.number,
    )


@register.filter
def passage(proposal: Any) -> SafeString:
    """The sentence, with the phrase that carries the likelihood set off."""
    text = proposal.article.text[proposal.start : proposal.end]
    before, phrase, after = text.partition(proposal.phrase) if proposal.phrase else (text, "", "")
    return format_html("{}<strong>{}</strong>{}", before, phrase, after)


@register.filter
def in_context(proposal: Any) -> SafeString:
    """The sentence between the words around it."""
    words = _around(proposal.article.text, proposal.start, proposal.end)
    return format_html(
        '<span class="quiet">{}</span>{}<span class="quiet">{}</span>',
        words[0],
        passage(proposal),
        words[1],
    )


@register.filter
def around(forecast: Forecast) -> tuple[str, str]:
    """The words before and behind the quote, where the text of its source was taken in."""
    place = Quotation.objects.filter(forecast=forecast).first()
    article = Article.objects.filter(source=forecast.source_id).defer("original").first()
    return _around(article.text, place.start, place.end) if place and article else ("", "")


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return (
        f"…{before}" if start > AROUND else before,
        f"{after}…" if end + AROUND < len(text) else after,
    )


@register.filter
def extractor(name: str) -> str:
    """What an extractor is called beside its proposals."""
    return "our rules" if name == OUR_RULES else name
