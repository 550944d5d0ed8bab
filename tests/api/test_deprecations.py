"""What goes says so in headers, long before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from api.deprecations import Deprecation


@pytest.mark.urls("tests.api.endpoints")
@pytest.mark.parametrize("query", ["", "?nothing=1"])
def test_every_answer_of_what_goes_says_so(reader: Client, query: str) -> None:
    response = reader.get(f"/api/v1/old/{query}")

    assert response.headers["Deprecation"] == "@1767225600"
    assert response.headers["Sunset"] == "Fri, 03 Jul 2026 12:00:00 GMT"
    *_, link = response.headers["Link"].split(", ")
    assert link == '<https://hindcast.test/changes>; rel="deprecation"; type="text/html"'


@pytest.mark.urls("tests.api.endpoints")
def test_link_to_the_next_page_stays(reader: Client) -> None:
    links = reader.get("/api/v1/old/").headers["Link"]

    assert links.startswith('</api/v1/old/?cursor=2>; rel="next", <')


def test_what_stays_says_nothing(reader: Client) -> None:
    response = reader.get("/api/v1/")

    assert not {"Deprecation", "Sunset"} & set(response.headers)


def test_nothing_goes_within_half_a_year() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)

    with pytest.raises(ValueError, match="183 days"):
        Deprecation(since=since, sunset=since + timedelta(days=182), link="https://a.dev/")
