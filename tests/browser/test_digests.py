"""Digests as a browser shows them; PICTURES names a folder in which what was seen is kept."""

import base64
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from mail.content.digests import DigestContent
from mail.editions import RenderedEdition, render_edition
from tests.browser.accessibility import violations
from tests.browser.conftest import OpenPage
from tests.mail.issues import busy, correction, empty, ordinary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEEKS: dict[str, Callable[[], DigestContent]] = {"busy": busy, "ordinary": ordinary, "empty": empty}
WIDTHS = (320, 375, 700)
PICTURED = (375, 700)


def edition_of(week: str) -> RenderedEdition:
    errata = (correction(9, week="2026-W46"),) if week == "busy" else ()
    return render_edition(WEEKS[week](), selection=None, locale="en-gb", corrections=errata)


def with_pictures(edition: RenderedEdition) -> str:
    """As a mail program shows what came along."""
    html = edition.html
    for name, png in edition.pictures.items():
        data = base64.b64encode(png).decode()
        html = html.replace(f"cid:{name}", f"data:image/png;base64,{data}")
    return html


def without_pictures(html: str) -> str:
    """As one shows it that blocks them: the words in their place."""
    return re.sub(r' src="cid:[^"]*"', ' src=""', html)


def look(page: Page, html: str, name: str) -> list[str]:
    """Keep pictures, and say at which widths it does not fit."""
    folder = os.environ.get("PICTURES")
    page.set_content(html)
    too_wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(f"{name} at {width}")
        if folder and width in PICTURED:
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    return too_wide


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("week", WEEKS)
def test_digest_fits_and_is_accessible(open_page: OpenPage, week: str, color_scheme: str) -> None:
    edition = edition_of(week)
    page = open_page(color_scheme)

    too_wide = look(page, with_pictures(edition), f"digest-{week}-{color_scheme}")

    assert too_wide == []
    assert violations(page) == []


def test_words_in_place_of_pictures_are_readable_in_the_dark(open_page: OpenPage) -> None:
    page = open_page("dark")

    too_wide = look(page, without_pictures(edition_of("ordinary").html), "digest-dark-images-off")

    colors = page.eval_on_selector_all("img", "all => all.map(one => getComputedStyle(one).color)")
    assert too_wide == []
    assert set(colors) == {"rgb(169, 178, 192)"}


@pytest.mark.parametrize("week", ["busy", "ordinary"])
def test_digest_is_readable_without_pictures_and_without_style(
    open_page: OpenPage, week: str
) -> None:
    edition = edition_of(week)
    bare = re.sub(r"<style.*?</style>", "", edition.html, flags=re.DOTALL)
    page = open_page("light")

    too_wide = look(page, without_pictures(edition.html), f"digest-{week}-images-off")
    too_wide += look(page, without_pictures(bare), f"digest-{week}-no-style")

    assert too_wide == []
    alts = page.eval_on_selector_all("img", "all => all.map(one => one.alt)")
    assert len(alts) == len(edition.pictures)
    assert violations(page) == []


def test_text_part_is_kept_beside_the_pictures() -> None:
    folder = os.environ.get("PICTURES")
    for week in WEEKS:
        text = edition_of(week).text
        assert text.startswith("HINDCAST, 2026-W47\n")
        if folder:
            Path(folder, f"digest-{week}.txt").write_text(text)
