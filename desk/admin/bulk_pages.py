"""Snooze and assign, from the queue or from one question, after a look at what will happen."""

from collections.abc import Iterator

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from desk.bulks import MAX_ROWS, AssignForm, BulkForm, Refusal, SnoozeForm, read_questions
from desk.ids import id_of
from desk.keys import KEY_GROUPS
from desk.models import DueQuestion
from desk.queues import run_of
from desk.staff import staff_of
from desk.versions import Version
from forecasts.models import Question

TOO_MANY = (
    f"Nothing was done: you chose {{}} questions, and no more than {MAX_ROWS} are done at a time."
)
FORMS: dict[str, type[BulkForm]] = {"snooze": SnoozeForm, "assign": AssignForm}


class BulkPages(ModelAdmin[DueQuestion]):
    """Adds the pages, and the actions of the queue that lead to them."""

    actions = ("bulk_snooze", "bulk_assign")

    def get_urls(self) -> list[URLPattern]:
        """One address for each; a row is named in the query, many come from the queue."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"{name}/", wrap(getattr(self, f"{name}_view")), name=f"desk_duequestion_{name}")
            for name in FORMS
        ]
        return [*own, *super().get_urls()]

    @admin.action(description="Snooze…")
    def bulk_snooze(self, request: HttpRequest, queryset: QuerySet[DueQuestion]) -> HttpResponse:
        return self._from_queue(request, "snooze", queryset)

    @admin.action(description="Assign…")
    def bulk_assign(self, request: HttpRequest, queryset: QuerySet[DueQuestion]) -> HttpResponse:
        return self._from_queue(request, "assign", queryset)

    def snooze_view(self, request: HttpRequest) -> HttpResponse:
        return self._view(request, "snooze")

    def assign_view(self, request: HttpRequest) -> HttpResponse:
        return self._view(request, "assign")

    def _from_queue(
        self, request: HttpRequest, name: str, queryset: QuerySet[DueQuestion]
    ) -> HttpResponse:
        ids = list(queryset.order_by("deadline", "pk").values_list("pk", flat=True))
        form, questions = FORMS[name](staff_of(request)), read_questions(ids[:MAX_ROWS])
        return self._bulk_page(request, name, form, questions, n_chosen=len(ids))

    def _view(self, request: HttpRequest, name: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        values = (request.POST if is_sent else request.GET).getlist("row")
        if len(values) > MAX_ROWS:
            return self._turned_back(request, messages.ERROR, TOO_MANY.format(len(values)))
        chosen = list(_chosen(values))
        if is_sent:
            return self._carry_out(request, name, chosen)
        questions = read_questions(pk for pk, _ in chosen)
        if not questions:
            return self._turned_back(
                request, messages.WARNING, "Choose at least one question first."
            )
        return self._bulk_page(request, name, FORMS[name](staff_of(request)), questions)

    def _turned_back(self, request: HttpRequest, level: int, said: str) -> HttpResponse:
        messages.add_message(request, level, said)
        return HttpResponseRedirect(reverse("admin:desk_duequestion_changelist"))

    def _carry_out(
        self, request: HttpRequest, name: str, seen: list[tuple[int, Version | None]]
    ) -> HttpResponse:
        form = FORMS[name](staff_of(request), request.POST)
        if not form.is_valid():
            questions = read_questions(pk for pk, _ in seen)
            return self._bulk_page(request, name, form, questions, seen=dict(seen))
        done, refused = form.carry_out(seen, timezone.now())
        if done:
            messages.success(request, _told(name, done))
        if form.errors:
            finished = {row.pk for row in done}
            left = read_questions(pk for pk, _ in seen if pk not in finished)
            return self._bulk_page(request, name, form, left, seen=dict(seen))
        if refused:
            questions = [refusal.question for refusal in refused]
            return self._bulk_page(request, name, form, questions, refused=refused)
        return self._back(request, done)

    def _bulk_page(
        self,
        request: HttpRequest,
        name: str,
        form: BulkForm,
        questions: list[Question],
        *,
        seen: dict[int, Version | None] | None = None,
        refused: list[Refusal] | None = None,
        n_chosen: int = 0,
    ) -> HttpResponse:
        rows = form.rows(questions, timezone.now())
        versions = {row.question.pk: row.version for row in rows} | (seen or {})
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "key_groups": KEY_GROUPS,
            "title": f"{form.title}: {_number(questions, n_chosen)}",
            "name": name,
            "form": form,
            "rows": [(row, f"{row.question.pk}:{versions[row.question.pk]}") for row in rows],
            "n_left_out": max(n_chosen - MAX_ROWS, 0),
            "n_possible": sum(not row.bar for row in rows),
            "refused": refused or [],
            "then": request.POST.get("then", request.GET.get("then", "")),
        }
        status = 409 if refused else 200
        return TemplateResponse(request, "desk/bulk.html", context, status=status)

    def _back(self, request: HttpRequest, done: list[Question]) -> HttpResponseRedirect:
        queue = reverse("admin:desk_duequestion_changelist")
        if request.POST.get("then") != "next" or len(done) != 1:
            return HttpResponseRedirect(queue)
        following = run_of(staff_of(request), done[0], as_of=timezone.now()).following
        if following is None:
            return HttpResponseRedirect(f"{queue}?show=mine")
        return HttpResponseRedirect(reverse("admin:desk_duequestion_change", args=[following]))


def _chosen(values: list[str]) -> Iterator[tuple[int, Version | None]]:
    """Ids with the versions they were seen in; what is neither is left out."""
    for value in values:
        pk, _, version = value.partition(":")
        if (found := id_of(pk)) is not None:
            yield found, Version.parse(version)


def _number(questions: list[Question], n_chosen: int) -> str:
    if n_chosen > MAX_ROWS:
        return f"{len(questions)} of {n_chosen} questions"
    return questions[0].title if len(questions) == 1 else f"{len(questions)} questions"


def _told(name: str, done: list[Question]) -> str:
    what = f"“{done[0].title}”" if len(done) == 1 else f"{len(done)} questions"
    verb = {"snooze": "snoozed", "assign": "assigned"}[name]
    return f"{what} {'is' if len(done) == 1 else 'are'} {verb}."
