"""Reading words in a browser: with keys alone, on any screen, light and dark."""

from decimal import Decimal

import pytest
from playwright.sync_api import Page

from forecasts.models import Coding, Forecast, Role, User
from forecasts.services.codings import record_coding
from tests.browser.conftest import OpenPage, log_in
from tests.browser.test_accessibility import look
from tests.factories import START, make_forecast, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code(forecast: Forecast, mid: str, coder: User | None = None) -> None:
    number = Decimal(mid)
    record_coding(
        forecast=forecast, coder=coder or make_user(Role.CODER), low=number, mid=number,
        high=number, note="He argues for it before he says it.", as_of=START,
    )  # fmt: skip


def open_with(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_two_keys_read_a_phrase_and_open_the_next(open_page: OpenPage) -> None:
    coder = make_user(Role.CODER, username="ada")
    first, second = (make_forecast(None, phrase="very likely") for _ in range(2))
    page = open_page("light")
    log_in(page, coder)
    page.goto("/admin/readings/")

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/forecast/{first.pk}/code/")
    open_with(page, "2", "Control+Enter")
    page.wait_for_url(f"**/forecast/{second.pk}/code/")
    open_with(page, "3", "n")
    page.keyboard.type("0.5")
    page.fill("#id_mid", "0.6")
    page.fill("#id_high", "0.7")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/admin/readings/")

    assert page.inner_text("#content h2") == "Nothing waits for your reading"
    found = [
        (str(row.lexicon_phrase.lexicon), row.mid) if row.lexicon_phrase else None
        for row in Coding.objects.order_by("pk")
    ]
    assert found == [("icd-203 2015", Decimal("0.875")), ("ipcc AR6", Decimal("0.6"))]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_of_readings_have_no_violation(open_page: OpenPage, color_scheme: str) -> None:
    lead = make_user(Role.LEAD, username="lea")
    waiting = make_forecast(None, phrase="it is possible that", quote="I hope it is possible that")
    apart, settled = (make_forecast(None) for _ in range(2))
    for forecast, mids in ((waiting, ("0.5",)), (apart, ("0.2", "0.8")), (settled, ("0.5", "0.5"))):
        for mid in mids:
            code(forecast, mid)
    coders = [make_user(Role.CODER) for _ in range(2)]
    for place in range(5):
        forecast = make_forecast(None)
        for coder in coders:
            code(forecast, f"0.{place + 1}", coder)
    own = "/admin/forecasts/forecast"
    pages = {
        "front": "/admin/",
        "readings": "/admin/readings/",
        "reading": f"{own}/{waiting.pk}/code/",
        "disagreements": "/admin/disagreements/",
        "settle": f"{own}/{apart.pk}/settle/",
        "nothing to settle": f"{own}/{settled.pk}/settle/",
        "agreement": "/admin/agreement/",
        "no agreement": "/admin/agreement/?synthetic=true",
        "apart": f"{own}/{apart.pk}/change/",
    }
    page = open_page(color_scheme)
    log_in(page, lead)
    wrong = []

    for name, url in pages.items():
        page.goto(url)
        wrong += look(page, name)
    page.goto(pages["reading"])
    page.click("button[name=_save]")
    page.wait_for_selector(".errornote")
    wrong += look(page, "refused")

    assert not wrong, "\n".join(wrong)
