"""What is asked only if another question is answered in a certain way, recorded with one form."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from desk.fields import DeadlineField
from desk.question_sets import SetForm, criteria_field, line_field, slug_field
from forecasts.models import Question, User
from forecasts.services.question_sets import record_conditional_questions


class ConditionalForm(SetForm):
    """A question, and what is asked if it is answered yes or no."""

    # What the service says of the condition; of the others it names the rows.
    aliases: ClassVar = {
        "title": "parent_title",
        "slug": "parent_slug",
        "resolution_criteria": "parent_criteria",
        "deadline": "parent_deadline",
    }

    title = "Questions on a condition"
    intro = (
        "What is asked only if another question is answered yes, or no. With any other ruling on "
        "that one these are annulled."
    )

    parent = forms.ModelChoiceField(
        queryset=Question.objects.order_by(),
        required=False,
        label="The condition",
        widget=forms.NumberInput({"min": 1}),
        help_text="The number of a recorded question; it stands at the end of its address in "
        "this desk. Empty: a new one, described below.",
    )
    parent_title = line_field("Title of a new condition", required=False)
    parent_slug = slug_field("Its address", required=False)
    parent_criteria = criteria_field("Its resolution criteria", required=False)
    parent_deadline = DeadlineField(label="Its deadline", required=False)
    yes_title = line_field(
        "Title, if yes", required=False, help_text="“If the bridge opens, will tolls be charged?”"
    )
    no_title = line_field("Title, if no", required=False)
    slug = slug_field("Address", help_text="-if-yes and -if-no are added to it.")
    criteria = criteria_field("Resolution criteria of both")
    deadline = DeadlineField(label="Deadline of both")

    field_order = (
        *("parent", "parent_title", "parent_slug", "parent_criteria", "parent_deadline"),
        *("yes_title", "no_title", "slug", "criteria", "deadline"),
        *("topics", "opens_at", "required_verdicts", "synthetic"),
    )
    PARENT = ("parent_title", "parent_slug", "parent_criteria", "parent_deadline")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        for name in self.PARENT if typed.get("parent") is None and "parent" in typed else ():
            if not typed.get(name) and name not in self.errors:
                self.add_error(name, "A new condition needs this; or give the number of one.")
        if typed.get("parent") is not None and typed.get("parent_title"):
            self.add_error("parent_title", "Either a recorded question or a new one.")
        if not (typed.get("yes_title") or typed.get("no_title")):
            self.add_error("yes_title", "Ask something if yes, or if no.")
        return typed

    def condition(self) -> Question:
        """The question that the others hang on: a recorded one, or a new one."""
        typed = self.cleaned_data
        return typed["parent"] or Question(
            title=typed["parent_title"],
            slug=typed["parent_slug"],
            resolution_criteria=typed["parent_criteria"],
            deadline=typed["parent_deadline"],
            **self.shared(),
        )

    def dependents(self) -> Iterator[Question]:
        """What is asked for each answer."""
        typed = self.cleaned_data
        for answer in Question.ConditionAnswer.values:
            if typed[f"{answer}_title"]:
                yield Question(
                    title=typed[f"{answer}_title"],
                    slug=f"{typed['slug']}-if-{answer}",
                    resolution_criteria=typed["criteria"],
                    deadline=typed["deadline"],
                    depends_on_answer=answer,
                    **self.shared(),
                )

    def questions(self) -> list[Question]:
        condition = self.condition()
        return [*([condition] if not condition.pk else []), *self.dependents()]

    def rows(self) -> list[Question]:
        return list(self.dependents())

    def perform(self, by: User, as_of: datetime) -> int:
        rows = self.with_topics(self.rows())
        condition, topics = self.condition(), self.cleaned_data["topics"]
        n_new = len(rows) + (not condition.pk)
        record_conditional_questions(
            parent=condition, topics=topics, questions=rows, by=by, as_of=as_of
        )
        return n_new
