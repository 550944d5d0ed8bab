"""Corrections, and the page of one's calendar, in a browser: narrow, dark, and by keyboard."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from forecasts.models import CalendarFeed, Forecast, Role
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from tests.browser.conftest import OpenPage, log_in, look_at
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_corrections_fit_every_window(
    open_page: OpenPage, complaints: list[str], tmp_path: Path, scheme: str
) -> None:
    put_right()
    page = open_page(scheme)

    for name, url in (("list", "/corrections/"), ("question", "/questions/long/")):
        look_at(page, url, tmp_path, f"{name}-{scheme}")

    assert page.locator("#earlier").inner_text() == "Earlier rulings"
    assert complaints == []


def test_address_of_a_calendar_is_made_by_keyboard(
    open_page: OpenPage, complaints: list[str], tmp_path: Path
) -> None:
    reviewer = make_user(Role.REVIEWER)
    page = open_page()
    log_in(page, reviewer)
    look_at(page, "/admin/calendar/", tmp_path, "calendar-without")
    page.get_by_role("button", name="Make an address").press("Enter")
    page.wait_for_selector("#address")
    page.set_viewport_size({"width": 360, "height": 900})
    page.screenshot(path=tmp_path / "calendar-made-360.png", full_page=True)

    width = page.evaluate("document.documentElement.scrollWidth")
    address = page.get_by_label("Address", exact=True).input_value()
    assert width <= 360
    assert address.endswith(".ics")
    assert CalendarFeed.objects.working().get().made_at <= datetime.now(UTC)
    assert complaints == []
