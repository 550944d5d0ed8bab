"""What reviewers and leads fill in: a verdict, a settlement, a correction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from desk.exceptions import StaleFormError
from desk.fields import FilesField, LinksField, MomentField
from desk.forms import ServiceForm
from forecasts.models import Question, Resolution, User, Verdict
from forecasts.models.resolutions import Answer
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.saving import lock_question
from forecasts.services.verdicts import give_verdict

HINTS = {
    Answer.YES: "The criteria were met in time.",
    Answer.NO: "They were not met in time, or no longer can be: before the deadline, note why.",
    Answer.AMBIGUOUS: "The evidence cannot tell. A lead decides; nobody is scored.",
    Answer.ANNULLED: "A bad question, or its condition was not met. Nobody is scored.",
    Answer.REOPENED: "The ruling falls, and reviewers answer once more.",
}
KNOWN_AT = "When the world could know it, not when you looked. Needed for yes and no."


def version_of(question: Question) -> str:
    """Changes whenever the question was amended or ruled on."""
    return f"{question.amendments.count()}.{question.resolutions.count()}"


def answer_field(answers: list[Answer]) -> forms.ChoiceField:
    """Radio buttons, each with what it means."""
    return forms.ChoiceField(
        choices=[(answer.value, answer.label.partition(":")[0]) for answer in answers],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer."},
    )


def links_field(help_text: str) -> LinksField:
    """Addresses of evidence, one on each line."""
    return LinksField(
        label="Evidence: links",
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 3, "inputmode": "url", "spellcheck": "false"}),
        help_text=help_text,
    )


class ReviewForm(ServiceForm, forms.Form):
    """A decision about a question, refused where the question has changed under it."""

    action: ClassVar[str]
    watched: ClassVar[slice]
    """Which parts of the version matter here."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")

    def decide(
        self, question: Question, user: User, *, version: str, as_of: datetime
    ) -> Verdict | Resolution | None:
        """Hand the decision in; None where it was refused."""
        return self.submit(lambda: self._decide(question, user, version, as_of))

    def _decide(
        self, question: Question, user: User, version: str, as_of: datetime
    ) -> Verdict | Resolution:
        row = lock_question(question)
        seen, present = version.split("."), version_of(row).split(".")
        if version and seen[self.watched] != present[self.watched]:
            raise StaleFormError
        return self.perform(row, user, as_of)

    def perform(self, question: Question, user: User, as_of: datetime) -> Verdict | Resolution:
        """Call the service."""
        raise NotImplementedError

    def answers(self) -> list[tuple[forms.boundfield.BoundWidget, str]]:
        """The radio buttons with their hints."""
        return [(radio, HINTS[Answer(radio.data["value"])]) for radio in self["answer"]]


class VerdictForm(ReviewForm):
    """A reviewer's answer with its evidence."""

    action = "verdict"
    # Of rulings the service tells more than that there is one.
    watched = slice(0, 1)
    aliases = {"url": "links", "file": "files", "file_name": "files"}

    answer = answer_field([Answer.YES, Answer.NO, Answer.AMBIGUOUS, Answer.ANNULLED])
    known_at = MomentField(label="Known at", required=False, help_text=KNOWN_AT)
    links = links_field("One on each line. Yes and no need at least one link or file.")
    # The metaclass takes fields out of the class, so that nothing is overridden here.
    files = FilesField(label="Evidence: files", required=False)  # type: ignore[assignment]
    note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text="What decided it. Shown in public once the question is resolved.",
    )

    def perform(self, question: Question, user: User, as_of: datetime) -> Verdict:
        """Give the verdict."""
        typed: dict[str, Any] = self.cleaned_data
        return give_verdict(question=question, reviewer=user, as_of=as_of, **typed)


class SettleForm(ReviewForm):
    """A lead's decision where verdicts disagree or cannot tell."""

    action = "settle"
    watched = slice(0, 2)
    aliases = {"url": "links"}
    service: ClassVar[Callable[..., Resolution]] = settle_question

    answer = answer_field([Answer.YES, Answer.NO, Answer.AMBIGUOUS, Answer.ANNULLED])
    known_at = MomentField(label="Known at", required=False, help_text=KNOWN_AT)
    links = links_field(
        "One on each line. Yes and no need one where no verdict with that answer has evidence."
    )
    reason = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Shown in public.",
        error_messages={"required": "Give a reason: it is shown in public."},
    )

    def perform(self, question: Question, user: User, as_of: datetime) -> Resolution:
        """Settle it."""
        return type(self).service(question=question, lead=user, as_of=as_of, **self.cleaned_data)


class CorrectForm(SettleForm):
    """A lead's correction of a ruling, which the new one supersedes."""

    action = "correct"
    service = correct_resolution

    answer = answer_field(list(Answer))


FORMS: dict[str, type[ReviewForm]] = {
    form.action: form for form in (VerdictForm, SettleForm, CorrectForm)
}
