"""Subscribing to the digest without an account: an address asks, and a mail has it confirmed."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from forecasts.exceptions import BusyError, LimitReachedError, RuleBrokenError
from forecasts.networks import network_of
from mail.models import Subscriber
from mail.subscriptions import (
    BadTokenError,
    LinkOverError,
    confirm,
    confirm_by_code,
    preferences_token,
    subscribe,
    summary_of,
)
from mail.subscriptions.opt_ins import MOST_MAILS_A_DAY, is_waiting
from mail.subscriptions.tokens import confirmation_of
from web.private_pages import later, private
from web.subscription_forms import CodeOfAddressForm, SubscribeForm, TickForm

LONGEST_ADDRESS = 254
IT_WAS_ME = "Yes, it was me who asked for this mail"
WRONG_CODE = (
    "This code does not fit this address, or it has run out, or was tried too often. You can ask "
    "for another by subscribing once more."
)


# The small forms of other pages come without a token, since a page that sets a cookie is kept by
# no cache. They bring an address here, and do nothing else.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_page(request: HttpRequest) -> HttpResponse:
    """The form; a mail on POST."""
    if request.method == "POST" and request.POST.get("step") != "choose":
        return _subscribe(request)
    typed = request.POST.get("email", "")[:LONGEST_ADDRESS]
    start = {"email": typed if typed.isprintable() else ""}
    return _form(request, SubscribeForm(as_of=timezone.now(), initial=start))


@csrf_protect
def _subscribe(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = SubscribeForm(request.POST, as_of=now)
    if not form.is_valid():
        return _form(request, form)
    email = form.cleaned_data["email"]
    try:
        subscribe(
            email=email,
            choices=form.chosen(),
            consent=form.cleaned_data["consent"],
            network=network_of(request.META),
            as_of=now,
        )
    except LimitReachedError as error:
        form.add_error(None, f"{error} What you chose is still here; nothing was sent.")
        return later(_form(request, form, HTTPStatus.TOO_MANY_REQUESTS), error, now)
    except (RuleBrokenError, ValidationError) as error:
        form.add_error(None, _message(error))
        return _form(request, form, _status(error))
    return _code_page(request, CodeOfAddressForm(initial={"email": email}), is_asked=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """Where the code of a mail is typed, on the page on which one subscribed or any time later."""
    if request.method != "POST":
        return _code_page(request, CodeOfAddressForm())
    now = timezone.now()
    form = CodeOfAddressForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form)
    network = network_of(request.META)
    try:
        found = confirm_by_code(**form.cleaned_data, network=network, as_of=now)
    except LimitReachedError as error:
        form.add_error("code", str(error))
        page = _code_page(request, form, status=HTTPStatus.TOO_MANY_REQUESTS)
        return later(page, error, now)
    except BusyError as error:
        form.add_error(None, str(error))
        return _code_page(request, form, status=_status(error))
    if found is None:
        form.add_error("code", WRONG_CODE)
        return _code_page(request, form)
    return _confirmed(found)


# The link itself is the proof, as it is behind those in every mail.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of the mail: opening it changes nothing, the button confirms."""
    now = timezone.now()
    try:
        subscriber = confirmation_of(token, as_of=now)
    except BadTokenError:
        return unknown_link(request)
    except LinkOverError:
        return _link_over(request)
    if subscriber.is_active:
        return _shown(request, subscriber)
    if not is_waiting(subscriber):
        return _link_over(request)
    form = TickForm(request.POST if request.method == "POST" else None, label=IT_WAS_ME)
    if form.is_valid():
        confirm(subscriber=subscriber, as_of=now)
        return _confirmed(subscriber)
    return _shown(request, subscriber, form)


def unknown_link(request: HttpRequest) -> HttpResponse:
    """What is behind a link that is not one of ours."""
    return private(render(request, "web/unsubscribe_unknown.html", status=HTTPStatus.NOT_FOUND))


def _link_over(request: HttpRequest) -> HttpResponse:
    return private(render(request, "web/subscription_over.html", status=HTTPStatus.GONE))


def _shown(
    request: HttpRequest, subscriber: Subscriber, form: TickForm | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "summary": summary_of(subscriber),
        "preferences": None if form else preferences_token(subscriber),
    }
    return private(render(request, "web/subscription_confirm.html", context))


def _confirmed(subscriber: Subscriber) -> HttpResponse:
    address = reverse("web:preferences", args=[preferences_token(subscriber)])
    return private(HttpResponseRedirect(f"{address}?done=confirmed"))


def _form(request: HttpRequest, form: SubscribeForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "web/subscribe.html", {"form": form}, status=status)


def _code_page(
    request: HttpRequest,
    form: CodeOfAddressForm,
    *,
    is_asked: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "is_asked": is_asked, "most_mails": MOST_MAILS_A_DAY}
    page = render(request, "web/subscription_code.html", context, status=status)
    return private(page, referrer="same-origin")


def _message(error: RuleBrokenError | ValidationError) -> str:
    return str(error) if isinstance(error, RuleBrokenError) else " ".join(error.messages)


def _status(error: Exception) -> int:
    is_busy = isinstance(error, BusyError)
    return HTTPStatus.SERVICE_UNAVAILABLE if is_busy else HTTPStatus.OK
