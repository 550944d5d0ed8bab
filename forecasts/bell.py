"""A bell that says "something is due"; nobody here knows who listens.

The row says what is due. The bell only spares a listener the wait for its next tick, so a
listener that fails is ignored.
"""

from django.db import transaction
from django.dispatch import Signal

something_is_due = Signal()


def ring() -> None:
    """Tell the listeners, once, when the transaction around the caller has committed.

    A ring that waits already was rung in a savepoint that is over or around this caller, so it
    stays or goes together with this one.
    """
    waiting = transaction.get_connection().run_on_commit
    if not any(call is _tell for _, call, _ in waiting):
        transaction.on_commit(_tell, robust=True)


def _tell() -> None:
    something_is_due.send_robust(sender=None)
