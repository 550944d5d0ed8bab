"""Behind the link that every mail carries: choices, what is kept, and erasing it."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from forecasts.exceptions import BusyError, RuleBrokenError
from mail.models import Subscriber
from mail.subscriptions import (
    BadTokenError,
    change_choices,
    choices_of,
    erase,
    export_of,
    next_digest_at,
    summary_of,
    unsubscribe_token,
)
from mail.subscriptions.refusals import ChoicesChangedError
from mail.subscriptions.tokens import preferences_of
from web.private_pages import private
from web.subscription_forms import PreferencesForm, TickForm
from web.views.subscriptions import unknown_link

DONE = {"confirmed", "saved"}
SURE = "Yes, erase all of it"
# The link is the proof, and nobody else knows it: a page behind it needs neither cookie nor token.


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    """What a reader has chosen, to be changed."""
    now = timezone.now()
    try:
        subscriber = preferences_of(token)
        choices = choices_of(subscriber)
        if request.method != "POST":
            return _page(request, token, subscriber, PreferencesForm(choices=choices), now)
        form = PreferencesForm(request.POST, choices=choices)
        return _change(request, token, subscriber, form, now)
    except BadTokenError:
        return unknown_link(request)


def _change(
    request: HttpRequest, token: str, subscriber: Subscriber, form: PreferencesForm, now: datetime
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, token, subscriber, form, now)
    seen = form.cleaned_data["seen"]
    try:
        change_choices(subscriber=subscriber, choices=form.chosen(), seen=seen, as_of=now)
    except ChoicesChangedError as error:
        form.add_error(None, str(error))
        current = preferences_of(token)
        form.see(choices_of(current).version)
        context = {"in_force": summary_of(current)}
        return _page(request, token, current, form, now, status=HTTPStatus.CONFLICT, **context)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, token, subscriber, form, now)
    except RuleBrokenError as error:
        form.add_error(None, str(error))
        is_busy = isinstance(error, BusyError)
        status = HTTPStatus.SERVICE_UNAVAILABLE if is_busy else HTTPStatus.OK
        return _page(request, token, subscriber, form, now, status=status)
    return private(HttpResponseRedirect(f"{request.path}?done=saved"))


@never_cache
@require_safe
def data_text(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is kept about the reader, as a file."""
    try:
        subscriber = preferences_of(token)
    except BadTokenError:
        return unknown_link(request)
    data = export_of(subscriber, as_of=timezone.now())
    response = JsonResponse(data, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="hindcast-data.json"'
    return private(response)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, and erase."""
    try:
        subscriber = preferences_of(token)
    except BadTokenError:
        return unknown_link(request)
    form = TickForm(request.POST if request.method == "POST" else None, label=SURE)
    status: int = HTTPStatus.OK
    if form.is_valid():
        try:
            erase(subscriber=subscriber)
            return private(render(request, "web/subscription_erased.html"))
        except BusyError as error:
            form.add_error(None, str(error))
            status = HTTPStatus.SERVICE_UNAVAILABLE
    context = {"form": form, "token": token, "address": masked(subscriber.email)}
    return private(render(request, "web/subscription_erase.html", context, status=status))


def masked(email: str) -> str:
    """An address that its owner recognizes, and nobody else learns."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _page(
    request: HttpRequest,
    token: str,
    subscriber: Subscriber,
    form: PreferencesForm,
    now: datetime,
    *,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    done = request.GET.get("done", "")
    context = {
        "form": form,
        "token": token,
        "subscriber": subscriber,
        "address": masked(subscriber.email),
        "next_at": next_digest_at(subscriber, as_of=now),
        "now": now,
        "done": done if done in DONE and request.method != "POST" else "",
        "way_out": reverse("web:unsubscribe", args=[unsubscribe_token(subscriber)]),
        **more,
    }
    return private(render(request, "web/preferences.html", context, status=status))
