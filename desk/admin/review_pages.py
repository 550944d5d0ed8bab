"""The page on which one question is read and answered."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from desk.keys import KEY_GROUPS
from desk.models import DueQuestion
from desk.queues import run_of
from desk.review_contexts import page_of
from desk.review_forms import ReviewForm, VerdictForm
from desk.review_rows import read_for_review
from desk.side_forms import FORMS
from desk.staff import staff_of
from desk.versions import changes_met
from forecasts.models import Question


class ReviewPages(ModelAdmin[DueQuestion]):
    """Adds the page of one question to the queue."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Read one question and answer it; works for questions that are not due, too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = staff_of(request)
        question = read_for_review(object_id, user)
        if question is None:
            messages.warning(request, "There is no such question.")
            return HttpResponseRedirect(reverse("admin:desk_duequestion_changelist"))
        if request.method != "POST":
            return self._page(request, question, None)
        form = FORMS.get(request.POST.get("action", ""), VerdictForm)(request.POST, request.FILES)
        version = request.POST.get("version", "")
        if form.is_valid() and form.decide(question, user, version=version, as_of=timezone.now()):
            return self._done(request, question, form)
        # Read once more: what the form met is perhaps not what was there before.
        return self._page(request, read_for_review(object_id, user) or question, form)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """None: it would tell the next reviewer who has answered."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        raise Http404

    def _page(self, request: HttpRequest, question: Any, form: ReviewForm | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "key_groups": KEY_GROUPS,
            "opts": self.opts,
            **page_of(question, staff_of(request), form, as_of=timezone.now()),
            "changes": changes_met(form, question, request.POST.get("version", "")),
            "files_lost": form is not None and bool(request.FILES),
        }
        status = 409 if form is not None and form.lost_race else 200
        return TemplateResponse(request, "desk/review.html", context, status=status)

    def _done(self, request: HttpRequest, question: Any, form: ReviewForm) -> HttpResponseRedirect:
        # No entry in the admin's log: it would tell the next reviewer who has answered.
        told = form.outcome(Question.objects.get(pk=question.pk))
        here = reverse("admin:desk_duequestion_change", args=[question.pk])
        if "_next" not in request.POST:
            messages.success(request, told)
            return HttpResponseRedirect(here)
        back = format_html(' <a href="{}" data-key="z">Look back, or undo</a>', here)
        messages.success(request, format_html("{}{}", told, back))
        following = run_of(staff_of(request), question, as_of=timezone.now()).following
        if following is not None:
            return HttpResponseRedirect(reverse("admin:desk_duequestion_change", args=[following]))
        messages.info(request, "That was the last question that waits for you.")
        return HttpResponseRedirect(f"{reverse('admin:desk_duequestion_changelist')}?show=mine")
