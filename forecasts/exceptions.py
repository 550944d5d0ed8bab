"""The rules that a caller can break. Each class's docstring is its message."""

from typing import Any


class RuleBrokenError(Exception):
    """The request breaks a rule."""

    code = "rule_broken"

    def __init__(self, **facts: Any) -> None:
        """`facts` fill the placeholders of the docstring; `field` names the input at fault."""
        self.field: str | None = facts.pop("field", None)
        self.facts = facts
        super().__init__(str(self))

    def __str__(self) -> str:
        """The docstring, filled in."""
        return " ".join((self.__doc__ or "").split()).format(**self.facts)


class BusyError(RuleBrokenError):
    """Somebody else is writing at this moment. Nothing was changed; save once more."""

    code = "busy"


class AppendOnlyError(RuleBrokenError):
    """{model} rows are append-only: record a new one instead."""

    code = "append_only"


class RoleMissingError(RuleBrokenError):
    """Only a {role} may do this; being an administrator does not make one."""

    code = "role_missing"


class OwnCodingError(RuleBrokenError):
    """You coded a forecast on this question, so somebody else has to resolve it."""

    code = "own_coding"


class OwnVerdictError(RuleBrokenError):
    """You gave a verdict on this question, so another lead has to settle it."""

    code = "own_verdict"


class OwnHandOnError(RuleBrokenError):
    """You handed this question on, so another lead has to settle it."""

    code = "own_hand_on"


class NotBlindError(RuleBrokenError):
    """A verdict is given by a reviewer, who sees no forecast before it. Leads see them, and
    decide where verdicts disagree."""

    code = "not_blind"


class OwnRecordError(RuleBrokenError):
    """You have already given your reading of this forecast."""

    code = "own_record"


class AlreadyResolvedError(RuleBrokenError):
    """This question was resolved meanwhile as "{answer}" on {resolved_at:%Y-%m-%d %H:%M} UTC.
    Nothing was changed; what you typed is still in the form."""

    code = "already_resolved"


class AlreadyAnsweredError(RuleBrokenError):
    """You have already given your verdict on this question."""

    code = "already_answered"


class AlreadyHandedOnError(RuleBrokenError):
    """You have already handed this question on."""

    code = "already_handed_on"


class AlreadyLiftedError(RuleBrokenError):
    """Blindness was already lifted for this question."""

    code = "already_lifted"


class NotYourVerdictError(RuleBrokenError):
    """Only whoever gave a verdict can take it back."""

    code = "not_your_verdict"


class AlreadyUndoneError(RuleBrokenError):
    """This verdict has been taken back already."""

    code = "already_undone"


class UndoTooLateError(RuleBrokenError):
    """A verdict can be taken back for {minutes} minutes, and not once the week's digest holds its
    ruling. From then on a lead corrects it in the open."""

    code = "undo_too_late"


class ActedSinceError(RuleBrokenError):
    """Somebody has acted on this question since your verdict, so it can no longer be taken back.
    Ask a lead to correct it."""

    code = "acted_since"


class OtherVerdictError(RuleBrokenError):
    """Another reviewer has answered this question, too, and the outcome tells you of each other.
    So your verdict can no longer be taken back. Ask a lead to correct it."""

    code = "other_verdict"


class NotResolvedError(RuleBrokenError):
    """This question has no ruling in force that could be corrected."""

    code = "not_resolved"


class NothingCorrectedError(RuleBrokenError):
    """This is the ruling in force already: the correction would change nothing."""

    code = "nothing_corrected"


class NoImpasseError(RuleBrokenError):
    """Nothing is left to a lead here: the verdicts neither disagree nor say "ambiguous", and
    there are reviewers who can still answer."""

    code = "no_impasse"


class ImpasseError(RuleBrokenError):
    """Reviewers cannot decide this question any more: a lead has to settle it."""

    code = "impasse"


class ConditionOpenError(RuleBrokenError):
    """This question hangs on "{parent}", which has not been resolved "{needed}" yet."""

    code = "condition_open"


class TooEarlyError(RuleBrokenError):
    """The deadline has not passed: before {deadline:%Y-%m-%d %H:%M} UTC a question can only
    be resolved yes or annulled, or no with a reason."""

    code = "too_early"


class EarlyNoReasonError(RuleBrokenError):
    """The deadline has not passed: write why it cannot happen any more before
    {deadline:%Y-%m-%d %H:%M} UTC."""

    code = "early_no_reason"


class EvidenceMissingError(RuleBrokenError):
    """A verdict of yes or no needs evidence: give at least one link or file."""

    code = "evidence_missing"


class NothingCollectedError(RuleBrokenError):
    """Give at least one link or file."""

    code = "nothing_collected"


class KnownAtMissingError(RuleBrokenError):
    """Say when the world knew the answer: a verdict of yes or no needs that time."""

    code = "known_at_missing"


class FutureTimeError(RuleBrokenError):
    """This time lies in the future."""

    code = "future_time"


