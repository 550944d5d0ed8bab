"""Snoozing and assigning, one question or many: each row for itself, and none of them silently."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from desk.exceptions import StaleFormError
from desk.fields import DeadlineField
from desk.forms import ServiceForm
from desk.versions import Change, Version, changes_since, version_of
from forecasts import exceptions as rules
from forecasts.exceptions import BusyError
from forecasts.models import Question, Role, Snooze, User
from forecasts.selectors.reviews import reachable_staff
from forecasts.services.assignments import assign_questions
from forecasts.services.saving import atomic_or_busy, lock_question
from forecasts.services.snoozes import LONGEST, snooze_questions
from forecasts.templatetags.deadlines import deadline

MAX_ROWS = 200
READ = ("amendments", "assignments__reviewer", "resolutions", "snoozes", "verdicts")
# What is wrong with these is wrong with what was typed, and not with a row.
ABOUT_THE_FORM = (
    rules.NotYoursToAssignError,
    rules.ReviewerAwayError,
    rules.RoleMissingError,
    rules.SnoozeLengthError,
    rules.WaitReasonMissingError,
    ValidationError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A question that was chosen, and what would become of it."""

    question: Question
    version: Version
    effect: str
    bar: str = ""
    """Why nothing will be done about it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that was left as it is."""

    question: Question
    error: rules.RuleBrokenError
    changes: list[Change]

    @property
    def why(self) -> str:
        """Of a form that came too late, the changes say the rest."""
        return "Changed meanwhile" if isinstance(self.error, StaleFormError) else str(self.error)


class BulkForm(ServiceForm, forms.Form):
    """What is the same for all rows."""

    title: ClassVar[str]
    button: ClassVar[str]

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        super().__init__(data, label_suffix="")

    def rows(self, questions: Collection[Question], as_of: datetime) -> list[Row]:
        """What would become of each question."""
        ids = [question.pk for question in questions]
        open_ones = Question.objects.answerable().filter(pk__in=ids).values_list("pk", flat=True)
        answerable = set(open_ones)
        effects = self.effects(questions, as_of)
        return [
            Row(
                question,
                version_of(question),
                effects[question.pk],
                ""
                if question.pk in answerable
                else str(rules.NothingToAskError(title=question.title)),
            )
            for question in questions
        ]

    def effects(self, questions: Collection[Question], as_of: datetime) -> dict[int, str]:
        """In words, by question id."""
        raise NotImplementedError

    def perform(self, question: Question, as_of: datetime) -> object:
        """Call the service for one question."""
        raise NotImplementedError

    def carry_out(
        self, seen: Iterable[tuple[int, Version | None]], as_of: datetime
    ) -> tuple[list[Question], list[Refusal]]:
        """Do it to each row that is as it was seen; what was done, and what was not.

        Stops before the first row where what was typed is at fault.
        """
        done, refused = [], []
        for question in read_questions(pk for pk, _ in seen):
            version = dict(seen)[question.pk]
            try:
                self._do(question, version, as_of)
            except ABOUT_THE_FORM as error:
                self._place_error(error)
                break
            except rules.RuleBrokenError as error:
                refused.append(_refusal(question, version, error))
            except IntegrityError:  # a sweep assigned it at the same time
                refused.append(_refusal(question, version, BusyError()))
            else:
                done.append(question)
        return done, refused

    def _do(self, question: Question, seen: Version | None, as_of: datetime) -> None:
        # Whoever is late already need not wait for a lock to hear it.
        _check_fresh(question, seen)
        with atomic_or_busy():
            row = lock_question(question)
            _check_fresh(row, seen)
            self.perform(row, as_of)

    def _place_error(self, error: Exception) -> None:
        if isinstance(error, rules.RuleBrokenError):
            self._refuse(error)
        elif isinstance(error, ValidationError):
            self._place(error)


def _check_fresh(question: Question, seen: Version | None) -> None:
    if seen is not None and version_of(question) != seen:
        raise StaleFormError


