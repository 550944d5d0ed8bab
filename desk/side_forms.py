"""What is done about a question beside answering it: small forms on its page."""

from datetime import datetime
from typing import Any

from django import forms

from desk.fields import FilesField
from desk.review_forms import CorrectForm, ReviewForm, SettleForm, VerdictForm, links_field
from forecasts.exceptions import AlreadyUndoneError
from forecasts.models import Question, User
from forecasts.services.blindness import lift_blindness
from forecasts.services.evidence import collect_evidence
from forecasts.services.snoozes import lift_snooze
from forecasts.services.undos import undo_verdict
from mail.interims import answer_interim


class EvidenceForm(ReviewForm):
    """Evidence for everybody who will answer, without an answer."""

    action = "evidence"
    prefix = "collect"
    aliases = {"url": "links", "file": "files", "file_name": "files"}

    links = links_field("One on each line.", key="")
    files = FilesField(label="Files", required=False)  # type: ignore[assignment]

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        typed: dict[str, Any] = self.cleaned_data
        return collect_evidence(question=question, by=user, as_of=as_of, **typed)

    def outcome(self, question: Question) -> str:
        return "The evidence is kept with the question."


class LiftBlindnessForm(ReviewForm):
    """A lead's leave to read the forecasts before answering."""

    action = "lift_blindness"
    prefix = "blind"

    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 2}),
        help_text="Kept on the record. It cannot be taken back.",
    )

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        reason = self.cleaned_data["reason"]
        return lift_blindness(question=question, lead=user, reason=reason, as_of=as_of)

    def outcome(self, question: Question) -> str:
        return "Reviewers of this question may now read its forecasts."


class InterimForm(ReviewForm):
    """Somebody looked: it has not happened yet."""

    action = "interim"

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        return answer_interim(question=question, reviewer=user, as_of=as_of)

    def outcome(self, question: Question) -> str:
        return f"Noted: “{question.title}” has not happened yet. You are asked again in time."


class LiftSnoozeForm(ReviewForm):
    """Ask again from now on."""

    action = "lift_snooze"

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        return lift_snooze(question=question, by=user, as_of=as_of)

    def outcome(self, question: Question) -> str:
        return f"“{question.title}” is no longer snoozed."


class UndoForm(ReviewForm):
    """Taking one's own verdict back."""

    action = "undo"

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        own = question.verdicts.counting().filter(reviewer=user).last()
        if own is None:
            raise AlreadyUndoneError
        return undo_verdict(verdict=own, by=user, as_of=as_of)

    def outcome(self, question: Question) -> str:
        return f"Your verdict on “{question.title}” is taken back."


FORMS: dict[str, type[ReviewForm]] = {
    form.action: form
    for form in (
        *(VerdictForm, SettleForm, CorrectForm),
        *(EvidenceForm, InterimForm, LiftBlindnessForm),
        *(LiftSnoozeForm, UndoForm),
    )
}
