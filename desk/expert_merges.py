"""Forms by which leads merge experts who are one, and part them again."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin

from desk.fields import SearchSelect
from desk.forecast_sight import forecasts_shown_to
from desk.forms import ServiceForm
from forecasts.models import Expert, ExpertMerge, ExpertMergeUndo, Forecast, User
from forecasts.models.merges import recorded_for
from forecasts.services.merge_rehearsals import MergePlan, rehearse_merge
from forecasts.services.merges import merge_experts, undo_merge

INTO: Any = ExpertMerge._meta.get_field("into")


def reason_field() -> forms.CharField:
    """Why, in a few lines."""
    return forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="Shown in public, and in the ledger.",
    )


class MergeForm(ServiceForm, forms.Form):
    """Into whom, and why."""

    aliases = {"expert": "into"}
    into = forms.ModelChoiceField(
        queryset=Expert.objects.current(),
        label="Merge into",
        widget=SearchSelect(INTO, admin.site),
        help_text="Who remains: their page, address and name. It can be undone.",
    )
    reason = reason_field()

    def plan(self, expert: Expert, by: User, as_of: datetime) -> MergePlan | None:
        """What would change; None where it was refused."""
        given = {**self.cleaned_data, "by": by, "as_of": as_of}
        shown = forecasts_shown_to(by)
        return self.submit(lambda: rehearse_merge(expert=expert, shown=shown, **given))

    def merge(self, expert: Expert, by: User, as_of: datetime) -> ExpertMerge | None:
        """Hand it in; None where it was refused."""
        return self.submit(
            lambda: merge_experts(expert=expert, **self.cleaned_data, by=by, as_of=as_of)
        )


class PartForm(ServiceForm, forms.Form):
    """Why a merge was wrong."""

    reason = reason_field()

    def part(self, merge: ExpertMerge, by: User, as_of: datetime) -> ExpertMergeUndo | None:
        """Hand it in; None where it was refused."""
        reason = self.cleaned_data["reason"]
        return self.submit(lambda: undo_merge(merge=merge, reason=reason, by=by, as_of=as_of))


def n_to_go_back(merge: ExpertMerge) -> int:
    """How many forecasts count for somebody else by the merge."""
    return Forecast.objects.in_force().filter(recorded_for([merge.expert_id])).count()


def n_to_stay(merge: ExpertMerge) -> int:
    """How many forecasts were recorded for the other since."""
    own = recorded_for([merge.into_id])
    return Forecast.objects.in_force().filter(own, recorded_at__gt=merge.merged_at).count()
