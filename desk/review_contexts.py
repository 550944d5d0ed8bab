"""What the page of one question shows to one member of staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from desk.queues import run_of
from desk.review_forms import AnswerForm, CorrectForm, ReviewForm, SettleForm, VerdictForm
from desk.reviews import Review, Stance, review_of
from desk.side_forms import EvidenceForm, LiftBlindnessForm
from desk.versions import version_of
from forecasts.models import Role, User
from forecasts.selectors.undos import UNDO_WINDOW, bar_to_undo
from mail.models import Prompt
from mail.plans import CheckState, Plan, plan_of


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a button puts into "known at"; chosen by a person, never guessed."""

    key: str
    label: str
    value: str
    says: str


def page_of(
    question: Any, user: User, form: ReviewForm | None, *, as_of: datetime
) -> dict[str, Any]:
    """The context of the template; `form` is one that was refused."""
    review = review_of(question, user, as_of=as_of)
    plan = plan_of(question, as_of)
    is_open = review.ruling is None
    return {
        "title": question.title,
        "question": question,
        "review": review,
        "form": form if isinstance(form, AnswerForm) else _empty_form(review),
        "is_too_late": isinstance(form, AnswerForm) and not _is_open(form, review),
        "evidence_form": _side(form, EvidenceForm) if review.can_collect else None,
        "lift_form": _side(form, LiftBlindnessForm) if review.can_lift else None,
        "refused": form if form is not None and form.errors else None,
        "version": str(version_of(question)),
        "plan": plan,
        "is_due": question.deadline <= as_of and is_open,
        "asks_interim": is_open and _is_asked(plan) and review.stance is Stance.ANSWER,
        "can_rest": is_open and user.has_role(Role.REVIEWER, Role.LEAD),
        "seats": [seat for seat in question.assignments.all() if seat.closed_at is None],
        "moments": _moments(question.deadline, as_of),
        "undo_minutes": _undo_minutes(review, user, as_of),
        "run": run_of(user, question, as_of=as_of) if _runs(review, user) else None,
    }


def _runs(review: Review, user: User) -> bool:
    """Whether the reader is going through questions to answer."""
    if user.has_role(Role.LEAD):
        return review.stance is Stance.ANSWER
    return user.has_role(Role.REVIEWER)


def _empty_form(review: Review) -> ReviewForm | None:
    if review.stance is Stance.ANSWER:
        return VerdictForm()
    if review.stance is Stance.SETTLE:
        return SettleForm()
    return CorrectForm() if review.can_correct else None


def _is_open(form: AnswerForm, review: Review) -> bool:
    """Whether what was typed into the form can still be handed in."""
    is_open = {
        VerdictForm.action: review.stance is Stance.ANSWER,
        SettleForm.action: review.stance is Stance.SETTLE,
        CorrectForm.action: review.can_correct,
    }
    return is_open[form.action]


def _side(form: ReviewForm | None, kind: type[ReviewForm]) -> ReviewForm:
    return form if isinstance(form, kind) else kind()


def _is_asked(plan: Plan) -> bool:
    """Whether a look before the deadline is open."""
    open_ones = (CheckState.MAILED, CheckState.WAITING)
    now = timezone.now()
    return any(
        check.kind == Prompt.Kind.INTERIM and check.state in open_ones and check.due_at <= now
        for check in plan.checks
    )


def _moments(deadline: datetime, as_of: datetime) -> list[Moment]:
    known = [("t", "Now", as_of)]
    if deadline <= as_of:
        known.insert(0, ("d", "Deadline", deadline))
    local = [(key, label, timezone.localtime(at)) for key, label, at in known]
    return [
        Moment(key, label, f"{at:%Y-%m-%dT%H:%M}", f"{at:%-d %b %Y, %H:%M}")
        for key, label, at in local
    ]


def _undo_minutes(review: Review, user: User, as_of: datetime) -> int | None:
    """For how many minutes yet the reader can take their verdict back; None where they cannot."""
    own = review.latest_own
    if own is None or bar_to_undo(own, user, as_of=as_of) is not None:
        return None
    left = UNDO_WINDOW - (as_of - own.given_at)
    return max(1, -(-left // timedelta(minutes=1)))
