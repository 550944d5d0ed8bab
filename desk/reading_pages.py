"""The queue of coders, what waits for a lead, and how far coders agree."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from desk.agreement_plots import agreement_rows
from desk.coding_sight import apart_for, coding_queue
from desk.keys import READING_KEYS
from desk.staff import is_onlooker, staff_of
from forecasts.models import Forecast, Role, User
from forecasts.selectors.coding_agreements import coding_statistics

AT_ONCE = 50


def readings_page(request: HttpRequest) -> HttpResponse:
    """What waits for the signed-in coder's reading, the longest first."""
    user = staff_of(request)
    if not user.has_perm("forecasts.add_coding"):
        raise PermissionDenied
    return _list(request, coding_queue(user), "Waits for my reading", "desk/readings.html")


def disagreements_page(request: HttpRequest) -> HttpResponse:
    """Forecasts whose two readings lie apart, so that nothing is adopted."""
    user = _lead_or_onlooker(request)
    return _list(request, apart_for(user), "Readings that lie apart", "desk/disagreements.html")


def agreement_page(request: HttpRequest) -> HttpResponse:
    """Agreement overall, per phrase and per pair of coders; of real or of invented forecasts."""
    _lead_or_onlooker(request)
    synthetic = request.GET.get("synthetic") == "true"
    coding = coding_statistics(synthetic=synthetic)
    ids = {pk for pair in coding.pairs for pk in pair.coders}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
    context = {
        **admin.site.each_context(request),
        "title": "How coding goes",
        "synthetic": synthetic,
        "coding": coding,
        "parts": agreement_rows(coding, names),
    }
    return TemplateResponse(request, "desk/agreement.html", context)


def _lead_or_onlooker(request: HttpRequest) -> User:
    user = staff_of(request)
    if not (user.has_role(Role.LEAD) or is_onlooker(user)):
        raise PermissionDenied
    return user


def _list(
    request: HttpRequest, rows: QuerySet[Forecast], title: str, template: str
) -> HttpResponse:
    pages = Paginator(rows.select_related("expert", "question"), AT_ONCE)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "is_nav_sidebar_enabled": False,
        "key_groups": READING_KEYS,
        "page": pages.get_page(request.GET.get("page")),
    }
    return TemplateResponse(request, template, context)
