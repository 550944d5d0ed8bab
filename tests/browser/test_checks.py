"""What is checked while one types: on the page of a question, and of an expert."""

import re

import pytest
from playwright.sync_api import Page, expect

from forecasts.models import Expert, Question, Role
from tests.browser.conftest import OpenPage, log_in, too_wide
from tests.browser.test_accessibility import look
from tests.factories import make_expert, make_question, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTION, EXPERT = "/admin/forecasts/question/add/", "/admin/forecasts/expert/add/"
FAMILY = "/admin/forecasts/question/family/"
AT_LAST = 20_000


def open_at(open_page: OpenPage, address: str, width: int = 1280) -> Page:
    page = open_page(width=width)
    log_in(page, make_user(Role.CODER))
    page.goto(address)
    return page


def reach(page: Page, selector: str) -> None:
    """Go there with the keyboard."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {selector}")


def test_a_question_is_checked_while_it_is_typed(
    open_page: OpenPage, complaints: list[str]
) -> None:
    make_question(title="Will a storm hit the northern coast by 1 March 2026?")
    page = open_at(open_page, QUESTION)
    status = page.locator(".live-check [role=status]")
    expect(status).to_have_text("Nothing to check yet.")

    page.locator("#id_title").focus()
    page.keyboard.type("Will a major storm hit the northern coast soon?")

    expect(page.locator(".live-check")).to_contain_text("Asked already?", timeout=AT_LAST)
    expect(status).to_have_text(re.compile(r"^\d things to look at again\.$"))
    link = page.locator(".finding-list a")
    assert "Will a storm hit the northern coast" in link.inner_text()
    assert page.input_value("#id_slug") == "will-a-major-storm-hit-the-northern-coast-soon"
    assert not Question.objects.exclude(title__contains="2026").exists()
    assert complaints == []


def test_words_at_fault_are_shown_in_the_text_by_keyboard(
    open_page: OpenPage, complaints: list[str]
) -> None:
    page = open_at(open_page, QUESTION)
    page.fill("#id_title", "Will \N{ROCKET} ships start soon?")
    expect(page.locator(".live-check mark").first).to_have_text("soon", timeout=AT_LAST)

    reach(page, "[data-shows='#id_title']")
    page.keyboard.press("Enter")

    selected = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert page.locator("#id_title").evaluate(selected) == "soon"
    assert page.evaluate("document.activeElement.id") == "id_title"
    assert complaints == []


def test_experts_with_such_names_are_proposed_while_one_types(
    open_page: OpenPage, complaints: list[str]
) -> None:
    ada = make_expert(name="Ada Lovelace", slug="ada")
    page = open_at(open_page, EXPERT)

    page.locator("#id_name").focus()
    page.keyboard.type("a. lovelace")
    expect(page.locator(".live-check [role=status]")).to_have_text(
        "1 expert has a name like this.", timeout=AT_LAST
    )
    reach(page, ".finding-list a")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(rf"/expert/{ada.pk}/change/\?also="))
    assert page.input_value("#id_aliases-0-name") == "a. lovelace"
    page.click("input[name=_save]")
    page.wait_for_selector(".messagelist .success")
    assert [row.name for row in ada.aliases.all()] == ["a. lovelace"]
    assert complaints == []


def test_who_was_shown_them_saves_at_once(open_page: OpenPage) -> None:
    make_expert(name="Ada Lovelace", slug="ada")
    page = open_at(open_page, EXPERT)
    page.fill("#id_name", "Ann Lovelace")
    expect(page.locator("input[name=looked_at]")).to_have_count(1, timeout=AT_LAST)

    page.click("input[name=_save]")

    page.wait_for_selector(".messagelist .success")
    assert Expert.objects.filter(name="Ann Lovelace").exists()


def test_a_check_that_cannot_be_reached_loses_nothing(open_page: OpenPage) -> None:
    page = open_at(open_page, QUESTION)
    page.route("**/question/check/", lambda route: route.abort())

    page.fill("#id_title", "Will it rain soon?")

    expect(page.locator(".live-check [role=status]")).to_have_text(
        "The check cannot be reached. What you typed is still here.", timeout=AT_LAST
    )
    assert page.input_value("#id_title") == "Will it rain soon?"


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_with_checks_can_be_used_by_everybody(open_page: OpenPage, color_scheme: str) -> None:
    make_question(title="Will a storm hit the northern coast by 1 March 2026?")
    make_expert(name="Ada Lovelace", affiliation="An institute with a rather long name")
    page = open_page(color_scheme)
    log_in(page, make_user(Role.CODER))
    wrong = []

    page.goto(QUESTION)
    page.fill("#id_title", "Will a major storm hit the northern coast soon?")
    page.fill("#id_resolution_criteria", "x" * 400)
    expect(page.locator(".live-check")).to_contain_text("Asked already?", timeout=AT_LAST)
    wrong += [*too_wide(page, "question-checked"), *look(page, "question")]
    page.goto(EXPERT)
    page.fill("#id_name", "A. Lovelace")
    expect(page.locator(".finding-list a")).to_have_count(1, timeout=AT_LAST)
    wrong += [*too_wide(page, "expert-checked"), *look(page, "expert")]
    page.goto(FAMILY)
    page.fill("#id_claim", "Will a storm hit the northern coast by {deadline}?")
    page.fill("#id_slug", "storm")
    page.fill("#id_criteria", "According to the office.")
    page.fill("#id_deadlines", "2027-12-31\n2028-12-31")
    page.fill("#id_family_title", "Storms")
    page.click("input[name=_preview]")
    page.locator(".planned summary").first.click()
    wrong += [*too_wide(page, "family-planned"), *look(page, "family")]
    page.goto("/admin/forecasts/question/conditional/")
    wrong += [*too_wide(page, "conditional"), *look(page, "conditional")]
    page.goto("/admin/forecasts/question/")
    wrong += look(page, "questions")

    assert wrong == []