def _refusal(question: Question, seen: Version | None, error: rules.RuleBrokenError) -> Refusal:
    fresh = read_questions([question.pk])[0]
    if seen is None or not isinstance(error, StaleFormError):
        return Refusal(fresh, error, [])
    return Refusal(fresh, error, changes_since(fresh, seen))


def read_questions(ids: Iterable[int]) -> list[Question]:
    """The questions, with what their version is made of."""
    rows: QuerySet[Question] = Question.objects.filter(pk__in=list(ids))
    return list(rows.order_by("deadline", "pk").prefetch_related(*READ))


class SnoozeForm(BulkForm):
    """Ask nobody for a while."""

    title = "Snooze"
    button = "Snooze"
    KEYS: ClassVar[dict[str, str]] = {"week": "w", "month": "m", "date": "d", "not_knowable": "n"}

    kind = forms.ChoiceField(
        label="For how long",
        choices=Snooze.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose for how long."},
    )
    until = DeadlineField(
        required=False,
        help_text="For “until a date”; may be given where it is not knowable yet. In UTC.",
    )
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "data-key": "r"}),
        help_text="Shown beside the question.",
    )

    def kinds(self) -> Iterator[tuple[forms.boundfield.BoundWidget, str]]:
        """The radio buttons with their keys."""
        for radio in self["kind"]:
            key = self.KEYS[radio.data["value"]]
            radio.data["attrs"]["data-key"] = key
            yield radio, key

    def effects(self, questions: Collection[Question], as_of: datetime) -> dict[int, str]:
        return {question.pk: _snooze_effect(question, as_of) for question in questions}

    def perform(self, question: Question, as_of: datetime) -> object:
        typed: dict[str, Any] = self.cleaned_data
        return snooze_questions(questions=[question], by=self.user, as_of=as_of, **typed)


def _snooze_effect(question: Question, as_of: datetime) -> str:
    return f"{_rest(question, as_of)} {_due_meanwhile(question, as_of)}".strip()


def _due_meanwhile(question: Question, as_of: datetime) -> str:
    """How long it rests is chosen on the same page, so that this is a condition."""
    if not as_of < question.deadline < as_of + LONGEST:
        return ""
    return (
        f"If that is after its deadline, {deadline(question.deadline)}, it comes due meanwhile, "
        "and is asked about after the snooze."
    )


def _rest(question: Question, as_of: datetime) -> str:
    lasting = [s for s in question.snoozes.all() if s.lifted_at is None and s.until > as_of]
    if lasting:
        until = timezone.localtime(max(snooze.until for snooze in lasting))
        return f"Nobody is asked. Replaces the snooze until {until:%-d %b %Y}."
    return "Nobody is asked until then."


class AssignForm(BulkForm):
    """Ask one person."""

    title = "Assign"
    button = "Assign"

    reviewer = forms.ModelChoiceField(queryset=User.objects.none(), empty_label="Choose somebody")
    reason = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "data-key": "r"}),
        help_text="Shown beside the question. Needed where you give it to somebody else.",
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        staff = reachable_staff(Role.REVIEWER, Role.LEAD).distinct().order_by("username")
        mine = staff.filter(pk=user.pk)
        field = self.fields["reviewer"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = staff if user.has_role(Role.LEAD) else mine

    def effects(self, questions: Collection[Question], as_of: datetime) -> dict[int, str]:
        return {question.pk: _assign_effect(question) for question in questions}

    def perform(self, question: Question, as_of: datetime) -> object:
        typed: dict[str, Any] = self.cleaned_data
        return assign_questions(questions=[question], by=self.user, as_of=as_of, **typed)


def _assign_effect(question: Question) -> str:
    seats = [seat for seat in question.assignments.all() if seat.closed_at is None]
    if not seats:
        return "Nobody is asked now."
    return f"Asked now: {', '.join(seat.reviewer.username for seat in seats)}."