class ReasonMissingError(RuleBrokenError):
    """Give a reason: it is shown in public."""

    code = "reason_missing"


class CycleError(RuleBrokenError):
    """A question cannot hang on itself, directly or through others."""

    code = "cycle"


class CriteriaFrozenError(RuleBrokenError):
    """This question has a forecast, a verdict, a hand-on, an amendment or a ruling, so its {fields}
    cannot be edited: title, criteria and deadline can change only by an amendment, the rest not
    at all."""

    code = "criteria_frozen"


class NothingAmendedError(RuleBrokenError):
    """The amendment changes nothing."""

    code = "nothing_amended"


class DeadlineOrderError(RuleBrokenError):
    """The deadline must come after the question opens."""

    code = "deadline_order"


class ProbabilityMissingError(RuleBrokenError):
    """A forecast stated as a number needs that number, with low <= probability <= high."""

    code = "probability_missing"


class PhraseMissingError(RuleBrokenError):
    """A forecast in words needs the phrase that carries the likelihood, and no number."""

    code = "phrase_missing"


class ProbabilityRangeError(RuleBrokenError):
    """Probabilities are decimals from 0 to 1 with at most six places, low <= middle <= high."""

    code = "probability_range"


class NothingToWithdrawError(RuleBrokenError):
    """{expert} has no standing forecast on this question at that time."""

    code = "nothing_to_withdraw"


class AlreadyCorrectedError(RuleBrokenError):
    """This forecast was corrected meanwhile; correct the newer row instead."""

    code = "already_corrected"


class DuplicateForecastError(RuleBrokenError):
    """This forecast is recorded already: same expert, question, source, time and quote."""

    code = "duplicate_forecast"


class NotInferredError(RuleBrokenError):
    """Only a forecast in words is coded; this one came with its number."""

    code = "not_inferred"


class SyntheticMixError(RuleBrokenError):
    """Synthetic and real records cannot be mixed: expert, question and source must agree."""

    code = "synthetic_mix"


class NothingToRetryError(RuleBrokenError):
    """This page is not one that failed and could be asked for again."""

    code = "nothing_to_retry"


class ReviewerMissingError(RuleBrokenError):
    """{name} cannot be asked: only an active {role} with an address can."""

    code = "reviewer_missing"


class ReviewerAwayError(RuleBrokenError):
    """{name} is out of office, and back on {back:%Y-%m-%d}."""

    code = "reviewer_away"


class ReviewerBarredError(RuleBrokenError):
    """{name} cannot be asked about "{title}": they coded it, or have answered it already."""

    code = "reviewer_barred"


class NotYoursToAssignError(RuleBrokenError):
    """Only a lead gives questions to others; you can take them yourself."""

    code = "not_yours_to_assign"


class NothingToAskError(RuleBrokenError):
    """Nobody is asked about "{title}" now: it is resolved, or waits for another question."""

    code = "nothing_to_ask"


class WaitReasonMissingError(RuleBrokenError):
    """Give a reason: it is shown beside the question."""

    code = "wait_reason_missing"


class SnoozeLengthError(RuleBrokenError):
    """A snooze ends in the future, and within a year."""

    code = "snooze_length"


class NotSnoozedError(RuleBrokenError):
    """This question is not snoozed, or no longer."""

    code = "not_snoozed"


class AbsenceDatesError(RuleBrokenError):
    """An absence ends on the day it starts or later, not in the past, and lasts a year at most."""

    code = "absence_dates"


class AbsenceOverError(RuleBrokenError):
    """This absence is over or was cancelled already."""

    code = "absence_over"


class NotYourAbsenceError(RuleBrokenError):
    """Only a lead records when others are away."""

    code = "not_your_absence"


class NothingOpenError(RuleBrokenError):
    """Nobody is asking now whether this has happened; perhaps somebody has looked meanwhile."""

    code = "nothing_open"


class LimitReachedError(RuleBrokenError):
    """No more than {most} are taken from one network between {starts_at:%Y-%m-%d %H:%M} and
    {retry_at:%Y-%m-%d %H:%M} UTC. Try again after that."""

    code = "limit_reached"


class DisputeHandledError(RuleBrokenError):
    """This dispute was {state} meanwhile; nothing was changed."""

    code = "dispute_handled"


class NotAcknowledgedError(RuleBrokenError):
    """A dispute is acknowledged before it is decided, so that what is answered is public."""

    code = "not_acknowledged"


class AlreadyDecidedError(RuleBrokenError):
    """This dispute was decided meanwhile ("{outcome}"). Nothing was changed; what you typed is
    still in the form. Save once more to supersede that decision."""

    code = "already_decided"


class OwnWorkError(RuleBrokenError):
    """This dispute is about your own coding, record or verdict, so another lead has to deal with
    it."""

    code = "own_work"


class NotAdministratorError(RuleBrokenError):
    """Only an administrator may do this."""

    code = "not_administrator"


class AlreadyRevokedError(RuleBrokenError):
    """This key was revoked meanwhile; it does not work any more."""

    code = "already_revoked"
