"""Disputing a record in a browser: by keyboard, on a phone, in the dark, held to WCAG by axe."""

# mypy: disable-error-code="import-untyped"

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from forecasts.models import Dispute, Expert, Role
from forecasts.services.scorecards import recompute_scorecards
from mail.disputes import receive_dispute
from mail.models import Delivery
from tests.browser.accessibility import rules_for
from tests.browser.conftest import WIDTHS, OpenPage, log_in, too_wide
from tests.factories import START, make_expert, make_forecast, make_user, resolve
from tests.forecasts.disputes import decide, make_dispute, make_open_dispute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults_of(page: Page) -> list[str]:
    """What axe has against the page."""
    found: Any = Axe().run(page, options={"runOnly": rules_for(page, RULES)})
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found.response["violations"]
        for node in fault["nodes"]
    ]


def make_disputes() -> tuple[Expert, list[Dispute]]:
    now = datetime.now(UTC)
    expert = make_expert(slug="ada", name="Ada")
    forecasts = [make_forecast(said, expert=expert) for said in ("0.9", "0.2", "0.6")]
    for forecast in forecasts:
        resolve(forecast.question)
    recompute_scorecards(as_of=now)
    answered = make_open_dispute(forecasts[0], text="No. " * 80, as_of=now - timedelta(days=3))
    first = decide(answered, answer="It stays, see https://example.org/" + "long" * 30)
    decide(answered, answer="It goes.", replaces=first.pk)
    open_ = make_open_dispute(
        forecasts[1], name="Ada" * 30, speaks_as="expert", as_of=now - timedelta(days=1)
    )
    return expert, [answered, open_, make_dispute(expert, as_of=START)]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_pass_axe_and_fit_a_phone(
    open_page: OpenPage, complaints: list[str], color_scheme: str
) -> None:
    expert, (answered, open_, _) = make_disputes()
    sent = receive_dispute(
        record=expert, text="No.", email="ada@ada.org", network="n", as_of=datetime.now(UTC),
        nonce="b0000000-0000-4000-8000-000000000000",
    )  # fmt: skip
    page = open_page(color_scheme)
    addresses = {
        "form": f"/disputes/new/forecast/{open_.forecast_id}/",
        "general": "/disputes/new/",
        "received": f"/disputes/received/{sent.nonce}/",
        "list": "/disputes/",
        "answered": f"/disputes/{answered.pk}/",
        "open": f"/disputes/{open_.pk}/",
        "expert": "/experts/ada/",
        "question": f"/questions/{open_.forecast.question.slug}/",  # type: ignore[union-attr]
    }

    faults, wrong = {}, []
    for name, address in addresses.items():
        page.goto(address)
        wrong += too_wide(page, f"dispute-{name}-{color_scheme}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults[f"{name} axe {width}"] = faults_of(page)

    assert {name: found for name, found in faults.items() if found} == {}
    assert wrong == []
    assert complaints == []


def test_dispute_is_sent_by_keyboard_alone_and_without_script(
    browser: Any, live_server: LiveServer
) -> None:
    expert = make_expert(slug="ada", name="Ada")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page: Page = context.new_page()
    page.goto("/disputes/new/expert/ada/")

    page.locator("#id_text").focus()
    page.keyboard.type("I never said that.")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    for typed in ("Ada", "https://ada.org/", "nobody"):
        page.keyboard.press("Tab")
        page.keyboard.type(typed)
    page.wait_for_timeout(3100)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    kept = [page.locator(f"#id_{name}").input_value() for name in ("text", "name", "link")]
    page.locator("#id_email").fill("")
    page.keyboard.press("Enter")
    page.wait_for_url("**/disputes/received/**")
    context.close()

    dispute = Dispute.objects.get()
    assert kept == ["I never said that.", "Ada", "https://ada.org/"]
    assert (dispute.expert, dispute.speaks_as, dispute.name) == (expert, "expert", "Ada")


def test_refused_form_passes_axe(open_page: OpenPage, complaints: list[str]) -> None:
    make_expert(slug="ada", name="Ada")
    page = open_page(width=360)
    page.goto("/disputes/new/expert/ada/")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("[role=alert]")

    assert faults_of(page) == []
    assert page.title().startswith("Error:")
    assert complaints == []


def test_desk_of_disputes_fits_a_phone(open_page: OpenPage, complaints: list[str]) -> None:
    lead = make_user(Role.LEAD)
    _, (answered, open_, waiting) = make_disputes()
    page = open_page()
    log_in(page, lead)
    base = "/admin/forecasts/dispute"
    addresses = (
        "/admin/",
        f"{base}/",
        f"{base}/{answered.pk}/change/",
        f"{base}/{open_.pk}/decide/",
        f"{base}/{waiting.pk}/acknowledge/",
        f"{base}/{waiting.pk}/dismiss/",
    )

    wrong = []
    for number, address in enumerate(addresses):
        page.goto(address)
        wrong += too_wide(page, f"disputes-{number}")

    assert wrong == []
    assert complaints == []


def test_code_is_asked_for_again_and_entered_in_a_browser(
    open_page: OpenPage, complaints: list[str]
) -> None:
    made_at = datetime.now(UTC) - timedelta(minutes=5)
    sent = receive_dispute(
        record=make_expert(), text="No.", email="ada@ada.org", network="n", as_of=made_at,
        nonce="b0000000-0000-4000-8000-000000000000",
    )  # fmt: skip
    page = open_page(width=360)
    page.goto(f"/disputes/received/{sent.nonce}/")

    page.get_by_role("button", name="Send the code again").press("Enter")
    page.get_by_text("Another code is on its way").wait_for()
    faults = faults_of(page)
    mail = Delivery.objects.filter(kind="code").latest("pk")
    page.get_by_label("Code from the mail").fill(re.findall(r"Code: (\d{6})", mail.text)[0])
    page.get_by_role("button", name="Confirm").press("Enter")
    page.get_by_text("Your address is confirmed").wait_for()

    assert faults == []
    assert complaints == []
