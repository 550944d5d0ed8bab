"""Recording experts, sources and statements that cannot be scored."""

from datetime import datetime

from forecasts.exceptions import FutureTimeError, SyntheticMixError
from forecasts.models import Expert, ExpertRename, Source, UnscorableStatement, User
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, lock_expert, save_checked


@atomic_or_busy()
def keep_former_name(*, expert: Expert, by: User, as_of: datetime) -> None:
    """Keep the name that is about to be replaced, since citations go on to show it.

    Raises RoleMissingError.
    """
    require_role(by, CODERS)
    before = lock_expert(expert).name
    if before != expert.name:
        save_checked(ExpertRename(expert=expert, before=before, renamed_at=as_of))


@atomic_or_busy()
def record_source(*, source: Source, by: User, as_of: datetime) -> Source:
    """Store a new source. Raises RoleMissingError, FutureTimeError, ValidationError."""
    require_role(by, CODERS)
    if source.published_at > as_of:
        raise FutureTimeError(field="published_at")
    source.recorded_by, source.recorded_at = by, as_of
    return save_checked(source)


@atomic_or_busy()
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
) -> UnscorableStatement:
    """Keep what was said but cannot be scored. Raises RoleMissingError, SyntheticMixError."""
    require_role(by, CODERS)
    if expert is not None and expert.synthetic != source.synthetic:
        raise SyntheticMixError
    return save_checked(
        UnscorableStatement(
            source=source,
            quote=quote,
            reason=reason,
            note=note,
            expert=expert,
            attributed_to=attributed_to,
            recorded_by=by,
            recorded_at=as_of,
        )
    )
