"""The pages on which words are read: blindly, or as the third after two that lie apart."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse

from desk.admin.pages import row_for, row_path, to_row
from desk.coding_forms import CodingForm
from desk.coding_sight import codings_shown_to, next_to_code
from desk.keys import READING_KEYS
from desk.staff import is_onlooker, staff_of
from forecasts.models import Forecast, Role
from forecasts.selectors.codings import codings_after_known, is_apart
from forecasts.selectors.lexicons import readings_offered


class CodingPages(ModelAdmin[Forecast]):
    """Adds the pages of readings to forecasts."""

    def get_urls(self) -> list[URLPattern]:
        """The pages beside a row."""
        own = [row_path(self, "code", self.code_view), row_path(self, "settle", self.settle_view)]
        return [*own, *super().get_urls()]

    def code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read the phrase, without the readings of others and without the outcome."""
        forecast: Forecast = row_for(self, request, pk, "forecasts.add_coding")
        user = staff_of(request)
        if request.method != "POST" and user.has_role(Role.LEAD) and is_apart(forecast):
            return HttpResponseRedirect(reverse("admin:forecasts_forecast_settle", args=[pk]))
        form = CodingForm(_typed(request), offered=readings_offered(forecast))
        following = next_to_code(user, forecast)
        if form.is_valid() and form.record(forecast, user):
            return _recorded(request, forecast, following)
        texts = {
            "title": "Your reading",
            "queue": reverse("admin:readings"),
            "queue_title": "Waits for my reading",
            "following": following,
        }
        return self._page(request, forecast, form, **texts)

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the third reading, after two that lie apart and are shown side by side."""
        forecast: Forecast = row_for(self, request, pk, "forecasts.add_coding")
        user = staff_of(request)
        if not (user.has_role(Role.LEAD) or is_onlooker(user)):
            raise PermissionDenied
        form = CodingForm(_typed(request), offered=readings_offered(forecast))
        if form.is_valid() and form.record(forecast, user, settles=True):
            return to_row(request, forecast, "The third reading is recorded, the median adopted.")
        # Nothing that is not for a lead to see: a single reading is blind for leads, too.
        shown = codings_shown_to(user).filter(forecast=forecast)
        readings = list(shown.select_related("lexicon_phrase__lexicon"))
        has_read = user.pk in {reading.coder_id for reading in readings}
        texts = {
            "title": "Third reading",
            "queue": reverse("admin:disagreements"),
            "queue_title": "Readings that lie apart",
            "readings": readings,
            "after_known": codings_after_known(forecast.question, readings),
            "is_settling": True,
            "has_read": has_read,
            "is_apart": is_apart(forecast),
        }
        return self._page(request, forecast, form, **texts)

    def _page(
        self, request: HttpRequest, forecast: Forecast, form: CodingForm, **texts: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "is_nav_sidebar_enabled": False,
            "key_groups": READING_KEYS,
            "opts": self.opts,
            "original": forecast,
            "question": forecast.question,
            "form": form,
            **texts,
        }
        status = 409 if form.lost_race else 200
        return TemplateResponse(request, "desk/reading.html", context, status=status)


def _recorded(request: HttpRequest, forecast: Forecast, following: int | None) -> HttpResponse:
    """To the next one where that was asked for, and else to the forecast."""
    if "_next" not in request.POST:
        return to_row(request, forecast, "Your reading is recorded.")
    messages.success(request, "Your reading is recorded.")
    if following is None:
        return HttpResponseRedirect(reverse("admin:readings"))
    return HttpResponseRedirect(reverse("admin:forecasts_forecast_code", args=[following]))


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
