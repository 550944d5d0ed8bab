"""The page on which reviewers make and revoke the secret address of their calendar."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from desk.staff import staff_of
from forecasts.models import Role
from forecasts.selectors.calendars import calendar_of
from forecasts.services.calendars import make_calendar, revoke_calendar


@never_cache
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show whether there is an address; on POST make a new one or revoke it."""
    user = staff_of(request)
    if not user.has_role(Role.REVIEWER, Role.LEAD):
        raise PermissionDenied
    address, is_revoked = "", False
    if request.POST.get("action") == "make":
        token = make_calendar(user=user, as_of=timezone.now())
        address = settings.SITE_URL + reverse("web:reviewer-calendar", args=[token])
    elif request.POST.get("action") == "revoke":
        is_revoked = revoke_calendar(user=user, as_of=timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": "Your calendar",
        "feed": calendar_of(user),
        "address": address,
        "is_revoked": is_revoked,
    }
    return TemplateResponse(request, "desk/calendar.html", context)
