"""Every page of the reviewers' desk passes axe, light and dark, on a screen and on a phone."""

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import violations
from tests.browser.conftest import WIDTHS, OpenPage, log_in
from tests.browser.desks import Desk, fill_desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/desk/duequestion/"


def look(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it is now, at both widths."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{name}, {width}: wider than the window")
        wrong += [f"{name}, {width}: {line}" for line in violations(page)]
    return wrong


def pages_of_reviewers(desk: Desk) -> dict[str, str]:
    one = desk.due[0]
    return {
        "front": "/admin/",
        "mine": f"{QUEUE}?show=mine",
        "overdue": f"{QUEUE}?show=overdue",
        "snoozed": f"{QUEUE}?show=snoozed",
        "empty": f"{QUEUE}?show=coming&q=nothing",
        "answer": f"{QUEUE}{one.pk}/change/",
        "early": f"{QUEUE}{desk.early.pk}/change/",
        "barred": f"{QUEUE}{desk.impasse.pk}/change/",
        "resolved": f"{QUEUE}{desk.resolved.pk}/change/",
        "resting": f"{QUEUE}{desk.snoozed.pk}/change/",
        "snooze": f"{QUEUE}snooze/?row={one.pk}&row={desk.due[1].pk}",
        "assign": f"{QUEUE}assign/?row={one.pk}",
        "settings": "/admin/settings/",
        "calendar": "/admin/calendar/",
    }


def pages_of_leads(desk: Desk) -> dict[str, str]:
    one = desk.due[0]
    return {
        "lead-mine": QUEUE,
        "settle": f"{QUEUE}{desk.impasse.pk}/change/",
        "correct": f"{QUEUE}{desk.resolved.pk}/change/",
        "lead-open": f"{QUEUE}{one.pk}/change/",
        "reviewing": "/admin/reviewing/",
        "question": f"/admin/forecasts/question/{desk.early.pk}/change/",
        "question-frozen": f"/admin/forecasts/question/{desk.impasse.pk}/change/",
        "question-new": "/admin/forecasts/question/add/",
        "amend": f"/admin/forecasts/question/{desk.impasse.pk}/amend/",
    }


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_of_the_desk_have_no_violation(open_page: OpenPage, color_scheme: str) -> None:
    desk = fill_desk()
    wrong = []

    for user, urls in (
        (desk.reviewer, pages_of_reviewers(desk)),
        (desk.lead, pages_of_leads(desk)),
    ):
        page = open_page(color_scheme)
        log_in(page, user)
        for name, url in urls.items():
            page.goto(url)
            wrong += look(page, name)

    # What the console says is not asked: axe itself sets styles, which the policy refuses.
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_dialogs_and_refusals_have_no_violation(open_page: OpenPage, color_scheme: str) -> None:
    desk = fill_desk()
    page = open_page(color_scheme)
    log_in(page, desk.reviewer)
    page.goto(f"{QUEUE}?show=mine")
    page.keyboard.press("?")
    page.wait_for_selector("#keys-dialog[open]")
    wrong = look(page, "keys")
    page.keyboard.press("Escape")
    page.click(".facet summary >> nth=0")
    wrong += look(page, "facet")
    page.goto(f"{QUEUE}{desk.due[1].pk}/change/")
    page.click("button[name=_save]")
    page.wait_for_selector(".errornote")
    wrong += look(page, "refused")
    page.goto(f"{QUEUE}snooze/?row={desk.due[1].pk}")
    page.click(".decision-buttons button")
    page.wait_for_selector(".errornote")

    wrong += look(page, "snooze refused")

    assert not wrong, "\n".join(wrong)
