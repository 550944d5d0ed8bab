"""The queue of due questions, and the page on which one is answered."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.admin.records import ReadOnlyAdmin
from desk.models import DueQuestion
from desk.queues import PARTS, Tab, next_question_for, queue_counts, review_queue
from desk.review_forms import FORMS, CorrectForm, ReviewForm, SettleForm, VerdictForm, version_of
from desk.reviews import Review, Stance, review_of
from desk.staff import staff_of
from desk.templatetags.desk import overdue, synthetic_badge
from forecasts.models import Question, Role, Verdict
from forecasts.selectors.reviews import has_impasse
from forecasts.selectors.rulings import ruling_in_force
from forecasts.templatetags.deadlines import deadline


class TabFilter(admin.SimpleListFilter):
    """The parts of the queue, each with its count."""

    title = "part of the queue"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        self.counts = queue_counts(staff_of(request), as_of=timezone.now())
        return Tab.choices

    def value(self) -> str:
        """What was chosen; else one's own part, where there is something in it."""
        chosen = super().value()
        if chosen in Tab.values:
            return str(chosen)
        return Tab.MINE if self.counts[Tab.MINE] else Tab.ALL

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DueQuestion]
    ) -> QuerySet[DueQuestion]:
        return queryset.filter(PARTS[Tab(self.value())])

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for tab in Tab:
            yield {
                "selected": self.value() == tab,
                "query_string": changelist.get_query_string({self.parameter_name: tab.value}),
                "display": tab.label,
                "count": self.counts[tab],
            }


@admin.register(DueQuestion)
class DueQuestionAdmin(ReadOnlyAdmin[DueQuestion]):
    """Due for review."""

    list_display = ("question", "days", "deadline_utc", "standing", "given", "assigned", "about")
    list_filter = (TabFilter,)
    search_fields = ("title", "slug")
    ordering = ("deadline", "pk")
    sortable_by = ()
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[DueQuestion]:
        user = staff_of(request)
        queue: QuerySet[DueQuestion] = review_queue(user, as_of=timezone.now())
        return queue.prefetch_related("topics").annotate(
            can_answer=Value(user.has_role(Role.REVIEWER))
        )

    @admin.display(description="Question")
    def question(self, row: DueQuestion) -> SafeString:
        url = reverse("admin:desk_duequestion_change", args=[row.pk])
        badge = synthetic_badge(row)
        return format_html('<a href="{}">{}</a> {}', url, row.title, badge)

    @admin.display(description="Overdue")
    def days(self, row: DueQuestion) -> str:
        return overdue(row.deadline).removesuffix(" overdue")

    @admin.display(description="Deadline")
    def deadline_utc(self, row: DueQuestion) -> str:
        return deadline(row.deadline)

    @admin.display(description="Waits for")
    def standing(self, row: Any) -> str:
        if row.has_impasse:
            return "a lead"
        if row.is_answered:
            return "a second opinion"
        if row.is_coded:
            return "somebody who did not code it"
        return "your verdict" if row.can_answer else "a reviewer"

    @admin.display(description="Verdicts")
    def given(self, row: Any) -> str:
        return f"{row.n_verdicts} of {row.required_verdicts}"

    @admin.display(description="Assigned to", empty_value="nobody")
    def assigned(self, row: Any) -> str | None:
        return row.assignee  # type: ignore[no-any-return]

    @admin.display(description="Topics")
    def about(self, row: DueQuestion) -> str:
        return ", ".join(topic.name for topic in row.topics.all())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The queue, over the whole width."""
        context = {"title": "Due for review", "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, {**context, **(extra_context or {})})

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
        question = self._question(object_id)
        if question is None:
            messages.warning(request, "There is no such question.")
            return HttpResponseRedirect(reverse("admin:desk_duequestion_changelist"))
        if request.method != "POST":
            return self._page(request, question, None)
        form = FORMS.get(request.POST.get("action", ""), VerdictForm)(request.POST, request.FILES)
        if form.is_valid() and self._decide(request, question, form):
            return self._done(request, question, form)
        # Read once more: what the form met is perhaps not what was there before.
        return self._page(request, self._question(object_id) or question, form)

    def _question(self, object_id: str) -> Question | None:
        verdicts = Verdict.objects.select_related("reviewer").prefetch_related("evidence")
        rows = Question.objects.select_related("depends_on", "family", "blindness_lift")
        rows = rows.prefetch_related(
            *("amendments", "evidence", "hand_ons__reviewer", "resolutions__evidence", "topics"),
            Prefetch("verdicts", verdicts),
        )
        try:
            return rows.get(pk=int(object_id))
        except (Question.DoesNotExist, ValueError):
            return None

    def _decide(self, request: HttpRequest, question: Question, form: ReviewForm) -> bool:
        version = request.POST.get("version", "")
        decided = form.decide(question, staff_of(request), version=version, as_of=timezone.now())
        return decided is not None

    def _page(
        self, request: HttpRequest, question: Question, form: ReviewForm | None
    ) -> HttpResponse:
        user, as_of = staff_of(request), timezone.now()
        review = review_of(question, user, as_of=as_of)
        form = form or _empty_form(review)
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "title": question.title,
            "question": question,
            "review": review,
            "form": form,
            "version": version_of(question),
            "is_due": question.deadline <= as_of and review.ruling is None,
            "parent_ruling": ruling_in_force(question.depends_on) if question.depends_on else None,
            "files_lost": form is not None and form.is_bound and bool(request.FILES),
            "has_next": next_question_for(user, as_of=as_of, after=question) is not None,
        }
        status = 409 if form is not None and form.lost_race else 200
        return TemplateResponse(request, "desk/review.html", context, status=status)

    def _done(
        self, request: HttpRequest, question: Question, form: ReviewForm
    ) -> HttpResponseRedirect:
        # No entry in the admin's log: it would tell the next reviewer who has answered.
        messages.success(request, _outcome(Question.objects.get(pk=question.pk), form))
        here = reverse("admin:desk_duequestion_change", args=[question.pk])
        if "_next" not in request.POST:
            return HttpResponseRedirect(here)
        following = next_question_for(staff_of(request), as_of=timezone.now(), after=question)
        if following is not None:
            url = reverse("admin:desk_duequestion_change", args=[following.pk])
            return HttpResponseRedirect(url)
        messages.info(request, "That was the last question assigned to you.")
        return HttpResponseRedirect(reverse("admin:desk_duequestion_changelist"))


def _empty_form(review: Review) -> ReviewForm | None:
    if review.stance is Stance.ANSWER:
        return VerdictForm()
    if review.stance is Stance.SETTLE:
        return SettleForm()
    return CorrectForm() if review.can_correct else None


def _outcome(question: Question, form: ReviewForm) -> str:
    ruling = ruling_in_force(question)
    done = "Your verdict is in" if isinstance(form, VerdictForm) else "Your decision is in"
    if ruling is not None:
        return f"{done}, and “{question.title}” is resolved: {ruling.answer}."
    if has_impasse(question):
        return f"{done}. “{question.title}” now goes to a lead."
    if isinstance(form, CorrectForm):
        return f"“{question.title}” is open again."
    return f"{done}. “{question.title}” waits for a second opinion."
