"""The admin site of Hindcast."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from desk.ids import id_of

MIB = 1024 * 1024
ViewT = TypeVar("ViewT", bound=Callable[..., HttpResponseBase])


class DeskSite(AdminSite):
    """The desks of coders, reviewers and leads."""

    site_header = "Hindcast"
    site_title = "Hindcast desk"
    index_title = "Desk"
    login_template = "desk/login.html"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages beside those of tables."""
        from desk.pages import PAGES  # noqa: PLC0415, needs tables, the site does not

        own = [
            path(f"{name}/", bounded(view, self.admin_view(view)), name=name)
            for name, view in PAGES.items()
        ]
        return [*own, *super().get_urls()]

    def admin_view(self, view: ViewT, cacheable: bool = False) -> ViewT:  # noqa: FBT001, FBT002, Django's signature
        """Every page in the zone of who looks at it, and none for what no browser sends."""

        @wraps(view)
        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # PostgreSQL stores none, so a filter with one would be an error of the server.
            if any("\0" in value for values in request.GET.lists() for value in values[1]):
                return HttpResponseBadRequest("The address contains a NUL character.")
            # The admin compares these with ids as they came.
            if None in map(id_of, request.POST.getlist(ACTION_CHECKBOX_NAME)):
                return HttpResponseBadRequest("A chosen row has a number.")
            try:
                return _rendered(view, request, *args, **kwargs)
            except (DataError, OverflowError):
                return HttpResponseBadRequest("A number in the request is out of range.")

        return cast("ViewT", super().admin_view(in_zone, cacheable))


def bounded(view: Callable[..., Any], wrapped: ViewT) -> ViewT:
    """The wrapped view, which reads no body beyond `view.most_bytes`, if it says how many."""
    most: int | None = getattr(view, "most_bytes", None)
    if most is None:
        return wrapped

    @csrf_exempt  # or else its middleware reads all of it; the wrapped view asks for the token
    @wraps(wrapped)
    def in_bounds(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            said = f"Nothing was read: a file has at most {most // MIB} MB here."
            return HttpResponse(said, status=413, content_type="text/plain")
        return wrapped(request, *args, **kwargs)

    return cast("ViewT", in_bounds)


def _rendered(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """What the view answers, with its times in the zone of whoever is signed in."""
    with timezone.override(cast("Any", request.user).time_zone):
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        return response


class DeskAdminConfig(AdminConfig):
    """Makes DeskSite the admin site."""

    default_site = "desk.sites.DeskSite"
