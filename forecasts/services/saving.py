"""How services store rows: checked for content, locked against each other."""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection, models, transaction
from django.db.models import QuerySet

from forecasts.models import Dispute, Question

RowT = TypeVar("RowT", bound=models.Model)


def save_checked(row: RowT) -> RowT:
    """Store a row whose texts, times and numbers have passed their validators.

    Raises django.core.exceptions.ValidationError by field. What joins rows together is
    checked by the calling service, and by the database's constraints behind it.
    """
    _check_content(row)
    row.save()
    return row


def save_all_checked(rows: Sequence[RowT]) -> None:
    """Store new rows of one kind as save_checked does, in one statement."""
    for row in rows:
        _check_content(row)
    if rows:
        type(rows[0])._default_manager.bulk_create(rows)


def _check_content(row: models.Model) -> None:
    links = [field.name for field in row._meta.fields if field.is_relation]
    row.clean_fields(exclude=links)


def lock_question(question: Question) -> Question:
    """The question's current row, which nobody else can rule on until this transaction ends.

    SQLite has no row locks; there every transaction that writes takes the whole database
    (transaction_mode IMMEDIATE), so that reading the row again is enough.
    """
    return _locked(Question.objects.all()).get(pk=question.pk)


def lock_questions(questions: QuerySet[Question]) -> list[Question]:
    """The current rows of several questions, locked as lock_question does, in one order."""
    return list(_locked(questions.order_by("pk")))


def lock_dispute(dispute: Dispute) -> Dispute:
    """The dispute's current row, which nobody else can answer until this transaction ends."""
    return _locked(Dispute.objects.all()).get(pk=dispute.pk)


def _locked(rows: QuerySet[RowT]) -> QuerySet[RowT]:
    if connection.features.has_select_for_update and transaction.get_connection().in_atomic_block:
        return rows.select_for_update(no_key=True)
    return rows
