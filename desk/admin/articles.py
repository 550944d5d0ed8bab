"""The reading desk: articles, what is proposed in them, and what coders make of it."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from desk.admin.records import CHECK, AppendOnlyAdmin
from desk.article_sight import article_shown_to, articles_shown_to
from desk.article_texts import Layout
from desk.forms import ServiceForm
from desk.ids import id_of
from desk.keys import ARTICLE_KEYS
from desk.proposal_forms import REASONS, ArticleForm, DecisionForm, PassageForm, RecordForm
from desk.readings import Suggestions, initial_of, shortened, suggestions_for
from desk.staff import staff_of
from desk.wording_checks import check_of, typed_draft
from forecasts.article_refusals import ExtractorFailedError
from forecasts.models import Article, ProposalDecision, Role
from forecasts.question_checks.findings import Draft
from forecasts.selectors.articles import OPEN, proposals_of, states_of
from forecasts.services.articles import read_article
from forecasts.services.proposals import decide_proposal, leave_out, reopen_proposal

Kind = ProposalDecision.Kind
UNDONE = {Kind.ACCEPTED, Kind.REJECTED}


@admin.register(Article)
class ArticleAdmin(AppendOnlyAdmin[Article]):
    """Articles."""

    list_display = ("source", "published_at", "to_decide", "recorded_by", "recorded_at")
    search_fields = ("source__title", "source__outlet", "author")
    change_list_template = "desk/article_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return articles_shown_to(staff_of(request))

    @admin.display(description="Published", ordering="source__published_at")
    def published_at(self, row: Article) -> Any:
        return row.source.published_at

    @admin.display(description="To decide")
    def to_decide(self, row: Any) -> str:
        return f"{row.n_open} of {row.n_proposals}"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/read/", view(self.read_view), name="forecasts_article_read"),
            path("<int:pk>/mark/", view(self.mark_view), name="forecasts_article_mark"),
            path(
                "<int:pk>/<int:proposal>/decide/",
                view(self.decide_view),
                name="forecasts_article_decide",
            ),
            path(
                "<int:pk>/<int:proposal>/record/",
                view(self.record_view),
                name="forecasts_article_record",
            ),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Hand in a text and where it comes from."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ArticleForm(
            request.POST or None,
            request.FILES or None,
            label_suffix="",
            initial={"date_basis": "printed"},
        )
        if form.is_valid() and (article := form.record(staff_of(request), timezone.now())):
            self._read(request, article)
            return HttpResponseRedirect(address(article))
        context = {"title": "Read an article", "files_lost": bool(request.FILES)}
        return self._page(request, "desk/article_add.html", form, **context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The text with what is proposed in it, and one proposal to decide about."""
        return self._desk(request, self._article(request, id_of(object_id) or 0))

    def _article(self, request: HttpRequest, pk: int) -> Article:
        if not self.has_view_permission(request):
            raise PermissionDenied
        article = article_shown_to(staff_of(request), pk)
        if article is None:
            msg = f"There is no article {pk}."
            raise Http404(msg)
        return article

    def _desk(
        self, request: HttpRequest, article: Article, form: ServiceForm | None = None
    ) -> HttpResponse:
        rows = proposals_of(article)
        current = _current(rows, id_of(request.GET.get("p", "")))
        place = rows.index(current) if current else 0
        context: dict[str, Any] = {
            "title": str(article),
            "article": article,
            "proposals": rows,
            "current": current,
            "number": place + 1,
            "previous": rows[place - 1] if place else None,
            "following": rows[place + 1] if place + 1 < len(rows) else None,
            "states": states_of(rows),
            "to_record": next((row for row in rows if row.state == Kind.ACCEPTED), None),
            "undoable": _undoable(rows, id_of(request.GET.get("last", ""))),
            "paragraphs": Layout(article.text, rows, current).paragraphs(),
            "suggestions": suggestions_for(current) if current else Suggestions((), ()),
            "reasons": REASONS,
            "unread": _unread(article),
            "passage_form": form or PassageForm(label_suffix=""),
            "can_decide": staff_of(request).has_role(Role.CODER, Role.LEAD),
        }
        return self._page(request, "desk/article.html", form, **context)

    def _page(
        self, request: HttpRequest, template: str, form: ServiceForm | None, **context: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "opts": self.opts,
            "key_groups": ARTICLE_KEYS,
            "form": form,
            "media": self.media + form.media if form else self.media,
            **context,
        }
        status = 409 if form is not None and form.lost_race else 200
        return TemplateResponse(request, template, context, status=status)

    def read_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let extractors read that have not done so."""
        article = self._to_decide(request, pk)
        if request.method == "POST" and self._read(request, article):
            messages.success(request, "The article was read.")
        return HttpResponseRedirect(address(article))

    def _read(self, request: HttpRequest, article: Article) -> bool:
        try:
            read_article(article=article, as_of=timezone.now())
        except ExtractorFailedError as error:
            messages.error(request, str(error))
            return False
        return True

    def _to_decide(self, request: HttpRequest, pk: int) -> Article:
        article = self._article(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return article

    def mark_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose a passage by hand."""
        article = self._to_decide(request, pk)
        if request.method != "POST":
            return HttpResponseRedirect(address(article))
        form = PassageForm(request.POST, label_suffix="")
        made = form.is_valid() and form.mark(article, staff_of(request), timezone.now())
        if made:
            return HttpResponseRedirect(address(article, p=made.pk))
        return self._desk(request, article, form)

    def decide_view(self, request: HttpRequest, pk: int, proposal: int) -> HttpResponse:
        """Accept, reject, leave out with a reason, or take that back."""
        article = self._to_decide(request, pk)
        rows = proposals_of(article)
        row = next((one for one in rows if one.pk == proposal), None)
        if row is None:
            raise Http404
        decide = DECISIONS.get(request.POST.get("decision", ""))
        if request.method != "POST" or decide is None:
            return HttpResponseRedirect(address(article, p=proposal))
        form = DecisionForm(request.POST)
        form.is_valid()
        seen = id_of(request.POST.get("seen", ""))
        by, as_of = staff_of(request), timezone.now()
        if form.submit(lambda: decide(row, request.POST, seen=seen, by=by, as_of=as_of)) is None:
            messages.error(request, " ".join(map(str, form.non_field_errors())) or REFUSED)
            return HttpResponseRedirect(address(article, p=proposal))
        if request.POST["decision"] == "reopen":
            return HttpResponseRedirect(address(article, p=proposal))
        return HttpResponseRedirect(address(article, p=_next(rows, row), last=proposal))

    def record_view(self, request: HttpRequest, pk: int, proposal: int) -> HttpResponse:
        """Record the forecast that a proposal makes."""
        article = self._to_decide(request, pk)
        rows = proposals_of(article)
        row = next((one for one in rows if one.pk == proposal), None)
        if row is None or row.state in {Kind.RECORDED, Kind.UNSCORABLE}:
            return HttpResponseRedirect(address(article, p=proposal))
        offered = suggestions_for(row)
        form = RecordForm(
            row,
            request.POST or None,
            experts=offered.experts,
            questions=offered.questions,
            initial=initial_of(row, offered),
        )
        seen = id_of(request.POST.get("seen", ""))
        wants = CHECK not in request.POST and form.is_valid()
        if wants and form.record(staff_of(request), seen=seen, as_of=timezone.now()):
            messages.success(request, "The forecast is recorded.")
            following = next(
                (one for one in rows if one is not row and one.state == Kind.ACCEPTED), None
            )
            if following is not None:
                return HttpResponseRedirect(record_address(article, following.pk))
            return HttpResponseRedirect(address(article, p=_next(rows, row)))
        shown = request.POST.get("seen", row.decision.pk if row.decision else "")
        if form.lost_race:
            shown = row.decision.pk if row.decision else ""
        context = {"title": "Record a forecast", "article": article, "current": row, "seen": shown}
        context |= {"is_only_checked": CHECK in request.POST, **_check(request, article)}
        return self._page(request, "desk/proposal_record.html", form, **context)


