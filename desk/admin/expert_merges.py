"""Pages beside an expert: merging into another after a look, and undoing it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.records import RecordAdmin
from desk.expert_merges import MergeForm, PartForm, n_to_go_back, n_to_stay
from desk.staff import staff_of
from forecasts.models import Expert, ExpertMerge, Role
from forecasts.selectors.merges import merges_into
from forecasts.services.merge_rehearsals import MergePlan

MERGE = "forecasts.add_expertmerge"
CHANGED = "What is below has changed since you looked at it: look again, then merge."


class ExpertMergePages(RecordAdmin[Expert]):
    """Adds the pages to those of experts."""

    def get_urls(self) -> list[URLPattern]:
        return [
            row_path(self, "merge", self.merge_view),
            row_path(self, "part", self.part_view),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Expert], search_term: str
    ) -> tuple[QuerySet[Expert], bool]:
        """Whoever chooses an expert for something chooses nobody who was merged."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(merged_into=None)
        return super().get_search_results(request, queryset, search_term)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        expert: Expert | None = context.get("original")
        if expert is not None:
            context["can_merge"] = staff_of(request).has_role(Role.LEAD)
            context["merge"] = _merge_of(expert)
            context["merges"] = merges_into(expert)
        return super().render_change_form(request, context, *args, **kwargs)

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What would change first; then, when it is sent again, the merge."""
        expert: Expert = row_for(self, request, pk, MERGE)
        form, plan = MergeForm(request.POST or None), None
        if form.is_valid():
            by, now = staff_of(request), timezone.now()
            plan = form.plan(expert, by, now)
            version, seen = _version(plan, form), request.POST.get("version")
            if plan and seen == version and form.merge(expert, by, now):
                into = form.cleaned_data["into"]
                return to_row(request, into, f"{expert.name} was merged into {into.name}.")
            if plan and seen and seen != version:
                messages.warning(request, CHANGED)
        return form_page(
            self,
            request,
            form,
            expert,
            title=f"Merge {expert.name} into another expert",
            button="Merge" if plan else "Show what changes",
            intro="desk/merge_intro.html",
            plan=plan,
            into=form.cleaned_data["into"] if plan else None,
            version=_version(plan, form),
        )

    def part_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Undo the merge by which the expert counts as another."""
        expert: Expert = row_for(self, request, pk, MERGE)
        merge = _merge_of(expert)
        if merge is None:
            msg = f"{expert.name} is not merged into anybody."
            raise Http404(msg)
        form = PartForm(request.POST or None)
        if form.is_valid() and form.part(merge, staff_of(request), timezone.now()):
            return to_row(request, expert, f"{expert.name} counts by themselves again.")
        return form_page(
            self,
            request,
            form,
            expert,
            title=f"Undo the merge of {expert.name}",
            button="Undo the merge",
            intro="desk/part_intro.html",
            merge=merge,
            n_to_go_back=n_to_go_back(merge),
            n_to_stay=n_to_stay(merge),
        )


def _merge_of(expert: Expert) -> ExpertMerge | None:
    rows = expert.merges.filter(undo=None).select_related("expert", "into", "merged_by")
    return rows.order_by("-merged_at", "-pk").first()


def _version(plan: MergePlan | None, form: MergeForm) -> str:
    """What somebody has looked at who sends the form again."""
    return f"{form.cleaned_data['into'].pk}:{plan.fingerprint}" if plan else ""
