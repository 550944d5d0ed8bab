"""What forms that record several questions at once have in common."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from desk.fields import MomentField
from desk.forms import ServiceForm
from desk.wording_checks import Check, check_of
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Question, Topic, User
from forecasts.models.fields import MAX_TEXT
from forecasts.question_checks.findings import Draft
from forecasts.refusals import RowsRefusedError
from forecasts.selectors.likenesses import LONGEST_TITLE, Twin
from forecasts.services.question_sets import Questions


def line_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """A title, as the column takes it."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_TITLE,
        widget=forms.TextInput({"class": "vLargeTextField"}),
        help_text=help_text,
    )


def criteria_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """Criteria, as the column takes them."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"class": "vLargeTextField", "rows": 8}),
        help_text=help_text,
    )


def slug_field(label: str, *, required: bool = True, help_text: str = "") -> forms.SlugField:
    """The beginning of addresses; what is added to it has room."""
    return forms.SlugField(label=label, required=required, max_length=80, help_text=help_text)


@dataclass(frozen=True, slots=True)
class Planned:
    """A question that would be recorded, and what there is to say about it."""

    question: Question
    check: Check


class SetForm(ServiceForm, forms.Form):
    """What the questions of a set have in common."""

    title: ClassVar[str]
    intro: ClassVar[str]
    is_one_claim: ClassVar = False

    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    opens_at = MomentField(
        required=False, help_text="Empty: when the first forecast on it was made."
    )
    required_verdicts = forms.TypedChoiceField(
        coerce=int,
        choices=[(1, "1"), (2, "2")],
        help_text="2 where people are named: then two reviewers have to agree.",
    )
    synthetic = forms.BooleanField(required=False)

    def questions(self) -> list[Question]:
        """The questions that the form stands for, none of them recorded."""
        raise NotImplementedError

    def rows(self) -> list[Question]:
        """Those that a refusal of rows numbers."""
        return self.questions()

    def record(self, by: User, as_of: datetime) -> int | None:
        """Record all of them; how many, or None where any was refused."""
        return self.submit(lambda: self.perform(by, as_of))

    def rehearse(self, by: User, as_of: datetime) -> int | None:
        """As record, with nothing left of it: what would be refused is an error now."""
        return self.submit(lambda: _undone(lambda: self.perform(by, as_of)))

    def perform(self, by: User, as_of: datetime) -> int:
        """Call the service."""
        raise NotImplementedError

    def planned(self, as_of: datetime) -> list[Planned]:
        """The questions with what there is to say about each."""
        planned: list[Planned] = []
        for question in self.questions():
            # All titles are read for it, and those of one claim are like the same others.
            twins = planned[0].check.twins if planned and self.is_one_claim else None
            planned.append(Planned(question, self._checked(question, twins, as_of)))
        return planned

    def fingerprint(self) -> str:
        """Tells one plan from another: what was looked at is what is recorded."""
        topics = [topic.pk for topic in self.cleaned_data["topics"]]
        typed = json.dumps({**self.cleaned_data, "topics": topics}, default=str, sort_keys=True)
        return hashlib.sha256(typed.encode()).hexdigest()

    def shared(self) -> dict[str, Any]:
        """Columns that all have in common."""
        return {name: self.cleaned_data[name] for name in ("opens_at", "required_verdicts")} | {
            "synthetic": self.cleaned_data["synthetic"]
        }

    def with_topics(self, questions: list[Question]) -> Questions:
        """Each with the topics of all."""
        return [(question, self.cleaned_data["topics"]) for question in questions]

    def _checked(self, question: Question, twins: list[Twin] | None, as_of: datetime) -> Check:
        draft = Draft(
            title=question.title,
            criteria=question.resolution_criteria,
            deadline=question.deadline,
            opens_at=question.opens_at,
            topics=[topic.slug for topic in self.cleaned_data["topics"]],
        )
        return check_of(draft, synthetic=question.synthetic, as_of=as_of, twins=twins)

    def _refuse(self, error: RuleBrokenError) -> None:
        if not isinstance(error, RowsRefusedError):
            super()._refuse(error)
            return
        rows = self.rows()
        for number, why in error.refused.items():
            texts = why.messages if isinstance(why, ValidationError) else [str(why)]
            self.add_error(None, f"“{rows[number].title}”: {' '.join(texts)}")


def _undone(service: Callable[[], int]) -> int:
    with transaction.atomic():
        result = service()
        transaction.set_rollback(True)
    return result
