"""Questions: recorded, edited until the first forecast, amended by leads after it."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk.admin.pages import form_page, row_for, row_path, to_row
from desk.admin.question_guides import HELP, guide
from desk.admin.question_set_pages import QuestionSetPages
from desk.admin.records import RecordAdmin
from desk.exceptions import StaleFormError
from desk.fields import DeadlineField
from desk.forms import CheckedForm, ServiceForm, ServiceModelForm
from desk.ids import id_of
from desk.staff import staff_of
from desk.versions import Version, changes_met, version_of
from desk.wording_checks import Check, check_of, draft_of, typed_draft
from forecasts.exceptions import NothingAmendedError
from forecasts.models import (
    Amendment,
    Forecast,
    HandOn,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)
from forecasts.question_checks.findings import Draft
from forecasts.selectors.questions import State, questions_with_state
from forecasts.services.questions import (
    FIXED,
    FROZEN,
    amend_question,
    as_text,
    edit_question,
    record_question,
)
from forecasts.services.saving import lock_question
from forecasts.templatetags.deadlines import deadline
from mail.plans import plan_of

# What a question is known by from the first moment on.
IDENTITY = ("slug", "synthetic")
FIXED_FIELDS = tuple(column.removesuffix("_id") for column in FIXED)
STATES = {State.OPEN: "open", State.AWAITING_CONDITION: "waits for its condition", State.DUE: "due"}


class QuestionForm(CheckedForm, ServiceModelForm):
    """A question, with its deadline as a date."""

    said_on = forms.DateField(
        label="Said on",
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text="When the statement was made that you want to record. It is not stored: the "
        "check compares the deadline with it.",
    )
    deadline = DeadlineField()

    class Meta:
        help_texts: ClassVar = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "deadline" not in self.fields:
            self.fields.pop("said_on", None)

    def perform(self) -> Question:
        if self.is_only_checked:
            return cast("Question", self.instance)
        service = record_question if self.instance.pk is None else edit_question
        topics = self.cleaned_data["topics"]
        return service(question=self.instance, topics=topics, by=self.user, as_of=timezone.now())


class AmendForm(ServiceForm, forms.Form):
    """New wording or a new deadline, with the reason."""

    title = forms.CharField(max_length=300, widget=forms.TextInput({"class": "vLargeTextField"}))
    resolution_criteria = forms.CharField(
        max_length=20_000, widget=forms.Textarea({"class": "vLargeTextField"})
    )
    deadline = DeadlineField()
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 3, "class": "vLargeTextField"}),
        help_text="Shown in public.",
    )

    def amend(self, question: Question, by: User, version: str) -> list[Amendment] | None:
        """Hand the amendment in; None where it was refused."""
        return self.submit(lambda: self._amend(question, by, version))

    def preview(self, question: Question) -> list[Amendment]:
        """The amendments that it would record, none of them recorded."""
        return [
            Amendment(
                field=name,
                before=as_text(old),
                after=as_text(new),
                reason=self.cleaned_data["reason"],
            )
            for name, new in self._changes().items()
            if (old := getattr(question, name)) != new
        ]

    def _changes(self) -> dict[str, Any]:
        # As the columns would store them, so that only real changes count.
        columns = {column.name: column for column in Question._meta.fields}
        return {name: columns[name].to_python(self.cleaned_data[name]) for name in FROZEN}

    def _amend(self, question: Question, by: User, version: str) -> list[Amendment]:
        seen, present = Version.parse(version), version_of(lock_question(question))
        if version and (seen is None or seen.meaning != present.meaning):
            raise StaleFormError
        return amend_question(
            question=question,
            changes=self._changes(),
            reason=self.cleaned_data["reason"],
            by=by,
            as_of=timezone.now(),
        )


@admin.register(Question)
class QuestionAdmin(QuestionSetPages):
    """Questions."""

    form = QuestionForm
    # Few topics and families, many questions; what the admin completes passes no check of labels.
    formfield_overrides = {
        **RecordAdmin.formfield_overrides,
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
    }
    raw_id_fields = ("depends_on",)
    list_display = ("title", "state", "deadline_utc", "family", "synthetic")
    list_filter = ("synthetic", "topics")
    search_fields = ("title", "slug")
    change_form_template = "desk/question_change_form.html"
    change_list_template = "desk/question_change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        own: Any = {"question": OuterRef("pk")}
        rulings = Resolution.objects.exclude(basis=Resolution.Basis.CONDITION)
        is_frozen = (
            Exists(Forecast.objects.filter(**own))
            | Exists(Verdict.objects.filter(**own))
            | Exists(HandOn.objects.filter(**own))
            | Exists(Amendment.objects.filter(**own))
            | Exists(rulings.filter(**own))
        )
        return questions_with_state(timezone.now()).annotate(is_frozen=is_frozen)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (*FROZEN, "deadline_utc", *FIXED_FIELDS) if obj.is_frozen else IDENTITY

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """In order; a deadline that is only read is the end of a day, and not midnight."""
        return guide(is_read=not self._is_written(request, obj))

    def _is_written(self, request: HttpRequest, row: Any) -> bool:
        """Whether the wording can still be edited."""
        return not row or (not row.is_frozen and self.has_change_permission(request, row))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("title",)}

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_view))
        return [
            path("check/", check, name="forecasts_question_check"),
            row_path(self, "amend", self.amend_view),
            *super().get_urls(),
        ]

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """What there is to say of the form as it stands, as a part of its page."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=id_of(request.GET.get("but", "")) or 0).first()
        return render(request, "desk/question_check.html", {"check": self._check(request, row)})

    def _check(self, request: HttpRequest, row: Question | None) -> Check:
        typed = request.POST
        draft = typed_draft(typed) if request.method == "POST" else Draft()
        if row is not None and request.method != "POST":
            draft = draft_of(row)
        synthetic = row.synthetic if row is not None else "synthetic" in typed
        but = row.pk if row is not None else None
        return check_of(draft, synthetic=synthetic, but=but, as_of=timezone.now())

    @admin.display(description="State")
    def state(self, row: Any) -> str:
        # Not how it was resolved: who codes a phrase should not know.
        return STATES.get(row.state, "resolved")

    @admin.display(description="Deadline", ordering="deadline")
    def deadline_utc(self, row: Question) -> str:
        return deadline(row.deadline)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_amend"] = staff_of(request).has_role(Role.LEAD)
        original = context.get("original")
        context["plan"] = plan_of(original, timezone.now()) if original else None
        if self._is_written(request, original):
            context["check"] = self._check(request, original)
            but = f"?but={original.pk}" if original else ""
            context["check_url"] = f"{reverse('admin:forecasts_question_check')}{but}"
        return super().render_change_form(request, context, *args, **kwargs)

    def amend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change what is frozen, in the open."""
        question: Question = row_for(self, request, pk, "forecasts.view_amendment")
        form = AmendForm(
            request.POST or None, initial={name: getattr(question, name) for name in FROZEN}
        )
        version, wants_preview = request.POST.get("version", ""), "_preview" in request.POST
        preview = form.preview(question) if form.is_valid() and wants_preview else None
        if preview == []:
            form.add_error(None, str(NothingAmendedError()))
        is_meant = form.is_valid() and not wants_preview
        if is_meant and form.amend(question, staff_of(request), version):
            return to_row(request, question, "The amendment is recorded.")
        texts = {"title": "Amend", "button": "Record amendment", "intro": "desk/amend_intro.html"}
        texts["preview_button"] = "Show the difference"
        # Who has looked at a difference has looked at no later state of the question.
        present = version if preview and version else str(version_of(question))
        changes = changes_met(form, question, version)
        return form_page(
            self,
            request,
            form,
            question,
            version=present,
            changes=changes,
            preview=preview,
            **texts,
        )
