"""Records as addresses name them: what a dispute can be about, and where each is shown."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.validators import slug_re
from django.db.models import QuerySet
from django.http import Http404
from django.urls import Resolver404, resolve, reverse

from forecasts.models import Expert, Forecast, Question, Resolution, Source
from forecasts.models import UnscorableStatement as Statement
from forecasts.models.disputes import Record
from forecasts.selectors.rulings import ruling_in_force

MAX_ID = 2**63 - 1
ROWS: dict[str, QuerySet[Any]] = {
    "expert": Expert.objects.all(),
    "question": Question.objects.all(),
    "forecast": Forecast.objects.select_related("expert", "question", "source"),
    "ruling": Resolution.objects.select_related("question"),
    "source": Source.objects.all(),
    "statement": Statement.objects.select_related("expert", "source"),
}
BY_SLUG = ("expert", "question")
PAGES = {
    **dict.fromkeys(
        ("web:expert", "api:expert", "api:expert-scores", "api:expert-forecasts"), "expert"
    ),
    **dict.fromkeys(("web:question", "api:question"), "question"),
}


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record as a dispute shows it: its kind, what it says, whose it is, where it stands."""

    kind: str
    title: str
    by: str
    href: str
    synthetic: bool


def record_of(kind: str, key: str) -> Record:
    """The record of that kind and slug or id. Raises Http404."""
    if kind not in ROWS:
        raise Http404
    if kind in BY_SLUG:
        # PostgreSQL takes no NUL.
        found = ROWS[kind].filter(slug=key).first() if slug_re.match(key) else None
    else:
        is_id = key.isascii() and key.isdecimal() and len(key) < 20 and int(key) <= MAX_ID
        found = ROWS[kind].filter(pk=key).first() if is_id else None
    if found is None:
        raise Http404
    record: Record = found
    return record


def record_at(address: str) -> Record | None:
    """The record that an address of a page, of the API or of a form of ours is about."""
    try:
        match = resolve(urlsplit(address.strip()).path)
        if match.view_name == "web:dispute-record":
            return record_of(match.kwargs["kind"], match.kwargs["key"])
        if match.view_name in PAGES:
            return record_of(PAGES[match.view_name], match.kwargs["slug"])
    except (Resolver404, Http404, ValueError):
        return None
    return None


def form_address(record: Record) -> str:
    """Where the record can be disputed."""
    kind = next(name for name, rows in ROWS.items() if isinstance(record, rows.model))
    key = record.slug if isinstance(record, Expert | Question) else record.pk
    return reverse("web:dispute-record", args=[kind, key])


def shown(record: Record) -> ShownRecord:
    """The record, ready for templates."""
    match record:
        case Expert():
            href = reverse("web:expert", args=[record.slug])
            return ShownRecord("Expert", record.name, "", href, record.synthetic)
        case Question():
            return ShownRecord("Question", record.title, "", _page(record), record.synthetic)
        case Resolution():
            about, answer = record.question, record.get_answer_display()
            title = f"{answer}: {about.title}"
            return ShownRecord("Ruling", title, "", _page(about), about.synthetic)
        case Forecast():
            expert, href = record.expert, _page(record.question)
            return ShownRecord("Forecast", record.quote, expert.name, href, expert.synthetic)
        case Source():
            by, href = record.outlet, record.url
            return ShownRecord("Source", record.title, by, href, record.synthetic)
        case Statement():
            return _statement(record)


def _statement(record: Statement) -> ShownRecord:
    expert = record.expert
    href = f"{reverse('web:expert', args=[expert.slug])}#unscorable" if expert else ""
    by = expert.name if expert else record.attributed_to
    return ShownRecord("Statement", record.quote, by, href, record.source.synthetic)


def _page(question: Question) -> str:
    return reverse("web:question", args=[question.slug])


def related(record: Record) -> list[ShownRecord]:
    """What else a reader of the record may mean, each with the address of its form."""
    if isinstance(record, Forecast):
        others: list[Record] = [record.source, record.question, record.expert]
    elif isinstance(record, Resolution):
        others = [record.question]
    elif isinstance(record, Question):
        ruling = ruling_in_force(record)
        others = [ruling] if ruling else []
    else:
        others = []
    return [_with_form(other) for other in others]


def _with_form(record: Record) -> ShownRecord:
    found = shown(record)
    return ShownRecord(found.kind, found.title, found.by, form_address(record), found.synthetic)
