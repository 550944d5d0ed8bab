"""The preview of an issue in a real browser: it fits, it is accessible, and its frame shows it."""

import pytest

from forecasts.models import Role
from tests.browser.accessibility import violations
from tests.browser.conftest import OpenPage, log_in
from tests.factories import make_forecast, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_preview_and_note_are_accessible_and_fit_a_phone(
    open_page: OpenPage, complaints: list[str]
) -> None:
    make_forecast("0.7", quote="It will certainly happen")
    page = open_page(width=360)
    log_in(page, make_user(Role.LEAD))

    found = []
    for path in ("preview/?show=phone", "preview/?show=text", "note/"):
        page.goto(f"/admin/mail/digest/{path}")
        found += violations(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path} is {width} wide"] if width > 360 else []

    assert found == []
    assert complaints == []
