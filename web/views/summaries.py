"""Stopping the leads' weekly summary by its link, and taking that back, without signing in."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forecasts.exceptions import BusyError
from mail.summaries import BadSummaryTokenError, choose_summary, user_of_summary
from web.private_pages import private
from web.views.subscriptions import unknown_link

ACTIONS = {"unsubscribe": False, "undo": True}


# The link itself is the proof: it is signed, secret, and good for nothing else. A mail program
# that posts List-Unsubscribe=One-Click (RFC 8058) has neither cookie nor form token.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, on GET; stop the summary or send it again, on POST."""
    try:
        user, done = user_of_summary(token), ""
        if request.method == "POST":
            done = request.POST.get("action", "unsubscribe")
            if done not in ACTIONS:
                raise BadRequest("action")
            user = choose_summary(user=user, is_wanted=ACTIONS[done])
    except BadSummaryTokenError:
        return unknown_link(request)
    except BusyError as error:
        return private(HttpResponse(str(error), content_type="text/plain", status=503))
    context = {"is_wanted": user.wants_summary, "done": done}
    return private(render(request, "web/summary.html", context))