REFUSED = "This was refused."


def _accept(row: Any, _: Any, **who: Any) -> Any:
    return decide_proposal(proposal=row, kind=Kind.ACCEPTED, **who)


def _reject(row: Any, _: Any, **who: Any) -> Any:
    return decide_proposal(proposal=row, kind=Kind.REJECTED, **who)


def _reopen(row: Any, _: Any, **who: Any) -> Any:
    reopen_proposal(proposal=row, **who)
    return row


def _leave_out(row: Any, posted: Any, **who: Any) -> Any:
    experts = suggestions_for(row).matched
    return leave_out(
        proposal=row,
        quote=shortened(row),
        reason=posted.get("reason", ""),
        expert=experts,
        attributed_to=row.speaker or row.article.author or row.article.source.outlet,
        **who,
    )


DECISIONS: dict[str, Callable[..., Any]] = {
    "accept": _accept,
    "reject": _reject,
    "reopen": _reopen,
    "unscorable": _leave_out,
}


def _check(request: HttpRequest, article: Article) -> dict[str, Any]:
    """What is unclear in the new question, as the page of questions shows it."""
    draft = typed_draft(request.POST) if request.method == "POST" else Draft()
    synthetic = article.source.synthetic
    return {
        "check": check_of(draft, synthetic=synthetic, as_of=timezone.now()),
        "check_url": reverse("admin:forecasts_question_check"),
        "check_heading": "As others will read it",
        "check_template": "desk/question_check.html",
        "check_note": "Nothing is refused for it.",
    }


def address(article: Article, **query: int | None) -> str:
    """Of the article's page, at one of its proposals."""
    given = {name: value for name, value in query.items() if value}
    place = reverse("admin:forecasts_article_change", args=[article.pk])
    return f"{place}?{urlencode(given)}#here" if given else place


def record_address(article: Article, proposal: int) -> str:
    """Of the page on which the proposal is recorded."""
    return reverse("admin:forecasts_article_record", args=[article.pk, proposal])


def _current(rows: Sequence[Any], wanted: int | None) -> Any:
    chosen = next((row for row in rows if row.pk == wanted), None)
    first_open = next((row for row in rows if row.state == OPEN), None)
    return chosen or first_open or (rows[0] if rows else None)


def _next(rows: Sequence[Any], row: Any) -> int:
    """The open proposal that follows, or else the first; this one where none is left."""
    place = rows.index(row)
    waiting = [one for one in (*rows[place + 1 :], *rows[:place]) if one.state == OPEN]
    return int(waiting[0].pk if waiting else row.pk)


def _undoable(rows: Sequence[Any], last: int | None) -> Any:
    return next((row for row in rows if row.pk == last and row.state in UNDONE), None)


def _unread(article: Article) -> list[str]:
    done = set(article.readings.values_list("extractor", flat=True))
    return [name for name in settings.ARTICLE_EXTRACTORS if name not in done]
