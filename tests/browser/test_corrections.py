"""Corrections, and the page of one's calendar, in a browser: narrow, dark, and by keyboard."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from forecasts.models import CalendarFeed, Forecast, Role
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from tests.browser.conftest import SCHEMES, OpenPage, log_in, too_wide
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    make_expert,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def put_right() -> None:
    """A ruling and a forecast, with long words in them."""
    forecast = make_forecast(
        "0.8",
        quote="Unquestionably" * 8,
        question=make_question(slug="long", title=f"Will the {'Donaudampfschiff' * 6} sail?"),
        expert=make_expert(name="Dr Ada Lovelace of the Institute for Long Names", slug="ada"),
    )
    names = ("expert", "question", "source", "basis", "stated_at", "quote")
    kept: dict[str, Any] = {name: getattr(forecast, name) for name in names}
    correct_forecast(
        forecast=forecast,
        replacement=Forecast(**kept, probability=Decimal("0.6")),
        reason="Misheard: see https://example.org/" + "long" * 30,
        by=make_user(Role.CODER),
        as_of=AFTER,
    )
    resolve(forecast.question)
    correct_resolution(
        question=forecast.question, lead=make_user(Role.LEAD), answer="no", known_at=DEADLINE,
        links=LINKS, reason="The agency withdrew its report.", as_of=AFTER,
    )  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
def test_corrections_fit_every_window(
    open_page: OpenPage, complaints: list[str], scheme: str
) -> None:
    put_right()
    page = open_page(scheme)
    wrong = []

    for name, url in (("list", "/corrections/"), ("question", "/questions/long/")):
        page.goto(url)
        wrong += too_wide(page, f"{name}-{scheme}")

    assert wrong == []
    assert page.locator("#earlier").inner_text() == "Earlier rulings"
    assert complaints == []


def test_address_of_a_calendar_is_made_by_keyboard(
    open_page: OpenPage, complaints: list[str]
) -> None:
    reviewer = make_user(Role.REVIEWER)
    page = open_page()
    log_in(page, reviewer)
    page.goto("/admin/calendar/")
    wrong = too_wide(page, "calendar-without")
    page.get_by_role("button", name="Make an address").press("Enter")
    page.wait_for_selector("#address")
    wrong += too_wide(page, "calendar-made")

    address = page.get_by_label("Address", exact=True).input_value()
    assert wrong == []
    assert address.endswith(".ics")
    assert CalendarFeed.objects.working().get().made_at <= datetime.now(UTC)
    assert complaints == []
