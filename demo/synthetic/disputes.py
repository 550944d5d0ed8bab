"""Two invented disputes about the forecasts of a synthetic expert: one answered, one open."""

from datetime import datetime, timedelta
from uuid import UUID

from forecasts.models import Dispute, DisputeDecision, Forecast, Resolution, User
from forecasts.models.resolutions import Answer
from forecasts.services.disputes import acknowledge_dispute, decide_dispute, open_dispute

EXPERT = "synthetic-well-calibrated"
NAME = "Synthetic spokesperson"
ANSWERED = "Synthetic: the bulletin misprinted the number. The printed one should not be scored."
ANSWER = (
    "Synthetic: the source says what is recorded, and no corrected issue came out before the "
    "answer was known. The record stays."
)
OPEN = "Synthetic: this was an answer to another question of the interview, and not to this one."
LONG_AGO, LATELY = timedelta(days=20), timedelta(days=1)
ACKNOWLEDGED_AFTER, DECIDED_AFTER = timedelta(hours=6), timedelta(days=4)


def record_disputes(*, lead: User, as_of: datetime) -> None:
    """Record both as if they had come in before `as_of`."""
    scored = Resolution.objects.in_force().filter(
        answer__in=(Answer.YES, Answer.NO), question__deadline__lte=as_of - LONG_AGO
    )
    # As a list: what was loaded in this transaction, PostgreSQL has no statistics of yet.
    questions = list(scored.values_list("question", flat=True))
    first, second = (
        Forecast.objects.in_force()
        .filter(expert__slug=EXPERT, question__in=questions)
        .order_by("-question__deadline", "pk")[:2]
    )
    answered = _acknowledged(first, ANSWERED, lead, as_of - LONG_AGO, number=1)
    decide_dispute(
        dispute=answered,
        lead=lead,
        outcome=DisputeDecision.Outcome.REJECTED,
        answer=ANSWER,
        as_of=answered.received_at + DECIDED_AFTER,
    )
    _acknowledged(second, OPEN, lead, as_of - LATELY, number=2)


def _acknowledged(
    forecast: Forecast, text: str, lead: User, received_at: datetime, *, number: int
) -> Dispute:
    dispute = open_dispute(
        record=forecast,
        text=text,
        name=NAME,
        speaks_as=Dispute.SpeaksAs.REPRESENTATIVE,
        nonce=UUID(int=number),
        network="synthetic",
        as_of=received_at,
    )
    at = received_at + ACKNOWLEDGED_AFTER
    return acknowledge_dispute(dispute=dispute, lead=lead, as_of=at)
