"""Every state of the desk fits; PICTURES names a folder in which pictures of it are kept."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from forecasts.services.questions import amend_question
from forecasts.services.snoozes import snooze_questions
from tests.browser.conftest import SCHEMES, OpenPage, log_in, too_wide
from tests.browser.desks import Desk, fill_desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/desk/duequestion/"


class Camera:
    """Sees whether the page as it is now fits at both widths."""

    def __init__(self, page: Page, scheme: str) -> None:
        self.page, self.scheme = page, scheme
        self.too_wide: list[str] = []

    def shoot(self, name: str, url: str = "") -> None:
        if url:
            self.page.goto(url)
        self.too_wide += too_wide(self.page, f"{name}-{self.scheme}")
        self.page.set_viewport_size({"width": 1280, "height": 900})


def change_page(question: object) -> str:
    return f"{QUEUE}{question.pk}/change/"  # type: ignore[attr-defined]


def shoot_answering(camera: Camera, desk: Desk) -> None:
    """A form filled in, refused, come too late, saved and open to be undone."""
    page, one, two = camera.page, desk.due[2], desk.due[3]
    camera.shoot("answer", change_page(desk.due[0]))
    camera.shoot("early", change_page(desk.early))
    page.goto(change_page(one))
    page.keyboard.press("y")
    page.keyboard.press("d")
    page.fill("#id_note", "The vote was 212 to 198.")
    page.click("button[name=_save]")
    page.wait_for_selector(".errornote")
    camera.shoot("refused")
    page.fill("#id_links", "https://example.org/vote")
    amend_question(
        question=one, changes={"resolution_criteria": "Both chambers have to vote for it."},
        reason="One chamber would prove nothing.", by=desk.lead, as_of=datetime.now(UTC),
    )  # fmt: skip
    page.click("button[name=_save]")
    page.wait_for_selector(".changes")
    camera.shoot("stale")
    page.click("button[name=_save]")
    page.wait_for_selector(".undo")
    camera.shoot("undo")
    page.goto(f"{QUEUE}snooze/?row={two.pk}&row={desk.due[1].pk}&row={one.pk}")
    camera.shoot("bulk")
    now = datetime.now(UTC)
    snooze_questions(questions=[two], kind="week", reason="A strike.", by=desk.lead, as_of=now)
    page.check("input[value=month]")
    page.fill("#id_reason", "Nothing is published before February.")
    page.click(".decision-buttons button")
    page.wait_for_selector("#refused-heading")
    camera.shoot("bulk-refused")


@pytest.mark.parametrize("color_scheme", SCHEMES)
def test_every_state_fits(open_page: OpenPage, complaints: list[str], color_scheme: str) -> None:
    desk = fill_desk()
    page = open_page(color_scheme)
    log_in(page, desk.reviewer)
    camera = Camera(page, color_scheme)
    camera.shoot("queue-mine", f"{QUEUE}?show=mine")
    page.keyboard.press("?")
    camera.shoot("keys")
    camera.shoot("queue-all", f"{QUEUE}?show=all")
    camera.shoot("queue-snoozed", f"{QUEUE}?show=snoozed")
    shoot_answering(camera, desk)
    camera.shoot("snoozed", change_page(desk.snoozed))
    camera.shoot("resolved", change_page(desk.resolved))
    camera.shoot("settings", "/admin/settings/")
    late_to_stale = [line for line in complaints if "409" not in line]
    page = open_page(color_scheme)
    log_in(page, desk.lead)
    lead = Camera(page, color_scheme)
    lead.shoot("queue-empty", f"{QUEUE}?show=mine")
    lead.shoot("impasse", change_page(desk.impasse))
    lead.shoot("correct", change_page(desk.resolved))
    lead.shoot("overdue", f"{QUEUE}?show=overdue")
    lead.shoot("reviewing", "/admin/reviewing/")

    assert camera.too_wide + lead.too_wide == []
    assert late_to_stale == []
