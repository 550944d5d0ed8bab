"""Looking ahead at an issue, sending oneself a test of it, and the editors' note on it."""

from typing import Any

from csp.decorators import csp_replace, csp_update
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.clickjacking import xframe_options_sameorigin

from desk.forms import ServiceForm
from desk.frames import MAIL_POLICY, SELF, framed
from desk.staff import staff_of
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Expert, Role, Topic, User
from mail.content.digests import SelectionFilter
from mail.digesting import coming_week
from mail.issues.notes import delete_note, note_mark, note_on, write_note
from mail.issues.previews import Preview, preview_for, preview_issue
from mail.issues.trials import send_test_to_oneself
from mail.models import Subscriber
from mail.models.subscribers import normal_address
from mail.weeks import Week

WIDTHS = [("wide", "As wide as the page"), ("phone", "Phone, 375 pixels"), ("text", "Text part")]


class PreviewForm(forms.Form):
    """Which issue, for whom."""

    week = forms.CharField(
        required=False, max_length=8, help_text="Such as 2026-W47. Empty: the coming one."
    )
    reader = forms.CharField(
        label="Subscriber",
        required=False,
        max_length=254,
        help_text="An address or a number. It takes the place of the choices below.",
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.order_by("name"), to_field_name="slug", required=False
    )
    experts = forms.ModelMultipleChoiceField(
        Expert.objects.current().order_by("name"), to_field_name="slug", required=False
    )
    locale = forms.ChoiceField(label="Dates", choices=Subscriber.Locale.choices, required=False)
    show = forms.ChoiceField(label="Show", choices=WIDTHS, required=False)

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data, label_suffix="")
        # Addresses are nobody's but an administrator's.
        if not user.has_perm("mail.view_subscriber"):
            del self.fields["reader"]

    def clean_week(self) -> Week | None:
        """A week that there can be an issue of."""
        try:
            week = Week.parse(self.cleaned_data["week"]) if self.cleaned_data["week"] else None
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if week and week > coming_week(as_of=timezone.now()):
            msg = "This lies after the coming issue."
            raise ValidationError(msg)
        return week

    def clean_reader(self) -> Subscriber | None:
        """The subscriber of this address or number."""
        said = self.cleaned_data["reader"]
        if not said:
            return None
        rows = Subscriber.objects.select_related("selection")
        is_id = said.isascii() and said.isdigit() and len(said) < 10
        wanted = Q(pk=int(said)) if is_id else Q(email=normal_address(said))
        if (found := rows.filter(wanted).first()) is None:
            msg = "There is no such subscriber."
            raise ValidationError(msg)
        return found

    def preview(self) -> Preview:
        """What was asked for."""
        now, chosen = timezone.now(), self.cleaned_data
        week = chosen["week"] or coming_week(as_of=now)
        if chosen.get("reader"):
            return preview_for(week, chosen["reader"], as_of=now)
        topics = frozenset(row.slug for row in chosen["topics"])
        experts = frozenset(row.slug for row in chosen["experts"])
        selection = SelectionFilter(topics, experts) if topics or experts else None
        locale = chosen["locale"] or Subscriber.Locale.BRITISH
        return preview_issue(week, selection=selection, locale=locale, as_of=now)


class NoteForm(ServiceForm, forms.Form):
    """What to say on top."""

    week = forms.CharField(widget=forms.HiddenInput, max_length=8)
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    text = forms.CharField(
        label="Note",
        widget=forms.Textarea({"rows": 8}),
        required=False,
        help_text="Plain text, at most 2,000 characters. It stands above the news.",
    )

    def clean_week(self) -> Week:
        """The week whose note was looked at."""
        try:
            return Week.parse(self.cleaned_data["week"])
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def write(self, user: User) -> bool:
        """Hand it in; False where it was refused."""
        typed = self.cleaned_data
        call = {"week": typed["week"], "text": typed["text"], "seen": typed["version"]}
        now = timezone.now()
        return self.submit(lambda: write_note(**call, by=user, as_of=now)) is not None

    def delete(self, user: User) -> bool:
        """Hand it in; False where it was refused."""
        call = {"week": self.cleaned_data["week"], "seen": self.cleaned_data["version"]}
        now = timezone.now()
        return bool(self.submit(lambda: (delete_note(**call, by=user, as_of=now), True)))


def _editor(request: HttpRequest) -> User:
    user = staff_of(request)
    if not user.has_perm("mail.view_digest"):
        raise PermissionDenied
    return user


def _onlooker(request: HttpRequest) -> User:
    """Who may read forecasts of open questions: a reviewer is blind to them, whatever else."""
    user = _editor(request)
    if user.has_role(Role.REVIEWER):
        msg = "An issue shows forecasts on open questions, which reviewers do not see here."
        raise PermissionDenied(msg)
    return user


@csp_update({"frame-src": SELF})
def preview_view(request: HttpRequest) -> HttpResponse:
    """The issue with its subject and preview text; on POST, send a test of it to oneself."""
    user = _onlooker(request)
    form = PreviewForm(user, request.GET)
    preview = form.preview() if form.is_valid() else None
    if request.method == "POST" and preview and _is_sent(request, preview, user):
        return HttpResponseRedirect(request.get_full_path())
    context = {
        **admin.site.each_context(request),
        "title": "Preview of an issue",
        "form": form,
        "preview": preview,
        "show": form.cleaned_data.get("show") or "wide",
        "frame": f"{reverse('admin:mail_digest_preview_html')}?{request.GET.urlencode()}",
    }
    response = TemplateResponse(request, "desk/digest_preview.html", context)
    add_never_cache_headers(response)
    return response


def _is_sent(request: HttpRequest, preview: Preview, user: User) -> bool:
    try:
        send_test_to_oneself(preview=preview, by=user, as_of=timezone.now())
    except RuleBrokenError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, f"A test is on its way to {user.email}.")
    return True


@csp_replace(MAIL_POLICY)
@xframe_options_sameorigin
def preview_frame(request: HttpRequest) -> HttpResponse:
    """The HTML part alone, for the frame."""
    form = PreviewForm(_onlooker(request), request.GET)
    if not form.is_valid():
        msg = "There is no such issue."
        raise Http404(msg)
    response = HttpResponse(framed(form.preview().html_alone))
    add_never_cache_headers(response)
    return response


def note_view(request: HttpRequest) -> HttpResponse:
    """The note on the coming issue: write, change, delete."""
    user = _editor(request)
    form = NoteForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_valid() and (told := _change_note(request, form, user)):
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:mail_digest_note"))
    week = coming_week(as_of=timezone.now())
    note = note_on(week)
    if not form.is_bound:
        form = NoteForm(initial={"text": note.text if note else ""}, label_suffix="")
    context = {
        **admin.site.each_context(request),
        "title": f"Note on the issue of {week}",
        "form": form,
        "note": note,
        "week": week,
        "version": note_mark(note),
        "may_preview": not user.has_role(Role.REVIEWER),
    }
    status = 409 if form.lost_race else 200
    return TemplateResponse(request, "desk/digest_note.html", context, status=status)


def _change_note(request: HttpRequest, form: NoteForm, user: User) -> str:
    """What to tell; nothing where it was refused."""
    if request.POST.get("action") == "delete":
        return "The issue begins without a note." if form.delete(user) else ""
    return "The issue begins with this note." if form.write(user) else ""
