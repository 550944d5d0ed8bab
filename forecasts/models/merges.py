"""Merges of experts who turned out to be one, and the rows that moved with them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from forecasts.models.append_only import AppendOnly, AppendOnlyQuerySet
from forecasts.models.experts import Expert
from forecasts.models.fields import ProseField


class ExpertMerge(AppendOnly):
    """That two experts are one: what was recorded for the one counts for the other from then on."""

    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="merges_into")
    reason = ProseField(max_length=2000)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["ExpertMerge"].as_manager()

    class Meta:
        ordering = ("merged_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(expert=F("into")), name="expert_merge_of_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="expert_merge_reasoned"),
        )

    def __str__(self) -> str:
        return f"{self.expert} into {self.into}"


class ExpertMergeUndo(AppendOnly):
    """That a merge was wrong: from then on both count by themselves, as they were recorded."""

    merge = models.OneToOneField(ExpertMerge, on_delete=models.PROTECT, related_name="undo")
    reason = ProseField(max_length=2000)
    undone_at = models.DateTimeField()
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["ExpertMergeUndo"].as_manager()

    class Meta:
        ordering = ("undone_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="expert_merge_undo_reasoned"),
        )

    def __str__(self) -> str:
        return f"{self.merge}, undone"


def recorded_for(expert_ids: Iterable[int]) -> Q:
    """Of rows that were recorded for these experts, to whomever they count now."""
    ids = list(expert_ids)
    return Q(recorded_as=None, expert__in=ids) | Q(recorded_as__in=ids)


def count_for(rows: models.QuerySet[Any], expert: Expert) -> int:
    """Let these rows count for the expert from now on; returns how many there are."""
    was = Coalesce("recorded_as", "expert")
    # The one change that a merge makes to rows that otherwise are only added to.
    return models.QuerySet.update(rows, recorded_as=was, expert=expert)


def recorded_as_key() -> models.ForeignKey[Any, Any]:
    """Whom a row was recorded for, if it ever moved; else that is `expert`, who it counts for."""
    return models.ForeignKey(
        Expert,
        null=True,
        editable=False,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
    )


def index_of_moved(name: str) -> models.Index:
    """An index of the few rows that ever moved."""
    is_moved = Q(recorded_as__isnull=False)
    return models.Index(fields=("recorded_as",), condition=is_moved, name=f"{name}_moved")
