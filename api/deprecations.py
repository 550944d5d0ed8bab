"""How an endpoint goes: said in headers half a year before, so that programs can notice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils.http import http_date

LEAST_NOTICE = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when something should not be used any more, until when it works, and what instead."""

    since: datetime
    sunset: datetime
    link: str
    """A page that says what to use instead."""

    def __post_init__(self) -> None:
        if self.sunset - self.since < LEAST_NOTICE:
            msg = f"What is deprecated goes on working for {LEAST_NOTICE.days} days at least."
            raise ValueError(msg)

    def tell(self, response: HttpResponse) -> None:
        """Add the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link."""
        response.headers["Deprecation"] = f"@{int(self.since.timestamp())}"
        response.headers["Sunset"] = http_date(self.sunset.timestamp())
        link = f'<{self.link}>; rel="deprecation"; type="text/html"'
        others = response.headers.get("Link")
        response.headers["Link"] = f"{others}, {link}" if others else link
