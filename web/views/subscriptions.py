"""Leaving the digest, and coming back, without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mail.models import Subscriber
from mail.subscriptions import BadTokenError, resubscribe, subscriber_of, unsubscribe


# The link itself is the proof: it is signed, secret, and good for nothing else. A mail program
# that posts List-Unsubscribe=One-Click (RFC 8058) has neither cookie nor form token.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, on GET; unsubscribe, or undo it, on POST."""
    try:
        subscriber = subscriber_of(token)
    except BadTokenError:
        return private(render(request, "web/unsubscribe_unknown.html", status=404))
    if request.method == "POST":
        subscriber = _act(request, subscriber)
    context = {
        "is_subscribed": subscriber.unsubscribed_at is None,
        "is_done": request.method == "POST",
    }
    return private(render(request, "web/unsubscribe.html", context))


def _act(request: HttpRequest, subscriber: Subscriber) -> Subscriber:
    now = timezone.now()
    if request.POST.get("action") == "undo":
        return resubscribe(subscriber=subscriber, as_of=now)
    return unsubscribe(subscriber=subscriber, as_of=now)


def private(response: HttpResponse, *, referrer: str = "no-referrer") -> HttpResponse:
    """Nothing for search engines, nor for the page that comes next."""
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Robots-Tag"] = "noindex"
    return response
