"""Leaving the digest, and coming back, without an account."""

from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forecasts.exceptions import BusyError
from mail.models import Stream, Subscriber
from mail.subscriptions import (
    BadTokenError,
    next_digest_at,
    resubscribe,
    unsubscribe,
)
from mail.subscriptions.departures import UNDO_WITHIN, has_left, undoable
from mail.subscriptions.refusals import UndoOverError
from mail.subscriptions.tokens import WayOut, way_out_of
from web.private_pages import private
from web.views.subscriptions import unknown_link

PARTS = {Stream.DIGEST: "the weekly digest", Stream.CORRECTIONS: "the corrections"}
ACTIONS = {"unsubscribe", "undo"}


# The link itself is the proof: it is signed, secret, and good for nothing else. A mail program
# that posts List-Unsubscribe=One-Click (RFC 8058) has neither cookie nor form token.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, on GET; leave what the link or the button says, or undo it, on POST."""
    now = timezone.now()
    try:
        way_out = way_out_of(token)
        subscriber, more = _act(request, way_out, now)
    except BadTokenError:
        return unknown_link(request)
    except BusyError as error:
        return private(HttpResponse(str(error), content_type="text/plain", status=503))
    context = {**_state(subscriber, way_out, now), **more}
    return private(render(request, "web/unsubscribe.html", context))


def _act(request: HttpRequest, way_out: WayOut, now: datetime) -> tuple[Subscriber, dict[str, Any]]:
    if request.method != "POST":
        return way_out.subscriber, {}
    stream = _stream(request.POST.get("stream"), way_out)
    row, done = way_out.subscriber, request.POST.get("action", "unsubscribe")
    if done == "undo":
        try:
            return resubscribe(subscriber=row, stream=stream, as_of=now), {"done": done}
        except UndoOverError as error:
            return row, {"refusal": str(error)}
    if done != "unsubscribe":
        raise BadRequest("action")
    row = unsubscribe(subscriber=row, stream=stream, digest=way_out.digest, as_of=now)
    return row, {"done": done, "stopped": PARTS.get(stream, "")}


def _stream(name: str | None, way_out: WayOut) -> Stream:
    if name is None:
        return way_out.stream
    if name not in Stream.values:
        raise BadRequest("stream")
    return Stream(name)


def _state(subscriber: Subscriber, way_out: WayOut, now: datetime) -> dict[str, Any]:
    parts = [
        {
            "stream": stream.value,
            "name": name,
            "is_left": has_left(subscriber, stream),
            "is_asked": stream == way_out.stream,
            "until": _until(subscriber, stream, now),
        }
        for stream, name in PARTS.items()
    ]
    return {
        "has_left": has_left(subscriber, Stream.EVERYTHING),
        "until": _until(subscriber, Stream.EVERYTHING, now),
        "is_nothing_left": all(part["is_left"] for part in parts),
        "parts": parts,
        "next_at": next_digest_at(subscriber, as_of=now),
    }


def _until(subscriber: Subscriber, stream: Stream, now: datetime) -> datetime | None:
    """Until when leaving can be undone."""
    if not has_left(subscriber, stream):
        return None
    departure = undoable(subscriber, stream, as_of=now)
    return departure.left_at + UNDO_WITHIN if departure else None
