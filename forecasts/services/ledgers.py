"""Appending to the ledger: in the transaction of the row, and last of all in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection

from forecasts.ledgers.verify_ledger import GENESIS, chained
from forecasts.models import Amendment
from forecasts.selectors.ledgers import Line, lines_of

# Names the lock of the head among PostgreSQL's advisory locks.
HEAD_LOCK = 0x48696E64
AT_ONCE = 1_000

# The lines that wait for the end of the outermost block.
_waiting: ContextVar[list[Line] | None] = ContextVar("_waiting", default=None)


@contextmanager
def appended_last() -> Iterator[None]:
    """Append what is entered inside at the end of the outermost such block, or not at all.

    The head of the ledger is locked by everybody, so nothing may be locked after it: two who
    hold the one and want the other would wait for ever. Stands inside the transaction.
    """
    waiting = _waiting.get()
    if waiting is not None:
        n_before = len(waiting)
        try:
            yield
        except BaseException:
            del waiting[n_before:]  # their rows are rolled back
            raise
        return
    lines: list[Line] = []
    token = _waiting.set(lines)
    try:
        yield
    finally:
        _waiting.reset(token)
    append_lines(lines=lines)


def enter(*, kind: str, ids: Iterable[int]) -> None:
    """Put rows into the ledger as they are now, in this order."""
    lines = lines_of(kind, ids)
    waiting = _waiting.get()
    if waiting is None:
        append_lines(lines=lines)
    else:
        waiting += lines


def enter_questions(*, ids: Iterable[int]) -> None:
    """Put questions into the ledger that are about to be fixed; an amended one is there already."""
    wanted = set(ids)
    if wanted:
        amended = Amendment.objects.filter(question__in=wanted)
        enter(kind="question", ids=sorted(wanted - set(amended.values_list("question", flat=True))))


def append_lines(*, lines: list[Line], registry: Apps = apps) -> None:
    """Chain the lines to the head. Nobody else can do so until this transaction ends."""
    if not lines:
        return
    _lock_head()
    model = registry.get_model("forecasts", "LedgerEntry")
    lines = _without_repeated(lines, model)
    entries = model._base_manager.order_by("-number").values_list("number", "hash")
    number, previous = entries.first() or (0, GENESIS)
    rows = []
    for line in lines:
        number, before, previous = number + 1, previous, chained(previous, line.text)
        rows.append(
            model(
                number=number,
                kind=line.kind,
                row_id=line.row_id,
                recorded_at=line.recorded_at,
                line=line.text,
                previous_hash=before,
                hash=previous,
            )
        )
    model._base_manager.bulk_create(rows, batch_size=AT_ONCE)


def _without_repeated(lines: list[Line], model: Any) -> list[Line]:
    """The lines without those of lexicons that have one: many cite the same, and at once."""
    wanted = {line.row_id for line in lines if line.kind == "lexicon"}
    if not wanted:
        return lines
    entries = model._base_manager.filter(kind="lexicon", row_id__in=wanted)
    seen = {("lexicon", pk) for pk in entries.values_list("row_id", flat=True)}
    kept = []
    for line in lines:
        if (line.kind, line.row_id) not in seen:
            kept.append(line)
        if line.kind == "lexicon":
            seen.add((line.kind, line.row_id))
    return kept


def _lock_head() -> None:
    """Wait for whoever is appending; on SQLite only one transaction writes at a time anyway.

    A lock of its own rather than of the last row: who has waited for that would still see it as
    the last.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_LOCK])
