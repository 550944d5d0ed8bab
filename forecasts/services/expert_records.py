"""Recording many experts at once, and editing what of an expert may be edited."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from forecasts.models import Expert, ExpertAlias, User
from forecasts.refusals import DuplicateExpertError
from forecasts.services.experts import keep_former_name
from forecasts.services.roles import CODERS, require_role
from forecasts.services.row_checks import Once, external_ids_of, save_all_once
from forecasts.services.saving import atomic_or_busy, save_all_checked, save_checked

Named = tuple[Expert, Iterable[str]]


@atomic_or_busy()
def record_experts(*, experts: Sequence[Named], by: User) -> None:
    """Store new experts with their other names, all of them or none.

    Raises RoleMissingError, and RowsRefusedError with DuplicateExpertError,
    DuplicateExternalIdError and ValidationError.
    """
    require_role(by, CODERS)
    save_all_once([expert for expert, _ in experts], lambda _: None, ONCE, NAMED)
    for expert, names in experts:
        _add_aliases(expert, names)


@atomic_or_busy()
def edit_expert(
    *, expert: Expert, aliases: Iterable[str] = (), by: User, as_of: datetime
) -> Expert:
    """Store what was edited, keep a former name, and add other names.

    Raises RoleMissingError, ValidationError.
    """
    require_role(by, CODERS)
    keep_former_name(expert=expert, by=by, as_of=as_of)
    save_checked(expert)
    known = set(expert.aliases.values_list("name", flat=True))
    _add_aliases(expert, [name for name in aliases if name not in known])
    return expert


def _add_aliases(expert: Expert, names: Iterable[str]) -> None:
    save_all_checked([ExpertAlias(expert=expert, name=name) for name in names])


def _recorded(experts: Sequence[Expert]) -> QuerySet[Expert]:
    return Expert.objects.filter(slug__in={expert.slug for expert in experts})


ONCE: Once[Expert] = Once(
    lambda expert: expert.slug, _recorded, lambda: DuplicateExpertError(field="slug")
)
NAMED = external_ids_of(Expert)
