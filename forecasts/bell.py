"""A bell that says "something is due"; nobody here knows who listens.

The row says what is due. The bell only spares a listener the wait for its next tick, so a
listener that fails is ignored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.dispatch import Signal

something_is_due = Signal()

_is_held = ContextVar("_is_held", default=False)


def ring() -> None:
    """Tell the listeners, once the transaction around the caller has committed."""
    if not _is_held.get():
        transaction.on_commit(_tell, robust=True)


@contextmanager
def rung_once() -> Iterator[None]:
    """Ring once for all that happens inside: a bulk load would ring thousands of times."""
    held = _is_held.set(True)
    try:
        yield
    finally:
        _is_held.reset(held)
    ring()


def _tell() -> None:
    something_is_due.send_robust(sender=None)
