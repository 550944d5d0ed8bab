"""Pages that record several questions at once, after a look at what will be made."""

from django.contrib import messages
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from desk.admin.records import RecordAdmin
from desk.question_conditions import ConditionalForm
from desk.question_families import FamilyForm
from desk.question_sets import SetForm
from desk.staff import staff_of
from forecasts.models import Question

FORMS: dict[str, type[SetForm]] = {"family": FamilyForm, "conditional": ConditionalForm}
CHANGED = "What is below has changed since you looked at it: look again, then record it."


class QuestionSetPages(RecordAdmin[Question]):
    """Adds the pages to those of questions."""

    def get_urls(self) -> list[URLPattern]:
        """One address for each form."""
        wrap = self.admin_site.admin_view
        own = [
            path(f"{name}/", wrap(getattr(self, f"{name}_view")), name=f"forecasts_question_{name}")
            for name in FORMS
        ]
        return [*own, *super().get_urls()]

    def family_view(self, request: HttpRequest) -> HttpResponse:
        return self._set_view(request, FamilyForm)

    def conditional_view(self, request: HttpRequest) -> HttpResponse:
        return self._set_view(request, ConditionalForm)

    def _set_view(self, request: HttpRequest, kind: type[SetForm]) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = kind(request.POST or None, initial=request.GET.dict())
        if not form.is_valid():
            return self._set_page(request, form, is_planned=False)
        by, now = staff_of(request), timezone.now()
        wants_record = "_record" in request.POST
        if wants_record and request.POST.get("planned") == form.fingerprint():
            if (n := form.record(by, now)) is not None:
                messages.success(request, f"{n} questions are recorded.")
                return HttpResponseRedirect(reverse("admin:forecasts_question_changelist"))
            return self._set_page(request, form, is_planned=False)
        is_planned = form.rehearse(by, now) is not None
        if wants_record and is_planned:
            messages.warning(request, CHANGED)
        return self._set_page(request, form, is_planned=is_planned)

    def _set_page(self, request: HttpRequest, form: SetForm, *, is_planned: bool) -> HttpResponse:
        parts = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "title": form.title,
            "media": self.media + form.media,
            "adminform": AdminForm(form, parts, {}, model_admin=self),  # type: ignore[arg-type]
            "planned": form.planned(timezone.now()) if is_planned else [],
            "fingerprint": form.fingerprint() if is_planned else "",
        }
        status = 409 if form.lost_race else 200
        return TemplateResponse(request, "desk/question_set.html", context, status=status)
