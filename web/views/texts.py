"""Pages that are only text."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from web.explanations import EXPLANATIONS

ROBOTS = "User-agent: *\nDisallow: {}\n"
PRIVATE = (
    "/unsubscribe/",
    "/subscribe/",
    "/subscriptions/",
    "/summaries/",
    "/disputes/new/",
    "/disputes/received/",
)
NOT_FOR_ROBOTS = "\nDisallow: ".join(PRIVATE)


def how_to_read_page(request: HttpRequest) -> HttpResponse:
    """Every statistic that pages show, explained."""
    return render(request, "web/how_to_read.html", {"explanations": EXPLANATIONS})


def robots_text(request: HttpRequest) -> HttpResponse:
    """What search engines may read: nothing of a demo, which is partly invented."""
    text = ROBOTS.format("/" if settings.DEMO else NOT_FOR_ROBOTS)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
