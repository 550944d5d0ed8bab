"""The page on which one question is read and answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from desk.keys import KEY_GROUPS
from desk.models import DueQuestion
from desk.queues import run_of
from desk.review_forms import CorrectForm, ReviewForm, SettleForm, VerdictForm
from desk.reviews import Review, Stance, review_of
from desk.side_forms import FORMS
from desk.staff import staff_of
from desk.versions import changes_met, version_of
from forecasts.models import Question, Verdict
from forecasts.selectors.rulings import ruling_in_force


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
        rows = Question.objects.select_related("depends_on", "family", "blindness_lift__lead")
        rows = rows.prefetch_related(
            *("amendments", "assignments__reviewer", "evidence", "hand_ons__reviewer"),
            *("resolutions__evidence", "snoozes", "topics"),
            Prefetch("verdicts", verdicts),
        )
        try:
            return rows.get(pk=int(object_id))
        except (Question.DoesNotExist, ValueError):
            return None

    def _decide(self, request: HttpRequest, question: Question, form: ReviewForm) -> bool:
        version = request.POST.get("version", "")
        return form.decide(question, staff_of(request), version=version, as_of=timezone.now())

    def _page(
        self, request: HttpRequest, question: Question, form: ReviewForm | None
    ) -> HttpResponse:
        user, as_of = staff_of(request), timezone.now()
        review = review_of(question, user, as_of=as_of)
        form = form or _empty_form(review)
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "key_groups": KEY_GROUPS,
            "opts": self.opts,
            "title": question.title,
            "question": question,
            "review": review,
            "form": form,
            "version": str(version_of(question)),
            "changes": changes_met(form, question, request.POST.get("version", "")),
            "is_due": question.deadline <= as_of and review.ruling is None,
            "parent_ruling": ruling_in_force(question.depends_on) if question.depends_on else None,
            "files_lost": form is not None and form.is_bound and bool(request.FILES),
            "run": run_of(user, question, as_of=as_of),
            "moments": _moments(question, as_of),
        }
        status = 409 if form is not None and form.lost_race else 200
        return TemplateResponse(request, "desk/review.html", context, status=status)

    def _done(
        self, request: HttpRequest, question: Question, form: ReviewForm
    ) -> HttpResponseRedirect:
        # No entry in the admin's log: it would tell the next reviewer who has answered.
        messages.success(request, form.outcome(Question.objects.get(pk=question.pk)))
        here = reverse("admin:desk_duequestion_change", args=[question.pk])
        if "_next" not in request.POST:
            return HttpResponseRedirect(here)
        following = run_of(staff_of(request), question, as_of=timezone.now()).following
        if following is not None:
            return HttpResponseRedirect(reverse("admin:desk_duequestion_change", args=[following]))
        messages.info(request, "That was the last question that waits for you.")
        return HttpResponseRedirect(f"{reverse('admin:desk_duequestion_changelist')}?show=mine")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that a button puts into "known at"; chosen by a person, never guessed."""

    key: str
    label: str
    value: str
    says: str


def _moments(question: Question, as_of: datetime) -> list[Moment]:
    known = [("t", "Now", as_of)]
    if question.deadline <= as_of:
        known.insert(0, ("d", "Deadline", question.deadline))
    return [
        Moment(key, label, f"{at:%Y-%m-%dT%H:%M}", f"{at:%-d %b %Y, %H:%M}")
        for key, label, at in ((key, label, timezone.localtime(at)) for key, label, at in known)
    ]


def _empty_form(review: Review) -> ReviewForm | None:
    if review.stance is Stance.ANSWER:
        return VerdictForm()
    if review.stance is Stance.SETTLE:
        return SettleForm()
    return CorrectForm() if review.can_correct else None
