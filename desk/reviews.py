"""Where a reviewer stands towards a question, and what they may read of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from desk.staff import is_onlooker
from forecasts import exceptions as rules
from forecasts.models import (
    BlindnessLift,
    Evidence,
    HandOn,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)
from forecasts.selectors.columns import Among
from forecasts.selectors.reviews import (
    hand_ons_of_round,
    round_in_query,
    round_of,
    stuck_among,
    verdicts_of_round,
)
from forecasts.selectors.rulings import ruling_in_force


class Stance(StrEnum):
    """What is left for somebody to do about a question."""

    ANSWER = "answer"
    ANSWERED = "answered"
    SETTLE = "settle"
    RESOLVED = "resolved"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class Review:
    """A question as one member of staff may see it."""

    question: Question
    stance: Stance
    notice: str
    """Why there is no form, or what to know before filling it in."""
    ruling: Resolution | None
    own_verdict: Verdict | None
    latest_own: Verdict | None
    """The newest that the reader gave and did not take back, in whatever round."""
    verdicts: list[Verdict]
    """What everybody answered, in this round; empty where the reader has to stay blind."""
    hand_ons: list[HandOn]
    """Who handed the question on in this round, and why; shown with the verdicts."""
    earlier_evidence: list[Evidence]
    collected: list[Evidence]
    """Evidence that was collected for the question itself."""
    lift: BlindnessLift | None
    """A lead's leave to read the forecasts before answering."""
    n_given: int
    can_correct: bool = False
    can_lift: bool = False
    """Whether the reader may let reviewers read the forecasts first."""
    can_collect: bool = False
    """Whether the reader may add evidence for all to see."""


def review_of(question: Any, user: User, *, as_of: datetime) -> Review:
    """What the user may read and do; `question` is as review_rows reads it for them."""
    ruling = ruling_in_force(question)
    lift = getattr(question, "blindness_lift", None)
    verdicts = verdicts_of_round(question)
    own = next((verdict for verdict in verdicts if verdict.reviewer_id == user.pk), None)
    stance, notice = _resolved(question, user) if ruling else _open(question, user, verdicts, as_of)
    shows_verdicts = stance is Stance.SETTLE or (ruling is not None and user.has_role(Role.LEAD))
    shown = _counting(question) if ruling else verdicts
    return Review(
        question=question,
        stance=stance,
        notice=notice,
        ruling=ruling,
        own_verdict=own,
        latest_own=_latest_own(question, user),
        verdicts=shown if shows_verdicts else [],
        hand_ons=hand_ons_of_round(question) if shows_verdicts else [],
        earlier_evidence=_earlier_evidence(question),
        collected=sorted(question.evidence.all(), key=lambda row: row.pk),
        lift=lift,
        n_given=len(verdicts),
        can_correct=ruling is not None and user.has_role(Role.LEAD) and not notice,
        can_lift=ruling is None and user.has_role(Role.LEAD) and lift is None,
        can_collect=ruling is None and user.has_role(Role.REVIEWER, Role.LEAD),
    )


def _latest_own(question: Any, user: User) -> Verdict | None:
    verdicts = reversed(question.verdicts.all())
    return next((v for v in verdicts if v.reviewer_id == user.pk and v.is_counting), None)


def _resolved(question: Any, user: User) -> tuple[Stance, str]:
    if user.has_role(Role.LEAD):
        return Stance.RESOLVED, _bar_to_lead(question, user)
    return Stance.RESOLVED, ""


def _open(
    question: Any, user: User, verdicts: list[Verdict], as_of: datetime
) -> tuple[Stance, str]:
    if not user.has_role(Role.REVIEWER, Role.LEAD):
        return Stance.BARRED, str(rules.RoleMissingError(role="reviewer or lead"))
    if question.is_coded:
        return Stance.BARRED, str(rules.OwnCodingError())
    if question.has_impasse:
        return _at_impasse(question, user)
    if any(verdict.reviewer_id == user.pk for verdict in verdicts):
        return Stance.ANSWERED, ""
    if not user.has_role(Role.REVIEWER):
        return Stance.BARRED, str(rules.NotBlindError())
    return Stance.ANSWER, _before_its_time(question, as_of)


def _at_impasse(question: Any, user: User) -> tuple[Stance, str]:
    if not user.has_role(Role.LEAD):
        return Stance.BARRED, str(rules.ImpasseError())
    bar = _bar_to_lead(question, user)
    if any(hand_on.reviewer_id == user.pk for hand_on in hand_ons_of_round(question)):
        bar = bar or str(rules.OwnHandOnError())
    return (Stance.BARRED, bar) if bar else (Stance.SETTLE, "")


def _bar_to_lead(question: Any, lead: User) -> str:
    if question.is_coded:
        return str(rules.OwnCodingError())
    if any(verdict.reviewer_id == lead.pk for verdict in _counting(question)):
        return str(rules.OwnVerdictError())
    return ""


def _before_its_time(question: Any, as_of: datetime) -> str:
    parent = question.depends_on
    if parent and question.parent_answer != question.depends_on_answer:
        error = rules.ConditionOpenError(parent=parent.title, needed=question.depends_on_answer)
        return f"{error} Until then it can only be annulled."
    if question.deadline > as_of:
        return str(rules.TooEarlyError(deadline=question.deadline))
    return ""


def _earlier_evidence(question: Any) -> list[Evidence]:
    """Evidence of rulings and of rounds that are over: what this round found stays hidden."""
    current = round_of(question)
    over = [verdict for verdict in _counting(question) if verdict.round < current]
    rows: list[Verdict | Resolution] = [*over, *question.resolutions.all()]
    return [item for row in rows for item in row.evidence.all()]


def _counting(question: Any) -> list[Verdict]:
    return [verdict for verdict in question.verdicts.all() if verdict.is_counting]


def verdicts_shown_to(user: User) -> QuerySet[Verdict]:
    """Verdicts that cannot sway the reader: their own, and those of rounds that are over.

    Leads see the verdicts of an impasse, too, for they settle it. Administrators see all, but
    not where they hold an editorial role, too.
    """
    verdicts = Verdict.objects.all()
    if is_onlooker(user):
        return verdicts
    shown: Any = Q(reviewer=user) | Q(round__lt=round_in_query("question"))
    if user.has_role(Role.LEAD):
        shown |= Among("question", stuck_among(Question.objects.all()))
    return verdicts.filter(shown)
