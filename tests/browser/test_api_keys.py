"""An administrator makes, reads and revokes a key: pages that pass axe, on a screen and a phone."""

import pytest

from forecasts.models import ApiKey
from tests.browser.conftest import OpenPage, log_in
from tests.browser.test_accessibility import look
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEYS = "/admin/forecasts/apikey/"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_key_is_made_and_revoked(open_page: OpenPage, color_scheme: str) -> None:
    boss = make_user(is_superuser=True)
    page = open_page(color_scheme)
    log_in(page, boss)

    page.goto(f"{KEYS}add/")
    wrong = look(page, "add")
    page.fill("#id_name", "Robot")
    page.select_option("#id_user", str(boss.pk))
    page.check("text=Record forecasts")
    page.click("input[name=_save]")
    token = page.input_value("#token")
    wrong += look(page, "shown once")
    key = ApiKey.objects.get()
    page.goto(f"{KEYS}{key.pk}/change/")
    wrong += look(page, "read")
    page.click("text=Revoke")
    wrong += look(page, "revoke")
    page.click("input[type=submit][value='Revoke the key']")
    page.wait_for_selector(".success")
    page.goto(KEYS)
    wrong += look(page, "list")

    assert token.startswith(f"{key.prefix}_")
    assert ApiKey.objects.get().revoked_at is not None
    assert not wrong, "\n".join(wrong)
