"""What reviewers and leads fill in: a verdict, a settlement, a correction."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from desk.exceptions import StaleFormError
from desk.fields import FilesField, LinksField, MomentField, MomentInput
from desk.forms import ServiceForm
from desk.versions import Version, version_of
from forecasts.models import Question, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import has_impasse
from forecasts.selectors.rulings import ruling_in_force
from forecasts.services.evidence import collect_evidence
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.saving import lock_question
from forecasts.services.verdicts import give_verdict

HINTS = {
    Answer.YES: "The criteria were met in time.",
    Answer.NO: "They were not met in time, or no longer can be: before the deadline, note why.",
    Answer.AMBIGUOUS: "The evidence cannot tell. A lead decides; nobody is scored.",
    Answer.ANNULLED: "A bad question, or its condition was not met. Nobody is scored.",
    Answer.REOPENED: "The ruling falls, and reviewers answer once more.",
    "unsure": "You cannot tell: somebody else is asked, and after two of you a lead.",
}
UNSURE = "unsure"
OPEN_ANSWERS: list[tuple[str, str]] = [
    (Answer.YES, "Yes"),
    (Answer.NO, "No"),
    (Answer.AMBIGUOUS, "Ambiguous"),
    (Answer.ANNULLED, "Annulled"),
]
ANSWER_KEYS = {
    Answer.YES: "y",
    Answer.NO: "n",
    Answer.AMBIGUOUS: "a",
    Answer.ANNULLED: "x",
    Answer.REOPENED: "r",
    UNSURE: "u",
}
KNOWN_AT = "When the world could know it, not when you looked. Needed for yes and no."


def answer_field(answers: list[tuple[str, str]]) -> forms.ChoiceField:
    """Radio buttons."""
    return forms.ChoiceField(
        choices=answers,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer."},
    )


def known_at_field() -> MomentField:
    """When the world knew; never guessed, but two moments are a key away."""
    widget = MomentInput({"data-key": "w"})
    return MomentField(label="Known at", required=False, widget=widget, help_text=KNOWN_AT)


def links_field(help_text: str, key: str = "e") -> LinksField:
    """Addresses of evidence, one on each line."""
    return LinksField(
        label="Evidence: links",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            {"rows": 3, "inputmode": "url", "spellcheck": "false", "data-key": key or None}
        ),
        help_text=help_text,
    )


class ReviewForm(ServiceForm, forms.Form):
    """A decision about a question, refused where the question has changed under it."""

    action: ClassVar[str]
    watched: ClassVar[slice] = slice(0, 0)
    """Which parts of the version matter here."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", prefix=self.prefix)

    def decide(self, question: Question, user: User, *, version: str, as_of: datetime) -> bool:
        """Hand the decision in; False where it was refused."""
        return bool(self.submit(lambda: self._decide(question, user, version, as_of)))

    def _decide(self, question: Question, user: User, version: str, as_of: datetime) -> bool:
        row = lock_question(question)
        seen, present = Version.parse(version), version_of(row)
        if version and (seen is None or seen[self.watched] != present[self.watched]):
            raise StaleFormError
        self.perform(row, user, as_of)
        return True

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        """Call the service."""
        raise NotImplementedError

    def outcome(self, question: Question) -> str:
        """What to tell whoever handed it in; `question` is as it now stands."""
        raise NotImplementedError


class AnswerForm(ReviewForm):
    """A form with an answer to choose."""

    def answers(self) -> Iterator[tuple[forms.boundfield.BoundWidget, str, str]]:
        """The radio buttons with their hints and keys."""
        for radio in self["answer"]:
            value = radio.data["value"]
            radio.data["attrs"]["data-key"] = ANSWER_KEYS[value]
            yield radio, HINTS[value], ANSWER_KEYS[value]

    def outcome(self, question: Question) -> str:
        ruling = ruling_in_force(question)
        done = "Your verdict is in" if self.action == "verdict" else "Your decision is in"
        if ruling is not None:
            return f"{done}, and “{question.title}” is resolved: {ruling.answer}."
        if has_impasse(question):
            return f"{done}. “{question.title}” now goes to a lead."
        if self.action == "correct":
            return f"“{question.title}” is open again."
        return f"{done}. “{question.title}” waits for a second opinion."


class VerdictForm(AnswerForm):
    """A reviewer's answer with its evidence."""

    action = "verdict"
    # Of rulings the service tells more than that there is one.
    watched = slice(0, 1)
    aliases = {"url": "links", "file": "files", "file_name": "files"}

    answer = answer_field([*OPEN_ANSWERS, (UNSURE, "Unsure")])
    known_at = known_at_field()
    links = links_field("One on each line. Yes and no need at least one link or file.")
    # The metaclass takes fields out of the class, so that nothing is overridden here.
    files = FilesField(label="Evidence: files", required=False)  # type: ignore[assignment]
    note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text="What decided it. Shown in public once the question is resolved.",
    )

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        """Give the verdict, or hand the question on."""
        typed: dict[str, Any] = self.cleaned_data
        if typed["answer"] != UNSURE:
            return give_verdict(question=question, reviewer=user, as_of=as_of, **typed)
        evidence = {name: typed[name] for name in ("links", "files")}
        if any(evidence.values()):
            collect_evidence(question=question, by=user, as_of=as_of, **evidence)
        return hand_on_question(question=question, reviewer=user, note=typed["note"], as_of=as_of)

    def outcome(self, question: Question) -> str:
        if self.cleaned_data["answer"] != UNSURE:
            return super().outcome(question)
        whom = "a lead" if has_impasse(question) else "somebody else"
        return f"“{question.title}” is handed on to {whom}."


class SettleForm(AnswerForm):
    """A lead's decision where verdicts disagree or cannot tell."""

    action = "settle"
    watched = slice(0, 4)
    aliases = {"url": "links"}
    service: ClassVar[Callable[..., object]] = settle_question

    answer = answer_field(OPEN_ANSWERS)
    known_at = known_at_field()
    links = links_field(
        "One on each line. Yes and no need one where no verdict with that answer has evidence."
    )
    reason = forms.CharField(
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Shown in public.",
        error_messages={"required": "Give a reason: it is shown in public."},
    )

    def perform(self, question: Question, user: User, as_of: datetime) -> object:
        """Settle it."""
        return type(self).service(question=question, lead=user, as_of=as_of, **self.cleaned_data)


class CorrectForm(SettleForm):
    """A lead's correction of a ruling, which the new one supersedes."""

    action = "correct"
    service = correct_resolution

    answer = answer_field([*OPEN_ANSWERS, (Answer.REOPENED, "Reopened")])
