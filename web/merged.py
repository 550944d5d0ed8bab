"""Who follows an old link to an expert who was merged is led to the other."""

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from forecasts.models import Expert


def to_survivor(request: HttpRequest, survivor: Expert) -> HttpResponseRedirect:
    """To the same page of the other, not for ever: a merge can be undone."""
    match = request.resolver_match
    assert match is not None  # noqa: S101  (a view was found)
    address = reverse(match.view_name, kwargs=match.kwargs | {"slug": survivor.slug})
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
