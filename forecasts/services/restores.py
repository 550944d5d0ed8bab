"""Restoring an export into an empty database, with the times at which everything was recorded.

Ids stay what they were, since the lines of the ledger name them; the ledger itself is taken over
as it is. Whoever recorded, coded and ruled is no part of an export: one account that nobody can
log in to stands in for all of them.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import IntegrityError, connection
from django.db.models import Model, QuerySet
from django.utils.crypto import get_random_string

from forecasts.bell import ring
from forecasts.imports.packages import BadPackageError, Package, Told
from forecasts.imports.restorations import RESTORED, Restoration
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Coding,
    Dispute,
    DisputeDecision,
    Evidence,
    Expert,
    ExpertAlias,
    ExpertMerge,
    ExpertMergeUndo,
    ExpertRename,
    Forecast,
    LedgerEntry,
    Lexicon,
    LexiconPhrase,
    Question,
    QuestionFamily,
    Quotation,
    Resolution,
    Source,
    Topic,
    TopicChange,
    UnscorableStatement,
    User,
)
from forecasts.refusals import NotEmptyError
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.services.saving import atomic_or_busy, check_content, lift_time_limits
from forecasts.services.scorecards import open_scorecards

STAND_IN = "restored-from-an-export"
AT_ONCE = 2_000
MOST_FINDINGS = 10
TABLES: tuple[type[Model], ...] = (
    *(Topic, QuestionFamily, Expert, ExpertAlias, ExpertRename, ExpertMerge, ExpertMergeUndo),
    *(Source, Question, TopicChange),
    *(Amendment, Forecast, Coding, AdoptedRange, UnscorableStatement, Quotation, Resolution),
    *(Evidence, Dispute, DisputeDecision, LedgerEntry),
)
# Migrating has left ours here, which nothing refers to yet.
LEXICONS: tuple[type[Model], ...] = (LexiconPhrase, Lexicon)


@atomic_or_busy()
def restore_package(*, folder: Path, told: Told = lambda _: None) -> int:
    """Restore an export, whole or not at all; returns how many rows the database has from it.

    told: is told now and then how many rows were read. Raises NotEmptyError, BadPackageError for
    what is no export, was changed, or does not agree with its ledger, and OSError.
    """
    if any(model._default_manager.exists() for model in TABLES):
        raise NotEmptyError
    lift_time_limits()
    package = Package.opened(folder, told)
    _forget_own_lexicons()
    restoration = Restoration(cache(_stand_in))
    n_rows = 0
    for table, made in RESTORED.items():
        n_rows += _store(table, _checked(made(restoration, package)), package)
    _open_scorecards()
    _go_on_counting()
    _check_ledger()
    ring()
    return n_rows


def _forget_own_lexicons() -> None:
    """Those of the export take their place, under the ids that its ledger names."""
    for model in LEXICONS:
        QuerySet.delete(model._base_manager.all())


def _stand_in(number: int) -> User:
    """An account without roles, log-in or address; the first has no number."""
    name = STAND_IN if number == 1 else f"{STAND_IN}-{number}"
    user = User(username=name, first_name="Restored", last_name="from an export")
    user.is_active, user.is_staff = False, False
    user.set_password(get_random_string(64))
    user.set_unusable_password()
    user.save()
    return user


def _checked(rows: Iterator[Model]) -> Iterator[Model]:
    for row in rows:
        check_content(row)
        yield row


def _store(table: str, rows: Iterator[Model], package: Package) -> int:
    n_stored = 0
    while batch := _next(rows, package):
        # Rows of one table can come with others that belong to them.
        for model in dict.fromkeys(map(type, batch)):
            _insert(table, [row for row in batch if type(row) is model])
        n_stored += len(batch)
    return n_stored


def _next(rows: Iterator[Model], package: Package) -> list[Model]:
    with package.blamed():
        return list(islice(rows, AT_ONCE))


def _insert(table: str, rows: list[Any]) -> None:
    model = type(rows[0])
    try:
        model._base_manager.bulk_create(rows)
    except IntegrityError as error:
        raise BadPackageError(f"{table}: its rows contradict each other: {error}") from error
    if model is Expert:
        # The column sets itself while a row is inserted.
        for row in rows:
            row.recorded_at = row.restored_at
        Expert.objects.bulk_update(rows, ["recorded_at"], batch_size=500)


def _open_scorecards() -> None:
    said = Forecast.objects.order_by("pk").only("expert", "question")
    rows = said.iterator(chunk_size=AT_ONCE)
    while batch := list(islice(rows, AT_ONCE)):
        open_scorecards(forecasts=batch)


def _go_on_counting() -> None:
    """See that all links lead somewhere, and let each table count on from its last row."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*TABLES, *LEXICONS]):
            cursor.execute(statement)


def _check_ledger() -> None:
    findings = list(islice(LedgerCheck().findings(lambda _: None), MOST_FINDINGS))
    if findings:
        said = " ".join(map(str, findings))
        raise BadPackageError(f"its rows are not those that its ledger tells of. {said}")
