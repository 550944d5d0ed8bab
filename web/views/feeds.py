"""Atom feeds: all, of one expert, on one topic."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import set_response_etag
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from forecasts.models import Expert, Topic
from mail.links import site_link
from web.feeds import UNDIVIDED, Kind, Scope, feed_of
from web.merged import to_survivor

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
PAGES = {
    Kind.RESOLUTIONS: "web:questions",
    Kind.CORRECTIONS: "web:corrections",
    Kind.FORECASTS: "web:experts",
    Kind.DIGESTS: "web:digests",
}


@require_safe
def feed_text(request: HttpRequest, kind: str) -> HttpResponse:
    """What happened anywhere."""
    return _response(request, kind, Scope())


@require_safe
def expert_feed_text(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """What concerns one expert."""
    expert = get_object_or_404(Expert.objects.select_related("merged_into"), slug=slug)
    if expert.merged_into is not None:
        return to_survivor(request, expert.merged_into)
    return _response(request, kind, Scope(expert=expert))


@require_safe
def topic_feed_text(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """What happened on one topic."""
    return _response(request, kind, Scope(topic=get_object_or_404(Topic, slug=slug)))


def _response(request: HttpRequest, name: str, scope: Scope) -> HttpResponse:
    if name not in Kind.values:
        raise Http404
    kind = Kind(name)
    if kind in UNDIVIDED and scope != Scope():
        raise Http404
    expert = scope.expert
    page = site_link("web:expert", expert.slug) if expert else site_link(PAGES[kind])
    feed = feed_of(kind, scope, address=request.path, page=page)
    response = HttpResponse(feed.written(), content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "public, max-age=300"
    if feed.entries:
        response.headers["Last-Modified"] = http_date(int(feed.updated.timestamp()))
    # Here and not in the middleware, so that HEAD answers as GET does.
    set_response_etag(response)
    return response
