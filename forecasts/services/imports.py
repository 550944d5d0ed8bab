"""Importing a file: all of it or nothing, by the services that record rows one by one.

What is there already is compared and left alone, so that the same file can come any number of
times. Rows go to the services some thousand at a time, in one transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import connection

from forecasts.exceptions import RuleBrokenError
from forecasts.imports.files import UTF_8, read_rows
from forecasts.imports.reports import Report
from forecasts.imports.resources import Compared, RecordResource, faults_of
from forecasts.imports.rows import BadFileError, Fault, Format, Row
from forecasts.imports.shapes import KEY, SHAPES, Shape
from forecasts.models import Forecast, Role, User
from forecasts.refusals import RowsRefusedError
from forecasts.services.expert_records import edit_expert, record_experts
from forecasts.services.experts import record_sources
from forecasts.services.forecasts import record_forecasts
from forecasts.services.ledgers import appended_last
from forecasts.services.questions import record_questions
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, lift_time_limits
from forecasts.services.scorecards import touched_once
from forecasts.services.statements import record_unscorable_statements

AT_ONCE = 4_000
# Names the lock of imports among PostgreSQL's advisory locks.
LOCK = 0x48696E65
Told = Callable[[int], object]
Record = Callable[[list[Compared], User, datetime], None]


class _NotKeptError(Exception):
    """Takes back what was stored."""


def import_file(
    *,
    table: str,
    stream: BinaryIO,
    format_: Format,
    encoding: str = UTF_8,
    by: User,
    as_of: datetime,
    is_rehearsal: bool = False,
    most: int | None = None,
    told: Told = lambda _: None,
) -> Report:
    """Record what is new in a file, and report what became of each row.

    Where a row is refused, and for a rehearsal, nothing is stored; the report says whether it was
    kept. most: how many rows there may be. told: is told now and then how many rows were read.
    Raises RoleMissingError, BusyError.
    """
    require_role(by, CODERS)
    shape, report = SHAPES[table], Report(table)
    with _taken_back():
        with atomic_or_busy(), appended_last(), touched_once():
            lift_time_limits()
            _wait_for_others()
            _Import(shape, report, by, as_of).run(
                _limited(read_rows(stream, format_, shape.names, encoding=encoding), most), told
            )
            if report.is_refused or is_rehearsal:
                raise _NotKeptError
        report.is_kept = True
    return report


@contextmanager
def _taken_back() -> Iterator[None]:
    try:
        yield
    except _NotKeptError:
        return


def _wait_for_others() -> None:
    """Of two who import the same rows at once, the second is to see those of the first.

    On SQLite only one transaction writes at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _limited(rows: Iterator[Row], most: int | None) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == most:
            said = f"it has more than {most:,} rows: use manage.py import_records, or several files"
            raise BadFileError(said, row.line)
        yield row


class _Import:
    """One file on its way."""

    def __init__(self, shape: Shape, report: Report, by: User, as_of: datetime) -> None:
        self.shape, self.report, self.by, self.as_of = shape, report, by, as_of
        # A reviewer who is a coder, too, is blind to what others recorded.
        self.resource = RecordResource(shape, is_blind=by.has_role(Role.REVIEWER))
        self.held_back: list[Compared] = []

    def run(self, rows: Iterator[Row], told: Told) -> None:
        """Read, compare and record all rows."""
        n_read = 0
        try:
            for batch in _batches(rows, self.shape):
                self._take(batch)
                n_read += len(batch)
                told(n_read)
        except BadFileError as error:
            self.report.refuse_file(Fault(error.line, "", str(error)))
        for first in range(0, len(self.held_back), AT_ONCE):
            self._record(self.held_back[first : first + AT_ONCE])

    def _take(self, batch: list[Row]) -> None:
        now = []
        for one in self.resource.compare(batch):
            if one.kind == "new" and _takes_back(one):
                self.held_back.append(one)
            else:
                now.append(one)
        self._record(now)

    def _record(self, batch: list[Compared]) -> None:
        todo = [one for one in batch if one.kind in {"new", "changed"}]
        try:
            if todo:
                RECORD[self.shape.name](todo, self.by, self.as_of)
        except RowsRefusedError as error:
            for place, why in error.refused.items():
                todo[place].faults = faults_of(todo[place].line, why)
        for one in batch:
            self.report.add(one)


def _takes_back(one: Compared) -> bool:
    """A withdrawal takes back what was recorded before it."""
    return isinstance(one.record, Forecast) and one.record.kind == Forecast.Kind.WITHDRAWAL


def _batches(rows: Iterable[Row], shape: Shape) -> Iterator[list[Row]]:
    """Some thousand rows at a time; one that names another of the file comes in a later batch."""
    batch: list[Row] = []
    names: set[Any] = set()
    try:
        for row in rows:
            is_named = shape.own and str(row.cells.get(shape.own)).strip() in names
            if len(batch) >= AT_ONCE or is_named:
                yield batch
                batch, names = [], set()
            batch.append(row)
            if shape.own:
                names |= {str(row.cells.get(key)).strip() for key in (KEY, "slug")} - {""}
    except BadFileError:
        yield batch
        raise
    yield batch


def _record_experts(batch: list[Compared], by: User, as_of: datetime) -> None:
    new = [one for one in batch if one.is_new]
    named = [(one.record, one.apart.get("aliases", ())) for one in new]
    refused: dict[int, Exception] = {}
    try:
        record_experts(experts=named, by=by)
    except RowsRefusedError as error:
        refused = {batch.index(new[place]): why for place, why in error.refused.items()}
    for place, one in enumerate(batch):
        if not one.is_new:
            try:
                edit_expert(
                    expert=one.record, aliases=one.apart.get("aliases", ()), by=by, as_of=as_of
                )
            except (RuleBrokenError, ValidationError) as error:
                refused[place] = error
    if refused:
        raise RowsRefusedError(refused)


def _record_sources(batch: list[Compared], by: User, as_of: datetime) -> None:
    record_sources(sources=[one.record for one in batch], by=by, as_of=as_of)


def _record_questions(batch: list[Compared], by: User, as_of: datetime) -> None:
    questions = [(one.record, one.apart.get("topics", ())) for one in batch]
    record_questions(questions=questions, by=by, as_of=as_of)


def _record_forecasts(batch: list[Compared], by: User, as_of: datetime) -> None:
    record_forecasts(forecasts=[one.record for one in batch], by=by, as_of=as_of)


def _record_statements(batch: list[Compared], by: User, as_of: datetime) -> None:
    statements = [one.record for one in batch]
    record_unscorable_statements(statements=statements, by=by, as_of=as_of)


RECORD: dict[str, Record] = {
    "experts": _record_experts,
    "sources": _record_sources,
    "questions": _record_questions,
    "forecasts": _record_forecasts,
    "unscorable_statements": _record_statements,
}
