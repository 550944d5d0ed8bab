"""Pages beside a row: a form that a service answers, in the admin's own look."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import AdminForm
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from desk.forms import ServiceForm
from desk.staff import staff_of

ModelAdminT = ModelAdmin[Any]


def row_path(admin: ModelAdminT, suffix: str, view: Callable[..., Any]) -> URLPattern:
    """The path of a page beside a row, such as …/7/amend/."""
    info = (admin.opts.app_label, admin.opts.model_name)
    name = "{}_{}_{}".format(*info, suffix)
    return path(f"<int:pk>/{suffix}/", admin.admin_site.admin_view(view), name=name)


def row_for(admin: ModelAdminT, request: HttpRequest, pk: int, permission: str) -> Any:
    """The row, for whoever holds the permission on it."""
    if not staff_of(request).has_perm(permission):
        raise PermissionDenied
    try:
        return admin.get_queryset(request).get(pk=pk)
    except models.ObjectDoesNotExist as error:
        msg = f"There is no {admin.opts.verbose_name} {pk}."
        raise Http404(msg) from error


def form_page(
    admin: ModelAdminT,
    request: HttpRequest,
    form: ServiceForm,
    row: models.Model,
    **texts: Any,
) -> HttpResponse:
    """The form with what was refused; `texts` are title, button, the template `intro` and so on."""
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": row,
        "adminform": AdminForm(
            form,  # type: ignore[arg-type]
            [(None, {"fields": list(form.fields)})],
            {},
            model_admin=admin,
        ),
        "form": form,
        "media": admin.media + form.media,
        **texts,
    }
    status = 409 if form.lost_race else 200
    return TemplateResponse(request, "desk/service_form.html", context, status=status)


def to_row(request: HttpRequest, row: models.Model, message: str) -> HttpResponseRedirect:
    """Back to the row's own page."""
    messages.success(request, message)
    opts = row._meta
    return HttpResponseRedirect(
        reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    )
