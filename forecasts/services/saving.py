"""How services store rows: checked for content, locked against each other."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection, models, transaction
from django.db.models import QuerySet, prefetch_related_objects
from psycopg_pool import PoolTimeout

from forecasts.exceptions import BusyError
from forecasts.models import Article, Dispute, Expert, ImportDraft, Question

RowT = TypeVar("RowT", bound=models.Model)
# What PostgreSQL says of locks that did not come in time, and of a ring of them.
WAITED = {"55P03", "57014", "40P01"}
REVIEWED = ("amendments", "hand_ons", "resolutions", "verdicts")


def save_checked(row: RowT) -> RowT:
    """Store a row whose texts, times and numbers have passed their validators.

    Raises django.core.exceptions.ValidationError by field. What joins rows together is
    checked by the calling service, and by the database's constraints behind it.
    """
    check_content(row)
    row.save()
    return row


def save_all_checked(rows: Sequence[RowT]) -> None:
    """Store new rows of one kind as save_checked does, in one statement."""
    for row in rows:
        check_content(row)
    insert_all(rows)


def insert_all(rows: Sequence[RowT]) -> None:
    """Store new rows of one kind, which have been checked, in one statement."""
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)


def check_content(row: models.Model) -> None:
    """Raise ValidationError by field for what the columns' validators refuse."""
    links = [field.name for field in row._meta.fields if field.is_relation]
    row.clean_fields(exclude=links)


def lock_question(question: Question) -> Question:
    """The question's current row, which nobody else can rule on until this transaction ends.

    SQLite has no row locks; there every transaction that writes takes the whole database
    (transaction_mode IMMEDIATE), so that reading the row again is enough.
    """
    return _locked(Question.objects.all()).get(pk=question.pk)


def lock_for_review(question: Question) -> Question:
    """The locked row with what reviewing looks at, as it stood then: read once, and not anew."""
    row = lock_question(question)
    prefetch_related_objects([row], *REVIEWED)
    return row


def lock_questions(questions: QuerySet[Question]) -> list[Question]:
    """The current rows of several questions, locked as lock_question does, in one order."""
    return list(_locked(questions.order_by("pk")))


def lock_expert(expert: Expert) -> Expert:
    """The expert's current row, which nobody else can change until this transaction ends."""
    return _locked(Expert.objects.all()).get(pk=expert.pk)


def lock_experts(ids: Iterable[int]) -> dict[int, Expert]:
    """The current rows of several experts by id, locked as lock_expert does, in one order."""
    rows = Expert.objects.filter(pk__in=list(ids)).order_by("pk")
    return {row.pk: row for row in _locked(rows)}


def lock_dispute(dispute: Dispute) -> Dispute:
    """The dispute's current row, which nobody else can answer until this transaction ends."""
    return _locked(Dispute.objects.all()).get(pk=dispute.pk)


def lock_article(article: Article) -> None:
    """Nobody else decides about its proposals until this transaction ends."""
    _locked(Article.objects.only("pk")).get(pk=article.pk)


def lock_draft(drafts: QuerySet[ImportDraft]) -> ImportDraft | None:
    """The draft, which nobody else can import until this transaction ends; None if it is gone."""
    return _locked(drafts).first()


def _locked(rows: QuerySet[RowT]) -> QuerySet[RowT]:
    if connection.features.has_select_for_update and transaction.get_connection().in_atomic_block:
        return rows.select_for_update(no_key=True)
    return rows


def lift_time_limits() -> None:
    """Let what remains of this transaction take its time: a load of many rows at once."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


@contextmanager
def atomic_or_busy() -> Iterator[None]:
    """A transaction in which whoever waits too long for others is told so.

    Raises BusyError.
    """
    try:
        with transaction.atomic():
            yield
    except OperationalError as error:
        if _is_wait(error.__cause__):
            raise BusyError from error
        raise


def _is_wait(cause: BaseException | None) -> bool:
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return isinstance(cause, PoolTimeout) or getattr(cause, "sqlstate", None) in WAITED
