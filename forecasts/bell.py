"""A bell that says "something is due"; nobody here knows who listens.

The row says what is due. The bell only spares a listener the wait for its next tick, so a
listener that fails is ignored.
"""

from django.db import transaction
from django.dispatch import Signal

something_is_due = Signal()


def ring() -> None:
    """Tell the listeners, once the transaction around the caller has committed."""
    transaction.on_commit(_tell, robust=True)


def _tell() -> None:
    something_is_due.send_robust(sender=None)
