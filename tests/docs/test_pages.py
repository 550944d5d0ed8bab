"""The pages hold together: links resolve, indexes are complete, decisions are numbered."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, HEADING, anchors, links_in, name, pages
from tools.environments import ROOT

ADRS = sorted((DOCS / "adr").glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Price"]
EVERY_PAGE = pytest.mark.parametrize("page", pages(), ids=name)
# Written in halves, so that this file passes such tests itself.
MACHINES = re.compile(r"\.\./" + r"shared|(?<![\w.~-])/(?:" + r"work|root|home|Users)/")


@EVERY_PAGE
def test_relative_links_lead_to_files_and_headings(page: Path) -> None:
    broken = []
    for link in links_in(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_known = target.is_file() and (not anchor or anchor in anchors(target))
        if not is_known or not target.is_relative_to(ROOT):
            broken.append(link)

    assert broken == []


@EVERY_PAGE
def test_no_page_names_places_on_somebodys_machine(page: Path) -> None:
    assert MACHINES.findall(page.read_text()) == []


@EVERY_PAGE
def test_page_begins_with_its_only_title(page: Path) -> None:
    text = page.read_text()

    assert text.startswith("# ")
    assert len(re.findall(r"^# \S", re.sub(r"(?ms)^```.*?^```", "", text), re.MULTILINE)) == 1


def test_every_page_can_be_reached_from_the_index() -> None:
    reached = {DOCS / "README.md"}
    frontier = set(reached)
    while frontier:
        linked = {
            (page.parent / link.partition("#")[0]).resolve()
            for page in frontier
            for link in links_in(page)
        }
        frontier = {page for page in linked if page.suffix == ".md" and page.is_file()} - reached
        reached |= frontier

    assert set(pages()) - reached - {ROOT / "README.md"} == set()


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in ADRS]

    assert numbers == list(range(1, len(ADRS) + 1))


@pytest.mark.parametrize("page", ADRS, ids=name)
def test_decision_has_its_number_and_its_four_sections(page: Path) -> None:
    title, *sections = HEADING.findall(page.read_text())

    assert title.startswith(f"{page.name[:4]}: ")
    assert sections == SECTIONS


def test_index_of_decisions_lists_each_once_in_order() -> None:
    index = DOCS / "adr" / "README.md"

    assert list(links_in(index)) == [path.name for path in ADRS]
