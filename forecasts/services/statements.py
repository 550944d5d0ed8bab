"""Recording statements that cannot be scored."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from forecasts.exceptions import SyntheticMixError
from forecasts.models import Expert, Source, UnscorableStatement, User
from forecasts.refusals import DuplicateStatementError, SpeakerUnclearError
from forecasts.services.experts import check_current
from forecasts.services.ledgers import appended_last, enter
from forecasts.services.quotations import keep_quotations
from forecasts.services.roles import CODERS, require_role
from forecasts.services.row_checks import Once, external_ids_of, one_row, save_all_once
from forecasts.services.saving import atomic_or_busy, lock_experts


@atomic_or_busy()
@appended_last()
def record_unscorable_statement(
    *,
    source: Source,
    quote: str,
    reason: str,
    note: str = "",
    expert: Expert | None = None,
    attributed_to: str = "",
    by: User,
    as_of: datetime,
    near: int = 0,
) -> UnscorableStatement:
    """Keep what was said but cannot be scored; `near` as for record_forecast.

    Raises RoleMissingError, MergedExpertError, SyntheticMixError, SpeakerUnclearError,
    DuplicateStatementError.
    """
    statement = UnscorableStatement(
        source=source,
        quote=quote,
        reason=reason,
        note=note,
        expert=expert,
        attributed_to=attributed_to,
    )
    with one_row():
        record_unscorable_statements(statements=[statement], by=by, as_of=as_of, near=near)
    return statement


@atomic_or_busy()
@appended_last()
def record_unscorable_statements(
    *, statements: Sequence[UnscorableStatement], by: User, as_of: datetime, near: int = 0
) -> None:
    """Keep what was said but cannot be scored, all of it or nothing.

    Raises RoleMissingError, and RowsRefusedError with MergedExpertError, SyntheticMixError,
    SpeakerUnclearError, DuplicateStatementError, DuplicateExternalIdError and ValidationError.
    """
    require_role(by, CODERS)
    experts = lock_experts({row.expert_id for row in statements if row.expert_id is not None})
    for statement in statements:
        statement.recorded_by, statement.recorded_at = by, as_of
        if statement.expert_id is not None:
            statement.expert = experts[statement.expert_id]
    save_all_once(statements, _check, ONCE, NAMED)
    enter(kind="unscorable_statement", ids=[statement.pk for statement in statements])
    keep_quotations(rows=statements, near=near)


def _check(statement: UnscorableStatement) -> None:
    expert = statement.expert
    if (expert is None) == (not statement.attributed_to):
        raise SpeakerUnclearError(field="attributed_to")
    if expert is None:
        return
    check_current(expert)
    if expert.synthetic != statement.source.synthetic:
        raise SyntheticMixError


def _recorded(statements: Sequence[UnscorableStatement]) -> QuerySet[UnscorableStatement]:
    return UnscorableStatement.objects.filter(source__in={row.source_id for row in statements})


ONCE: Once[UnscorableStatement] = Once(
    lambda statement: (statement.source_id, statement.quote), _recorded, DuplicateStatementError
)
NAMED = external_ids_of(UnscorableStatement)
