"""What is unclear in a question as it stands in a form, and which questions may ask the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from desk.fields import DeadlineField, MomentField
from forecasts.models import Question
from forecasts.models.fields import MAX_TEXT, validate_readable
from forecasts.question_checks.checks import findings
from forecasts.question_checks.findings import Draft, Finding
from forecasts.selectors.likenesses import LONGEST_TITLE, Twin, questions_like

LIMITS = {"title": LONGEST_TITLE, "resolution_criteria": MAX_TEXT}
TIMES: dict[str, type[forms.Field]] = {
    "deadline": DeadlineField,
    "opens_at": MomentField,
    "said_on": forms.DateField,
}


@dataclass(frozen=True, slots=True)
class Check:
    """Findings and questions that may ask the same; `is_empty`: nothing was written yet."""

    findings: list[Finding]
    twins: list[Twin]
    is_empty: bool = False

    @property
    def summary(self) -> str:
        """How many things there are to look at."""
        if self.is_empty:
            return "Nothing to check yet."
        n = len(self.findings) + bool(self.twins)
        if not n:
            return "Nothing to look at again."
        return "1 thing to look at again." if n == 1 else f"{n} things to look at again."


def check_of(
    draft: Draft,
    *,
    synthetic: bool,
    as_of: datetime,
    but: int | None = None,
    twins: list[Twin] | None = None,
) -> Check:
    """Everything there is to say about a draft. but: the id of the question that it is.

    twins: those of the same claim, where they are known already.
    """
    texts = {"title": draft.title, "resolution_criteria": draft.criteria}
    refused = [finding for name, text in texts.items() for finding in _refusals(name, text)]
    if refused:
        return Check(refused, [])
    if twins is None:
        twins = questions_like(draft.title, synthetic=synthetic, but=but)
    is_empty = not (draft.title or draft.criteria or draft.deadline)
    return Check(findings(draft, as_of=as_of), twins, is_empty)


def _refusals(name: str, text: str) -> Iterator[Finding]:
    """What no form would take, and what is not looked into any further."""
    if len(text) > LIMITS[name]:
        message = f"At most {LIMITS[name]:,} characters; these are {len(text):,}."
        yield Finding("too_long", name, message)
        return
    try:
        validate_readable(text)
    except ValidationError as error:
        yield Finding("unreadable", name, " ".join(error.messages))


def typed_draft(typed: QueryDict) -> Draft:
    """The draft in a form as it was sent, with nothing for what cannot be read."""
    times = {name: _read(field(), name, typed) for name, field in TIMES.items()}
    said_on = times["said_on"]
    return Draft(
        title=_text(typed, "title"),
        criteria=_text(typed, "resolution_criteria"),
        deadline=times["deadline"],
        opens_at=times["opens_at"],
        said_at=said_on and datetime.combine(said_on, time.min, UTC),
        topics=typed.getlist("topics"),
    )


def draft_of(question: Question) -> Draft:
    """The draft that a recorded question is."""
    return Draft(
        title=question.title,
        criteria=question.resolution_criteria,
        deadline=question.deadline,
        opens_at=question.opens_at,
        topics=[topic.slug for topic in question.topics.all()],
    )


def _text(typed: Mapping[str, Any], name: str) -> str:
    # As the columns will have it, so that places in the text are those in the field.
    return str(typed.get(name, "")).replace("\r\n", "\n")


def _read(field: forms.Field, name: str, typed: QueryDict) -> Any:
    try:
        return field.clean(field.widget.value_from_datadict(typed, {}, name))
    except (ValidationError, OverflowError):
        return None
