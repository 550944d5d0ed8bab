"""Where members of staff say when they are asked, what they know, and when they are away."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from desk.admin.mails import ZONES
from desk.forms import ServiceForm
from desk.staff import staff_of
from forecasts.models import Absence, Role, User
from forecasts.services.absences import cancel_absence, record_absence

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class SettingsForm(forms.ModelForm[User]):
    """One's own hour, zone and topics."""

    time_zone = forms.ChoiceField(choices=ZONES)
    prompt_hour = forms.TypedChoiceField(
        label="Hour of the daily mail",
        choices=HOURS,
        coerce=int,
        help_text="Where you live. There is one mail a day at most, and none when nothing waits.",
    )

    class Meta:
        model = User
        fields = ("time_zone", "prompt_hour", "wants_summary", "topics")
        widgets = {"topics": forms.CheckboxSelectMultiple}
        help_texts = {
            "topics": "Where two of you have equally much to do, these decide.",
            "wants_summary": "On Mondays, at that hour: how reviewing went in the week before.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.has_role(Role.LEAD):
            del self.fields["wants_summary"]


class AbsenceForm(ServiceForm, forms.Form):
    """Days on which nobody asks."""

    starts_on = forms.DateField(label="From", widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(
        label="Until, that day included", widget=forms.DateInput({"type": "date"})
    )

    def record(self, user: User, as_of: datetime) -> bool:
        """Hand it in; False where it was refused."""
        typed: dict[str, Any] = self.cleaned_data
        absence = self.submit(lambda: record_absence(user=user, by=user, as_of=as_of, **typed))
        return absence is not None


class CancelForm(ServiceForm, forms.Form):
    """One absence, no longer."""

    absence = forms.ModelChoiceField(queryset=Absence.objects.none())

    def __init__(self, user: User, data: Any) -> None:
        super().__init__(data)
        field = self.fields["absence"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = user.absences.standing()

    def cancel(self, user: User, as_of: datetime) -> bool:
        """Hand it in; False where it was refused."""
        absence = self.cleaned_data["absence"]
        return bool(
            self.submit(lambda: (cancel_absence(absence=absence, by=user, as_of=as_of), True))
        )


def settings_page(request: HttpRequest) -> HttpResponse:
    """Show and change one's own settings."""
    user = staff_of(request)
    action = request.POST.get("action", "")
    settings = SettingsForm(
        request.POST if action == "settings" else None,
        # A row of its own, so that a refused form leaves the signed-in user as they are.
        instance=User.objects.get(pk=user.pk),
        label_suffix="",
    )
    absence = AbsenceForm(request.POST if action == "absence" else None, label_suffix="")
    if told := _change(request, user, settings, absence):
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:settings"))
    today = user.local_date(timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": "Your settings",
        "settings": settings,
        "absence": absence,
        "absences": user.absences.standing().filter(ends_on__gte=today),
        "is_asked": user.has_role(Role.REVIEWER, Role.LEAD),
    }
    return TemplateResponse(request, "desk/settings.html", context)


def _change(
    request: HttpRequest, user: User, settings: SettingsForm, absence: AbsenceForm
) -> str | None:
    """Do what the request asks for; what to tell, or None where nothing was changed."""
    now = timezone.now()
    if settings.is_bound and settings.is_valid():
        settings.save()
        return "Your settings are saved."
    if absence.is_bound and absence.is_valid() and absence.record(user, now):
        return "Noted. Your open questions go to others for that time."
    if request.POST.get("action") == "cancel":
        form = CancelForm(user, request.POST)
        if form.is_valid() and form.cancel(user, now):
            return "You are asked again."
        messages.error(request, "This absence is over or was cancelled already.")
    return None
