"""The desk in a browser: by keyboard, on a phone, in the dark, and under the policy."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from forecasts.models import Forecast, Question, Role, User, Verdict
from forecasts.services.assignments import assign_reviewers
from forecasts.services.questions import amend_question
from forecasts.services.verdicts import give_verdict
from mail.models import Delivery
from tests.browser.conftest import SCHEMES, OpenPage, log_in, too_wide
from tests.factories import (
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press_tab_until(page: Page, selector: str) -> None:
    """Go on with the keyboard until the focus is there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def fill_the_desk(reviewer: User) -> Question:
    """Questions in every state that the desk shows."""
    now = datetime.now(UTC)
    question = make_question(
        title="Will a cease-fire hold along the whole front line?", synthetic=True,
        required_verdicts=2,
    )  # fmt: skip
    amend_question(
        question=question, changes={"resolution_criteria": "It holds for two weeks."},
        reason="A day would prove nothing.", by=make_user(Role.LEAD), as_of=START,
    )  # fmt: skip
    impasse = make_question(title="Will they disagree?", required_verdicts=2)
    for answer in ("yes", "no"):
        give_verdict(
            question=impasse, reviewer=make_user(Role.REVIEWER), answer=answer,
            known_at=now - timedelta(days=1), links=[f"https://example.org/{'long' * 30}"],
            note="Two agencies report it.", as_of=now,
        )  # fmt: skip
    resolve(make_question(title="Was it resolved?"), as_of=now)
    assign_reviewers(as_of=now)
    make_forecast(None, quote="It is possible that it will hold.", phrase="it is possible")
    return question


def test_a_verdict_is_given_by_keyboard_alone(open_page: OpenPage, complaints: list[str]) -> None:
    reviewer = make_user(Role.REVIEWER, time_zone="Europe/Berlin")
    make_question(title="Will it?")
    assign_reviewers(as_of=datetime.now(UTC))
    page = open_page()

    log_in(page, reviewer)
    press_tab_until(page, ".due-figures a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/duequestion/?show=mine")
    press_tab_until(page, "#result_list a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    press_tab_until(page, "#id_answer_0")
    page.keyboard.press("Space")
    press_tab_until(page, "#id_known_at")
    page.keyboard.type("01152026")
    page.keyboard.press("Tab")
    page.keyboard.type("1030AM")
    press_tab_until(page, "#id_links")
    page.keyboard.type("https://example.org/news")
    press_tab_until(page, "button[name=_save]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")

    assert "is resolved: yes" in page.inner_text(".messagelist")
    assert Verdict.objects.get().known_at == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
    assert complaints == []


def test_what_was_typed_survives_a_refusal_and_the_reader_is_told_where(
    open_page: OpenPage, complaints: list[str]
) -> None:
    reviewer = make_user(Role.REVIEWER)
    question = make_question()
    page = open_page()
    log_in(page, reviewer)
    page.goto(f"/admin/desk/duequestion/{question.pk}/change/")

    page.check("#id_answer_1")
    page.fill("#id_note", "The ministry denied it.")
    page.set_input_files(
        "#id_files", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ\0"}
    )
    page.click("button[name=_save]")
    page.wait_for_selector(".errornote")

    assert page.input_value("#id_note") == "The ministry denied it."
    assert page.is_checked("#id_answer_1")
    assert "is not a file that can be kept" not in page.inner_text(".errornote")
    assert "choose them again" in page.inner_text(".errornote")
    assert page.evaluate("document.activeElement.className") == "errornote"
    described_by = page.get_attribute("#id_files", "aria-describedby") or ""
    assert "id_files_error" in described_by
    assert complaints == []


@pytest.mark.parametrize("color_scheme", SCHEMES)
def test_pages_fit_a_phone_and_keep_to_the_policy(
    open_page: OpenPage, complaints: list[str], color_scheme: str
) -> None:
    reviewer, lead = make_user(Role.REVIEWER), make_user(Role.LEAD)
    question = fill_the_desk(reviewer)
    forecast = Forecast.objects.get()
    review = "/admin/desk/duequestion/{}/change/"
    pages = {
        "front": "/admin/",
        "queue": "/admin/desk/duequestion/?show=all",
        "verdict": review.format(question.pk),
        "settle": review.format(Question.objects.get(title="Will they disagree?").pk),
        "correct": review.format(Question.objects.get(title="Was it resolved?").pk),
        "forecasts": "/admin/forecasts/forecast/",
        "forecast": f"/admin/forecasts/forecast/{forecast.pk}/change/",
        "code": f"/admin/forecasts/forecast/{forecast.pk}/code/",
        "correct-forecast": f"/admin/forecasts/forecast/{forecast.pk}/correct/",
        "add-question": "/admin/forecasts/question/add/",
        "amend": f"/admin/forecasts/question/{question.pk}/amend/",
        "add-expert": "/admin/forecasts/expert/add/",
    }
    page = open_page(color_scheme)
    log_in(page, lead)

    wrong = []
    for name, url in pages.items():
        page.goto(url)
        wrong += too_wide(page, f"{name}-{color_scheme}")

    assert wrong == []
    assert complaints == []


def test_a_coder_records_a_forecast_with_search_fields(
    open_page: OpenPage, complaints: list[str]
) -> None:
    coder = make_user(Role.CODER)
    make_expert(name="Ada Lovelace")
    make_question(title="Will it compute?", deadline=datetime.now(UTC) + timedelta(days=9))
    make_source(title="Notes")
    page = open_page()
    log_in(page, coder)
    page.goto("/admin/forecasts/forecast/add/")

    for field, term in (("expert", "Ada"), ("question", "compute"), ("source", "Notes")):
        page.click(f".field-{field} .select2-selection")
        page.keyboard.type(term)
        page.click(".select2-results__option:not(.loading-results):has-text('" + term + "')")
    page.fill("#id_stated_at", "2026-01-01T12:00")
    page.fill("#id_quote", "It is possible that it will compute.")
    page.select_option("#id_basis", "inferred")
    page.fill("#id_phrase", "it is possible")
    page.click("[name=_save]")
    page.wait_for_url("**/code/")
    for field, number in (("low", "0.2"), ("mid", "0.4"), ("high", "0.6")):
        page.fill(f"#id_{field}", number)
    page.click("[name=_next]")
    page.wait_for_selector(".messagelist .success")

    assert Forecast.objects.get().codings.get().coder == coder
    assert complaints == []


def test_a_mail_is_read_in_its_frame(open_page: OpenPage, complaints: list[str]) -> None:
    now = datetime.now(UTC)
    delivery = Delivery.objects.create(
        key="prompt:1", kind="prompt", user=make_user(), subject="Due", text="Due",
        html="<html><head><style>p{color:red}</style></head><body><p>Dear reader</p></body></html>",
        not_before=now, created_at=now,
    )  # fmt: skip
    page = open_page()
    log_in(page, make_user(is_superuser=True))

    page.goto(f"/admin/mail/delivery/{delivery.pk}/change/")

    paragraph = page.frame_locator("iframe").locator("p")
    assert paragraph.inner_text() == "Dear reader"
    assert paragraph.evaluate("p => getComputedStyle(p).color") == "rgb(255, 0, 0)"
    assert complaints == []
