"""Merging two experts in a browser: chosen by name, looked at, merged and parted."""

import pytest
from playwright.sync_api import Page

from forecasts.models import Expert, Forecast, Role
from forecasts.services.merges import merge_experts
from tests.browser.conftest import OpenPage, log_in
from tests.browser.test_accessibility import look
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def al(transactional_db: None) -> Expert:
    """Recorded beside Ada, with one question that both answered."""
    ada, al = (
        make_expert(slug="ada", name="Ada Lovelace"),
        make_expert(slug="al", name="A. Lovelace"),
    )
    question = make_question(title="Will the engine be finished by the end of the year?")
    for expert, number in ((ada, "0.2"), (al, "0.9")):
        make_forecast(number, expert=expert, question=question, stated_at=START)
    make_forecast("0.7", expert=al)
    resolve(question, "no", as_of=AFTER, known_at=DEADLINE)
    return al


def choose(page: Page, name: str) -> None:
    """The expert of that name, found by the search beside the field."""
    page.click(".field-into .select2-selection")
    page.keyboard.type(name[:3])
    page.click(f".select2-results__option:text-is('{name}')")


def test_lead_merges_and_parts(open_page: OpenPage, al: Expert) -> None:
    lead = make_user(Role.LEAD, username="lea")
    page = open_page("light")
    log_in(page, lead)
    page.goto(f"/admin/forecasts/expert/{al.pk}/change/")

    page.click("text=Merge into another")
    choose(page, "Ada Lovelace")
    page.fill("#id_reason", "The same person.")
    page.click("text=Show what changes")
    page.wait_for_selector("#plan-heading")
    assert "Said at the same time and not the same" in page.inner_text("#content")
    page.click("input[value=Merge]")
    page.wait_for_url("**/change/")
    assert set(Forecast.objects.values_list("expert__slug", flat=True)) == {"ada"}

    page.click("text=Undo")
    page.fill("#id_reason", "Two people.")
    page.click("input[value='Undo the merge']")
    page.wait_for_url(f"**/{al.pk}/change/")

    assert Forecast.objects.filter(expert=al).count() == 2


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_of_merging_have_no_violation(
    open_page: OpenPage, al: Expert, color_scheme: str
) -> None:
    lead, ada = make_user(Role.LEAD, username="lea"), Expert.objects.get(slug="ada")
    page = open_page(color_scheme)
    log_in(page, lead)
    page.goto(f"/admin/forecasts/expert/{al.pk}/merge/")
    choose(page, "Ada Lovelace")
    page.fill("#id_reason", "The same person.")
    page.click("text=Show what changes")
    page.wait_for_selector("#plan-heading")
    wrong = look(page, f"merge-{color_scheme}")

    merge_experts(expert=al, into=ada, reason="The same person.", by=lead, as_of=AFTER)
    for expert, name in ((ada, "merged"), (al, "merged-away")):
        page.goto(f"/admin/forecasts/expert/{expert.pk}/change/")
        wrong += look(page, f"{name}-{color_scheme}")
    page.goto(f"/admin/forecasts/expert/{al.pk}/part/")
    wrong += look(page, f"part-{color_scheme}")
    page.goto("/experts/al/")
    assert page.url.endswith("/experts/ada/")
    wrong += look(page, f"merged-page-{color_scheme}")

    assert not wrong, "\n".join(wrong)
