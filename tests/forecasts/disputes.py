"""Disputes to test with."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from forecasts.models import Dispute, DisputeDecision, Role
from forecasts.services.disputes import acknowledge_dispute, decide_dispute, open_dispute
from tests.factories import AFTER, make_user

HOUR = timedelta(hours=1)
NETWORK = "192.0.2.7/32"


def make_dispute(record: Any, **fields: Any) -> Dispute:
    """A dispute that nobody has looked at."""
    defaults = {"text": "I never said that.", "network": str(uuid4()), "as_of": AFTER}
    return open_dispute(record=record, **{**defaults, "nonce": uuid4(), **fields})


def make_open_dispute(record: Any, **fields: Any) -> Dispute:
    """A dispute that is public, and not decided."""
    dispute = make_dispute(record, **fields)
    at = dispute.received_at + HOUR
    return acknowledge_dispute(dispute=dispute, lead=make_user(Role.LEAD), as_of=at)


def decide(dispute: Dispute, **fields: Any) -> DisputeDecision:
    """A decision, an hour after the acknowledgement."""
    assert dispute.acknowledged_at is not None
    defaults = {
        "outcome": "upheld",
        "answer": "You are right.",
        "as_of": dispute.acknowledged_at + HOUR,
    }
    lead = fields.pop("lead", None) or make_user(Role.LEAD)
    return decide_dispute(dispute=dispute, lead=lead, **{**defaults, **fields})
