"""Checking many rows before any is stored, so that all that is wrong is told at once."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from forecasts.exceptions import RuleBrokenError
from forecasts.refusals import DuplicateExternalIdError, RowsRefusedError
from forecasts.services.saving import check_content, insert_all

RowT = TypeVar("RowT", bound=models.Model)
Refused = dict[int, RuleBrokenError | ValidationError]


@dataclass(frozen=True, slots=True)
class Once(Generic[RowT]):
    """What two rows may not have in common."""

    identity: Callable[[RowT], Hashable]
    """None of a row that may be there any number of times."""
    recorded: Callable[[Sequence[RowT]], models.QuerySet[RowT]]
    """Those in the database that any of these could repeat."""
    refusal: Callable[[], RuleBrokenError]


@contextmanager
def one_row() -> Iterator[None]:
    """Raise what a single row is refused for as it is."""
    try:
        yield
    except RowsRefusedError as error:
        raise next(iter(error.refused.values())) from error


def save_all_once(rows: Sequence[RowT], check: Callable[[RowT], None], *onces: Once[RowT]) -> None:
    """Store new rows of one kind in one statement, once each of them is checked.

    Raises RowsRefusedError with everything that is wrong.
    """
    _check(rows, check, onces)
    try:
        with transaction.atomic():
            insert_all(rows)
    except IntegrityError:
        # Somebody else was quicker; if not, it is a mistake of ours.
        _check(rows, check, onces)
        raise


def external_ids_of(model: type[RowT]) -> Once[RowT]:
    """What a row is called where it comes from names one row."""

    def recorded(rows: Sequence[RowT]) -> models.QuerySet[RowT]:
        wanted = {_external_id(row) for row in rows} - {None}
        return model._default_manager.filter(external_id__in=wanted)

    return Once(_external_id, recorded, lambda: DuplicateExternalIdError(field="external_id"))


def _external_id(row: models.Model) -> str | None:
    return getattr(row, "external_id", None) or None


def _check(
    rows: Sequence[RowT], check: Callable[[RowT], None], onces: Iterable[Once[RowT]]
) -> None:
    refused: Refused = {}
    for number, row in enumerate(rows):
        try:
            check(row)
            check_content(row)
        except (RuleBrokenError, ValidationError) as error:
            refused[number] = error
    # What has not been checked may be nothing that a database can look for.
    for once in onces:
        sound = {number: row for number, row in enumerate(rows) if number not in refused}
        if sound:
            refused |= _repeated(sound, once)
    if refused:
        raise RowsRefusedError(dict(sorted(refused.items())))


def _repeated(rows: dict[int, RowT], once: Once[RowT]) -> Refused:
    seen = {once.identity(row) for row in once.recorded(list(rows.values()))}
    refused: Refused = {}
    for number, row in rows.items():
        own = once.identity(row)
        if own is not None and own in seen:
            refused[number] = once.refusal()
        seen.add(own)
    return refused
