"""From pasting an article to two coded forecasts, by keyboard; the desk is open to everybody."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from forecasts.models import Coding, Forecast, ProposalDecision, Role, UnscorableStatement
from forecasts.services.proposals import decide_proposal
from tests.browser.conftest import PICTURES, SCHEMES, OpenPage, log_in, too_wide
from tests.browser.test_accessibility import look
from tests.browser.test_keys import Keyboard
from tests.factories import make_article, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/forecasts/article/add/"
TEXT = """What becomes of the harbor

Mara Lind, who has run the port of Ostheim for nine years, said the old basin will not reopen \
before June 2027. The quay walls were inspected in March, and the report runs to 300 pages.

“It is inconceivable that the city would sell the docks,” Lind told reporters. “There may be \
surprises, of course.”

Jon Reva, an economist at the university, was less sure. The ferry line is likely to close next \
year, he said. Would anybody miss it?
"""


class Film(Keyboard):
    """A keyboard that takes a picture of what it has led to, where pictures are wanted."""

    number = 0

    def paste(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.pressed += 1

    def fill(self, text: str, *, then: str = "Tab") -> None:
        self.type(text)
        self.press(then)

    def picture(self, name: str) -> None:
        self.number += 1
        if PICTURES:
            path = Path(PICTURES) / f"reading-{self.number:02}-{name}.png"
            self.page.screenshot(path=path, full_page=True)


def opened(open_page: OpenPage) -> Page:
    page = open_page()
    log_in(page, make_user(Role.CODER))
    page.goto(ADD)
    # Beside other windows the focus of itself may come late.
    page.focus("#id_text")
    return page


def hand_in(film: Film) -> None:
    film.paste(TEXT)
    film.press("Tab", "Tab")
    film.fill("The Harbor Post")
    film.fill("What becomes of the harbor")
    film.press("Tab", "Tab")
    film.fill("01052026")
    film.type("0900AM")
    film.picture("pasted")
    film.and_wait_for("Control+Enter", "**/change/")
    film.picture("proposals")


def decide(film: Film) -> None:
    film.and_wait_for("a", "**/change/?p=*")
    film.picture("accepted")
    film.and_wait_for("1", "**/change/?p=*")
    film.and_wait_for("r", "**/change/?p=*")
    film.and_wait_for("a", "**/change/?p=*")
    film.picture("decided")
    film.and_wait_for("g", "**/record/")


def record_both(film: Film) -> None:
    film.picture("first-form")
    ask(film, "Will the old basin of Ostheim reopen before June 2027?", "The port says so.")
    read(film, "0.02", "0.06", "0.15")
    film.picture("first-filled")
    film.and_wait_for("Control+Enter", "**/record/")
    film.picture("second-form")
    ask(film, "Will the ferry line of Ostheim close in 2027?", "The operator announces it.")
    read(film, "0.55", "0.7", "0.85")
    film.and_wait_for("Control+Enter", "**/change/**")
    film.picture("recorded")


def ask(film: Film, title: str, criteria: str) -> None:
    film.press("n")
    film.fill(title)
    film.fill(criteria, then="Escape")


def read(film: Film, low: str, mid: str, high: str) -> None:
    film.press("l")
    film.fill(low)
    film.fill(mid)
    film.type(high)


def test_two_forecasts_of_an_article_are_coded_by_keyboard_alone(
    open_page: OpenPage, complaints: list[str]
) -> None:
    page = opened(open_page)
    film = Film(page)

    hand_in(film)
    decide(film)
    record_both(film)

    print(f"\nTwo coded forecasts: {film.pressed} keys pressed and {film.typed} letters typed")
    assert list(Forecast.objects.order_by("pk").values_list("phrase", "claims_yes")) == [
        ("will not", False),
        ("is likely to", True),
    ]
    assert [str(one.question.deadline.date()) for one in Forecast.objects.order_by("pk")] == [
        "2027-06-01",
        "2028-01-01",
    ]
    assert Coding.objects.count() == 2
    assert UnscorableStatement.objects.count() == 1
    assert complaints == []


@pytest.mark.parametrize("color_scheme", SCHEMES)
def test_pages_have_no_violation(open_page: OpenPage, color_scheme: str) -> None:
    page = open_page(color_scheme)
    coder = make_user(Role.CODER)
    log_in(page, coder)
    article = make_article(TEXT, by=coder, synthetic=True)
    rows = list(article.proposals.order_by("start"))
    decide_proposal(
        proposal=rows[1],
        kind=ProposalDecision.Kind.REJECTED,
        seen=None,
        by=coder,
        as_of=datetime.now(UTC),
    )
    place = f"/admin/forecasts/article/{article.pk}"
    wrong = []

    for name, address in {
        "front": "/admin/",
        "list": "/admin/forecasts/article/",
        "add": ADD,
        "article": f"{place}/change/",
        "decided": f"{place}/change/?p={rows[1].pk}",
        "record": f"{place}/{rows[0].pk}/record/",
    }.items():
        page.goto(address)
        wrong += [*look(page, name), *too_wide(page, f"desk-{name}-{color_scheme}")]
    page.click("button.default")
    wrong += look(page, "refused")

    assert not wrong, "\n".join(wrong)
