"""Merging experts who turn out to be one, and parting them again."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from forecasts.exceptions import ReasonMissingError, SyntheticMixError
from forecasts.models import (
    Expert,
    ExpertMerge,
    ExpertMergeUndo,
    Forecast,
    Question,
    Scorecard,
    UnscorableStatement,
    User,
)
from forecasts.models.fields import LATEST
from forecasts.models.merges import count_for, recorded_for
from forecasts.refusals import MergeUndoneError, SameExpertError
from forecasts.selectors.merges import Merges, merges_at
from forecasts.services.experts import check_current
from forecasts.services.ledgers import appended_last, enter
from forecasts.services.roles import LEADS, require_role
from forecasts.services.saving import atomic_or_busy, lock_experts, save_checked
from forecasts.services.scorecards import open_scorecards, touch_experts, touched_once


@atomic_or_busy()
@appended_last()
def merge_experts(
    *, expert: Expert, into: Expert, reason: str, by: User, as_of: datetime
) -> ExpertMerge:
    """Let everything that was recorded for `expert` count for `into` from now on.

    No row is changed but in whom it counts for; the past stays as it was. Raises
    RoleMissingError, ReasonMissingError, SameExpertError, SyntheticMixError, MergedExpertError,
    BusyError and ValidationError.
    """
    require_role(by, LEADS)
    if expert.pk == into.pk:
        raise SameExpertError(field="into")
    _check_reason(reason)
    rows, before = _lock(expert, into)
    for one in (expert, into):
        check_current(rows[one.pk])
    if expert.synthetic != into.synthetic:
        raise SyntheticMixError(field="into")
    merge = save_checked(
        ExpertMerge(expert=expert, into=into, reason=reason, merged_at=as_of, merged_by=by)
    )
    _carry_over(rows, before, as_of)
    enter(kind="expert_merge", ids=[merge.pk])
    return merge


@atomic_or_busy()
@appended_last()
def undo_merge(*, merge: ExpertMerge, reason: str, by: User, as_of: datetime) -> ExpertMergeUndo:
    """Let every row count again for whom it counted without this merge.

    What was recorded for the other meanwhile stays theirs. Raises RoleMissingError,
    ReasonMissingError, MergeUndoneError, BusyError and ValidationError.
    """
    require_role(by, LEADS)
    _check_reason(reason)
    moment = max(as_of, merge.merged_at)  # another machine's clock may be behind
    rows, before = _lock(merge.expert, merge.into)
    if ExpertMergeUndo.objects.filter(merge=merge).exists():
        raise MergeUndoneError
    undo = save_checked(ExpertMergeUndo(merge=merge, reason=reason, undone_at=moment, undone_by=by))
    _carry_over(rows, before, moment)
    enter(kind="expert_merge_undo", ids=[undo.pk])
    return undo


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissingError(field="reason")


def _lock(*experts: Expert) -> tuple[dict[int, Expert], Merges]:
    """Everybody by id whom a change of these can concern, locked, and the merges in force."""
    while True:
        rows = lock_experts(_concerned(experts, _in_force()))
        merges = _in_force()
        if _concerned(experts, merges) <= rows.keys():
            return rows, merges


def _in_force() -> Merges:
    return merges_at(LATEST) or Merges({})


def _concerned(experts: Iterable[Expert], merges: Merges) -> set[int]:
    """These, whom they count as, and everybody who counts as one of those."""
    ends = {merges.survivor(expert.pk) for expert in experts}
    everybody = {expert.pk for expert in experts} | ends | merges.into.keys()
    return {pk for pk in everybody if merges.survivor(pk) in ends}


def _carry_over(rows: dict[int, Expert], before: Merges, as_of: datetime) -> None:
    """Move what was recorded for everybody who counts as somebody else than before."""
    after = _in_force()
    for pk, expert in rows.items():
        survivor = after.survivor(pk)
        if survivor != before.survivor(pk):
            _move(expert, rows[survivor], as_of)


def _move(expert: Expert, to: Expert, as_of: datetime) -> None:
    is_back = to == expert
    own = Forecast.objects.filter(recorded_for([expert.pk]))
    # Whom the rows counted for until now, and then whom they count for.
    _touch(own, as_of)
    Expert.objects.filter(pk=expert.pk).update(merged_into=None if is_back else to)
    count_for(own, to)
    count_for(UnscorableStatement.objects.filter(recorded_for([expert.pk])), to)
    if not is_back:
        # Nothing counts for them any more.
        Scorecard.objects.filter(expert=expert).delete()
    open_scorecards(forecasts=own.only("expert", "question"))
    _touch(own, as_of)


def _touch(forecasts: QuerySet[Forecast], as_of: datetime) -> None:
    asked = forecasts.order_by().values("question")
    with touched_once():
        for question in Question.objects.filter(pk__in=asked):
            touch_experts(question=question, as_of=as_of)
