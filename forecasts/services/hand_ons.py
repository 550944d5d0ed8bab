"""Handing a question on, where a reviewer cannot tell."""

from datetime import datetime

from forecasts.bell import ring
from forecasts.exceptions import AlreadyHandedOnError
from forecasts.models import HandOn, Question, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import hand_ons_of_round, round_of, verdicts_of_round
from forecasts.services.roles import require_blind_reviewer
from forecasts.services.rulings import check_time
from forecasts.services.saving import atomic_or_busy, lock_for_review, save_checked
from forecasts.services.snoozes import lift_snoozes
from forecasts.services.verdicts import check_open, close_assignment


@atomic_or_busy()
def hand_on_question(
    *, question: Question, reviewer: User, note: str = "", as_of: datetime
) -> HandOn:
    """Record that a reviewer is unsure; somebody else is asked, or a lead, if nobody is left.

    Until it is with a lead, the reviewer may still give a verdict, and the row then counts no
    more. Before the deadline nothing is handed on, for the row would hold beyond it, unless a
    verdict of this round wants a second one already. Like a verdict it ends a snooze.

    Raises RoleMissingError, NotBlindError, OwnCodingError, AlreadyResolvedError,
    AlreadyAnsweredError, AlreadyHandedOnError, ImpasseError, ConditionOpenError, TooEarlyError,
    and ValidationError for a note that cannot be stored.
    """
    require_blind_reviewer(reviewer)
    row = lock_for_review(question)
    if any(hand_on.reviewer_id == reviewer.pk for hand_on in hand_ons_of_round(row)):
        raise AlreadyHandedOnError
    check_open(row, reviewer)
    check_time(row, Answer.YES if verdicts_of_round(row) else Answer.AMBIGUOUS, as_of)
    hand_on = save_checked(
        HandOn(question=row, reviewer=reviewer, round=round_of(row), note=note, handed_on_at=as_of)
    )
    close_assignment(row, reviewer, as_of)
    lift_snoozes(question=row, as_of=as_of)
    ring()
    return hand_on
