"""One claim at several deadlines, recorded with one form."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from desk.fields import DeadlineField
from desk.question_sets import SetForm, criteria_field, line_field, slug_field
from forecasts.models import Question, QuestionFamily, User
from forecasts.question_checks.dates import dates
from forecasts.services.question_sets import record_question_family

PLACE = "{deadline}"
MOST_DEADLINES = 40


class DeadlinesField(forms.CharField):
    """Deadlines in UTC, one on each line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=2000,
            widget=forms.Textarea({"rows": 5}),
            help_text="One on each line, such as 2026-12-31 or 31 December 2026; with a time, "
            "such as 2026-12-31 18:00. In UTC. Without a time: the end of that day, 24:00 UTC.",
            **kwargs,
        )

    def clean(self, value: Any) -> list[datetime]:
        """The moments in their order."""
        lines = [line.strip() for line in super().clean(value).splitlines()]
        found = [_deadline(number, line) for number, line in enumerate(lines, start=1) if line]
        if len(found) > MOST_DEADLINES:
            raise ValidationError(f"At most {MOST_DEADLINES} deadlines.")
        if twice := sorted({at for at in found if found.count(at) > 1}):
            raise ValidationError(f"{_written(twice[0])} is there twice.")
        return sorted(found)


def _deadline(number: int, line: str) -> datetime:
    named = [one for one in dates(line) if one.start == 0 and one.first == one.last]
    try:
        [day] = named
        at = line[day.end :].removesuffix("UTC").strip()
        return _moment(day.first.isoformat(), at)
    except (ValueError, ValidationError) as error:
        shown = line if len(line) <= 40 else f"{line[:39]}…"
        message = f"Line {number}: “{shown}” is no day. Write it as 2026-12-31."
        raise ValidationError(message) from error


def _moment(day: str, at: str) -> datetime:
    moment = DeadlineField().clean([day, at])
    if not isinstance(moment, datetime):
        raise ValidationError("No day.")
    return moment


class FamilyForm(SetForm):
    """One claim at several deadlines."""

    aliases: ClassVar = {"title": "family_title", "slug": "family_slug"}

    is_one_claim = True
    title = "One claim at several deadlines"
    intro = (
        "The same claim is asked once for each deadline. The questions overlap, so they are one "
        "family and count as one in statistics. {deadline} stands for the date."
    )

    claim = line_field(
        "Title", help_text="With {deadline} in it: “Will the bridge be open by {deadline}?”"
    )
    slug = slug_field("Address", help_text="The date is added to it, such as bridge-2026-12-31.")
    criteria = criteria_field("Resolution criteria", help_text="May have {deadline} in them, too.")
    deadlines = DeadlinesField()
    family = forms.ModelChoiceField(
        queryset=QuestionFamily.objects.all(),
        required=False,
        label="Family",
        empty_label="A new one",
    )
    family_title = line_field("Title of a new family", required=False)
    family_slug = slug_field(
        "Address of a new family", required=False, help_text="Empty: made of its title."
    )

    field_order = (
        *("claim", "slug", "criteria", "deadlines", "family", "family_title", "family_slug"),
        *("topics", "opens_at", "required_verdicts", "synthetic"),
    )

    def clean_claim(self) -> str:
        text = str(self.cleaned_data["claim"])
        if PLACE not in text:
            message = "Write {deadline} where the date belongs: without it all titles are the same."
            raise ValidationError(message)
        return text

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("family") is None and not typed.get("family_title"):
            self.add_error("family_title", "Choose a family, or give a new one a title.")
        return typed

    def questions(self) -> list[Question]:
        typed = self.cleaned_data
        return [
            Question(
                title=typed["claim"].replace(PLACE, _written(at)),
                slug=f"{typed['slug']}-{_for_address(at)}",
                resolution_criteria=typed["criteria"].replace(PLACE, _written(at)),
                deadline=at,
                **self.shared(),
            )
            for at in typed["deadlines"]
        ]

    def perform(self, by: User, as_of: datetime) -> int:
        typed = self.cleaned_data
        slug = typed["family_slug"] or slugify(typed["family_title"])[:80]
        family = typed["family"] or QuestionFamily(title=typed["family_title"], slug=slug)
        rows = self.with_topics(self.questions())
        record_question_family(family=family, questions=rows, by=by, as_of=as_of)
        return len(rows)


def _is_day(moment: datetime) -> bool:
    return moment == datetime.combine(moment.date(), time.min, UTC)


def _last_day(moment: datetime) -> datetime:
    return moment - timedelta(days=1) if _is_day(moment) else moment


def _written(moment: datetime) -> str:
    day = f"{_last_day(moment):%-d %B %Y}"
    return day if _is_day(moment) else f"{moment:%H:%M} UTC on {day}"


def _for_address(moment: datetime) -> str:
    return f"{_last_day(moment):%Y-%m-%d}" if _is_day(moment) else f"{moment:%Y-%m-%d-%H%M}"
