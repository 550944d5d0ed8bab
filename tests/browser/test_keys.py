"""Ten due questions are cleared by keyboard alone; single keys stay out of the way of typing."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from forecasts.models import HandOn, Question, Role, Snooze, User, Verdict
from forecasts.services.assignments import assign_reviewers
from tests.browser.conftest import OpenPage, log_in
from tests.factories import make_question, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = "/admin/desk/duequestion/?show=mine"
LINK = "https://example.org/{}"


class Keyboard:
    """A keyboard that counts; text is typed letter by letter."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = self.typed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.typed += len(text)

    def and_wait_for(self, key: str, url: str) -> None:
        with self.page.expect_navigation(url=url):
            self.press(key)


def make_due(n: int) -> User:
    reviewer = make_user(Role.REVIEWER)
    now = datetime.now(UTC)
    for number in range(n):
        make_question(title=f"Did {number} happen?", deadline=now - timedelta(days=n - number))
    assign_reviewers(as_of=now)
    return reviewer


def test_ten_questions_are_cleared_by_keyboard_alone(
    open_page: OpenPage, complaints: list[str]
) -> None:
    reviewer = make_due(10)
    page = open_page()
    log_in(page, reviewer)
    page.goto(QUEUE)
    keyboard = Keyboard(page)
    started = time.monotonic()

    keyboard.press("j")
    keyboard.and_wait_for("o", "**/change/")
    for number in range(10):
        assert f"{number + 1} of 10" in page.inner_text(".run") or number == 9
        keyboard.press("y" if number % 2 else "n", "d", "e")
        keyboard.type(LINK.format(number))
        keyboard.and_wait_for("Control+Enter", "**/duequestion/**")

    seconds = time.monotonic() - started
    print(
        f"\n10 questions: {keyboard.pressed} keys pressed and {keyboard.typed} letters typed, "
        f"{keyboard.pressed / 10:.1f} keys for a question beside its link; {seconds:.1f} s in all"
    )
    assert Verdict.objects.filter(reviewer=reviewer).count() == 10
    assert not Question.objects.unresolved().exists()
    assert set(Verdict.objects.values_list("answer", flat=True)) == {"yes", "no"}
    assert "That was the last question that waits for you." in page.inner_text("[role=status]")
    assert keyboard.pressed <= 4 * 10 + 2
    assert complaints == []


def test_a_key_typed_into_a_field_is_a_letter(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, make_due(1))
    page.goto(QUEUE)
    page.keyboard.press("o")
    page.wait_for_url("**/change/")

    page.keyboard.press("e")
    page.keyboard.type("nyaxsu?")
    page.keyboard.press("Escape")
    page.keyboard.press("a")

    assert page.input_value("#id_links") == "nyaxsu?"
    assert page.is_checked("input[value=ambiguous]")
    assert not page.is_visible("#keys-dialog")


def test_single_keys_can_be_turned_off_and_stay_off(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, make_due(1))
    page.goto(QUEUE)
    page.keyboard.press("?")
    page.uncheck("#keys-switch")
    page.keyboard.press("Escape")
    page.click("[data-row]")
    page.wait_for_url("**/change/")

    page.keyboard.press("y")
    page.keyboard.press("?")

    assert not page.is_checked("input[value=yes]")
    assert not page.is_visible("#keys-dialog")
    assert not page.is_visible("kbd >> nth=0")
    assert page.get_attribute("input[value=yes]", "aria-keyshortcuts") is None


def test_a_question_is_skipped_handed_on_and_snoozed_by_keyboard(
    open_page: OpenPage, complaints: list[str]
) -> None:
    page = open_page()
    log_in(page, make_due(3))
    page.goto(QUEUE)
    keyboard = Keyboard(page)
    keyboard.and_wait_for("o", "**/change/")
    first = page.url
    keyboard.and_wait_for("j", "**/change/")
    assert page.url != first
    keyboard.press("u")
    keyboard.and_wait_for("Control+Enter", "**/change/")
    keyboard.and_wait_for("s", "**/snooze/**")
    keyboard.press("w", "r")
    keyboard.type("The report comes on Monday.")

    keyboard.and_wait_for("Control+Enter", "**/change/")

    assert page.url == first
    assert HandOn.objects.count() == 1
    assert Snooze.objects.get().reason == "The report comes on Monday."
    assert complaints == []


def test_rows_are_walked_and_taken_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, make_due(3))
    page.goto(QUEUE)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("s")
    page.wait_for_selector(".bulk-rows")

    assert focused == "Did 1 happen?"
    assert "Did 1 happen?" in page.inner_text(".bulk-rows")
    assert page.locator(".bulk-rows li").count() == 1
