"""The page that tells leads how reviewing goes."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from desk.staff import is_onlooker, staff_of
from forecasts.models import Role
from forecasts.selectors.agreements import reviewing_statistics


def reviewing_page(request: HttpRequest) -> HttpResponse:
    """Agreement, pairs, days to resolve, share overdue; of real or of invented questions."""
    user = staff_of(request)
    if not (user.has_role(Role.LEAD) or is_onlooker(user)):
        raise PermissionDenied
    synthetic = request.GET.get("synthetic") == "true"
    context = {
        **admin.site.each_context(request),
        "title": "How reviewing goes",
        "synthetic": synthetic,
        "reviewing": reviewing_statistics(synthetic=synthetic, as_of=timezone.now()),
    }
    return TemplateResponse(request, "desk/reviewing.html", context)
