"""Subscribing and choosing in a browser: on a phone, in the dark, without script, held to WCAG."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forecasts.models import Topic
from mail.models import Stream, Subscriber
from mail.subscriptions import (
    change_choices,
    choices_of,
    confirmation_token,
    preferences_token,
    unsubscribe,
    unsubscribe_token,
)
from tests.browser.accessibility import violations
from tests.browser.conftest import WIDTHS, OpenPage
from tests.factories import make_expert
from tests.mail.subscribers import ADA, ask, code_of, make_subscriber

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill_site() -> Subscriber:
    """Hundreds to choose from, and somebody who has chosen."""
    topics = Topic.objects.bulk_create(
        [Topic(slug=f"t{n}", name=f"Topic number {n} of rivers and seas") for n in range(120)]
    )
    for number in range(30):
        make_expert(name=f"Zoë Müller-{number} " + "long" * (number % 3 * 6))
    return make_subscriber(
        as_of=datetime.now(UTC), topics={topics[40].pk}, time_zone="America/Argentina/Buenos_Aires"
    )


class Look:
    """Takes the page as it is now at both widths, and keeps what is wrong with it."""

    def __init__(self, page: Page, folder: Path, scheme: str) -> None:
        self.page, self.folder, self.scheme = page, folder, scheme
        self.wrong: list[str] = []

    def at(self, name: str, address: str = "") -> None:
        if address:
            self.page.goto(address)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            path = self.folder / f"{name}-{self.scheme}-{width}.png"
            self.page.screenshot(path=path, full_page=True)
            if self.page.evaluate("document.documentElement.scrollWidth") > width:
                self.wrong.append(f"{name}, {width}: wider than the window")
            self.wrong += [f"{name}, {width}: {line}" for line in violations(self.page)]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_every_page_passes_axe_and_fits_a_phone(
    open_page: OpenPage, color_scheme: str, tmp_path: Path
) -> None:
    row, now = fill_site(), datetime.now(UTC)
    ask("waiting@ada.org", as_of=now)
    waiting = Subscriber.objects.get(email="waiting@ada.org")
    left = make_subscriber("left@ada.org", as_of=now)
    unsubscribe(subscriber=left, as_of=now)
    part = make_subscriber("part@ada.org", as_of=now)
    unsubscribe(subscriber=part, stream=Stream.DIGEST, as_of=now)
    page = open_page(color_scheme)
    look = Look(page, Path(os.environ.get("PICTURES") or tmp_path), color_scheme)

    look.at("home", "/")
    look.at("subscribe", "/subscribe/")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("[role=alert]")
    look.at("subscribe-refused")
    look.at("code", "/subscribe/code/")
    look.at("confirm", f"/subscribe/confirm/{confirmation_token(waiting, as_of=now)}/")
    look.at("confirm-done", f"/subscribe/confirm/{confirmation_token(row, as_of=now)}/")
    look.at("preferences", f"/subscriptions/{preferences_token(row)}/?done=saved")
    look.at("erase", f"/subscriptions/{preferences_token(row)}/erase/")
    look.at("preferences-left", f"/subscriptions/{preferences_token(left)}/")
    look.at("leave", f"/unsubscribe/{unsubscribe_token(row)}/")
    look.at("left", f"/unsubscribe/{unsubscribe_token(left)}/")
    look.at("left-one", f"/unsubscribe/{unsubscribe_token(part)}/")

    # What the console says is not asked: axe itself sets styles, which the policy refuses.
    assert not look.wrong, "\n".join(look.wrong)


def test_two_windows_on_one_form(open_page: OpenPage, tmp_path: Path) -> None:
    row = fill_site()
    page = open_page(width=360)
    page.goto(f"/subscriptions/{preferences_token(row)}/")
    choices = choices_of(Subscriber.objects.select_related("selection").get(pk=row.pk))
    change_choices(
        subscriber=row, choices=type(choices)(hour=5), seen=choices.version,
        as_of=datetime.now(UTC),
    )  # fmt: skip

    page.get_by_label("Hour").select_option("21")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("What is in force now").wait_for()
    look = Look(page, Path(os.environ.get("PICTURES") or tmp_path), "light")
    look.at("preferences-stale")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()

    assert look.wrong == []
    assert Subscriber.objects.get().hour == 21


def test_subscribing_without_script_from_the_home_page_to_the_code(
    browser: Any, live_server: LiveServer
) -> None:
    Topic.objects.create(slug="t", name="Rivers")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page: Page = context.new_page()
    page.goto("/")

    page.locator("main").get_by_label("The weekly digest by mail").fill(ADA)
    page.keyboard.press("Enter")
    page.get_by_label("Rivers").check()
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Subscribe", exact=True).click()
    page.get_by_text("Look into your mail").wait_for()
    page.get_by_label("Code from the mail").fill(code_of())
    page.keyboard.press("Enter")
    page.get_by_text("Your address is confirmed").wait_for()
    context.close()

    row = Subscriber.objects.active().get()
    assert (row.email, row.time_zone) == (ADA, "Europe/Berlin")
    assert row.selection is not None


def test_script_guesses_the_zone_and_searches_the_list(
    browser: Any, live_server: LiveServer, complaints: list[str]
) -> None:
    fill_site()
    context = browser.new_context(base_url=live_server.url, timezone_id="Asia/Tokyo")
    page: Page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto("/subscribe/")

    zone = page.get_by_label("Time zone").input_value()
    page.get_by_label("Topic number 7 of", exact=False).check()
    page.get_by_label("Search topics").fill("NUMBER 11")
    page.keyboard.press("Enter")
    shown = page.locator("input[name=topics]:visible").count()
    page.get_by_label("Search experts").fill("zoe muller-2")
    people = page.locator("input[name=experts]:visible").count()
    address = page.url
    context.close()

    # 11 and 110 to 119, and what is ticked.
    assert (zone, shown, people) == ("Asia/Tokyo", 12, 11)
    assert address.endswith("/subscribe/")
    assert complaints == []
