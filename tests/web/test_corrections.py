"""The page of corrections."""

from decimal import Decimal

import pytest
from django.test import Client

from forecasts.models import Forecast, Role
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from tests.factories import AFTER, DEADLINE, LINKS, make_expert, make_forecast, make_user, resolve
from tests.queries import counted_queries
from tests.web.worlds import text_of

pytestmark = pytest.mark.django_db


def put_right(number: int = 0) -> None:
    """A forecast and a ruling."""
    forecast = make_forecast("0.8", expert=make_expert(name=f"Ada{number}"), quote="I am sure")
    correct_forecast(
        forecast=forecast,
        replacement=Forecast(
            expert=forecast.expert,
            question=forecast.question,
            source=forecast.source,
            basis=forecast.basis,
            stated_at=forecast.stated_at,
            quote="I am not sure",
            probability=Decimal("0.6"),
        ),
        reason="Misheard.",
        by=make_user(Role.CODER),
        as_of=AFTER,
    )
    resolve(forecast.question)
    correct_resolution(
        question=forecast.question,
        lead=make_user(Role.LEAD),
        answer="no",
        known_at=DEADLINE,
        links=LINKS,
        reason="<b>Misread</b>",
        as_of=AFTER,
    )


def test_corrections_say_what_was_and_what_is(reader: Client) -> None:
    put_right()

    page = text_of(reader, "/corrections/")

    assert (
        "Yes, known since Jan 31, 2026, ruled on Feb 1, 2026 → "
        "No, known since Jan 31, 2026, ruled on Feb 1, 2026 &lt;b&gt;Misread&lt;/b&gt; "
        "Ruling corrected Feb 1, 2026 Concerned: Ada0" in page
    )
    assert (
        "Ada0: “I am sure” (80%), said on Jan 1, 2026 → "
        "Ada0: “I am not sure” (60%), said on Jan 1, 2026 Misheard. "
        "Forecast recorded wrongly Feb 1, 2026 Concerned: Ada0" in page
    )


def test_page_without_corrections_says_so(reader: Client) -> None:
    assert "Nothing had to be corrected yet." in text_of(reader, "/corrections/")


def test_corrections_come_in_pages_at_a_constant_cost(reader: Client) -> None:
    costs, first = [], ""
    for number in range(27):
        put_right(number)
        if number in (0, 26):
            with counted_queries() as queries:
                first = text_of(reader, "/corrections/")
            costs.append(len(queries))

    assert costs == [5, 5]
    assert "Page 1 of 2" in first
    assert "Ada0" in text_of(reader, "/corrections/?page=2")


@pytest.mark.parametrize("path", ["/", "/experts/"])
def test_corrections_are_linked_from_home_and_footer(reader: Client, path: str) -> None:
    assert b'href="/corrections/"' in reader.get(path).content
