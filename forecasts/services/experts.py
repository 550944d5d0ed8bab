"""Recording experts, sources and statements that cannot be scored."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from forecasts.exceptions import FutureTimeError
from forecasts.models import Expert, ExpertRename, Source, User
from forecasts.refusals import DuplicateSourceError, MergedExpertError
from forecasts.services.roles import CODERS, require_role
from forecasts.services.row_checks import Once, external_ids_of, one_row, save_all_once
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


def check_current(expert: Expert) -> None:
    """Raise MergedExpertError where nothing is recorded for the expert any more."""
    if expert.merged_into is not None:
        raise MergedExpertError(field="expert", expert=expert.name, into=expert.merged_into.name)


@atomic_or_busy()
def record_source(*, source: Source, by: User, as_of: datetime) -> Source:
    """Store a new source.

    Raises RoleMissingError, FutureTimeError, DuplicateSourceError, ValidationError.
    """
    with one_row():
        record_sources(sources=[source], by=by, as_of=as_of)
    return source


@atomic_or_busy()
def record_sources(*, sources: Sequence[Source], by: User, as_of: datetime) -> None:
    """Store new sources, all of them or none.

    Raises RoleMissingError, and RowsRefusedError with what record_source raises for each.
    """
    require_role(by, CODERS)
    for source in sources:
        source.recorded_by, source.recorded_at = by, as_of
    save_all_once(sources, _check, ONCE, NAMED)


def _check(source: Source) -> None:
    if source.published_at > source.recorded_at:
        raise FutureTimeError(field="published_at")


def _recorded(sources: Sequence[Source]) -> QuerySet[Source]:
    return Source.objects.filter(url__in={source.url for source in sources if source.url})


ONCE: Once[Source] = Once(
    lambda source: source.url or None, _recorded, lambda: DuplicateSourceError(field="url")
)


NAMED = external_ids_of(Source)
