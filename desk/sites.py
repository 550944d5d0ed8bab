"""The admin site of Hindcast."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

View = Callable[..., HttpResponseBase]


class DeskSite(AdminSite):
    """The desks of coders, reviewers and leads."""

    site_header = "Hindcast"
    site_title = "Hindcast desk"
    index_title = "Desk"
    login_template = "desk/login.html"
    empty_value_display = "–"

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002, Django's signature
        """Every page in the zone of who looks at it, and none for an address with a NUL."""

        @wraps(view)
        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            from desk.staff import zone_of  # noqa: PLC0415, no models yet when Django reads this

            # PostgreSQL stores none, so a filter with one would be an error of the server.
            if any("\0" in value for values in request.GET.lists() for value in values[1]):
                return HttpResponseBadRequest("The address contains a NUL character.")
            with timezone.override(zone_of(request)):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response

        return super().admin_view(in_zone, cacheable)


class DeskAdminConfig(AdminConfig):
    """Makes DeskSite the admin site."""

    default_site = "desk.sites.DeskSite"
