"""Pages for one reader: nothing for search engines, nor for the page that comes next."""

from datetime import datetime
from math import ceil

from django.http import HttpResponse

from forecasts.exceptions import LimitReachedError


def private(response: HttpResponse, *, referrer: str = "no-referrer") -> HttpResponse:
    """Say so in the headers."""
    response.headers["Referrer-Policy"] = referrer
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def later(response: HttpResponse, error: LimitReachedError, now: datetime) -> HttpResponse:
    """Say when to try again."""
    seconds = ceil((error.facts["retry_at"] - now).total_seconds())
    response.headers["Retry-After"] = str(max(seconds, 1))
    return response
