"""The pages of the documentation, and what can be found in them."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.environments import ROOT

DOCS = ROOT / "docs"
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def pages() -> list[Path]:
    names = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
    return [*(ROOT / name for name in names), *sorted(DOCS.rglob("*.md"))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """Return the text without its code blocks."""
    return FENCE.sub("", page.read_text())


def code_in(page: Path) -> Iterator[str]:
    """Yield every code span, and every code block."""
    yield from SPAN.findall(prose(page))
    yield from FENCE.findall(page.read_text())


def links_in(page: Path) -> Iterator[str]:
    """Yield the links that lead to files of this repository or to places in the page."""
    return (link for link in LINK.findall(prose(page)) if "://" not in link)


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings."""
    titles = [re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(prose(page))]
    return {title.strip().replace(" ", "-") for title in titles}


def rows_of_table(text: str, *, first_column: str) -> list[list[str]]:
    """Return the cells of every table whose header begins with that column, without the header."""
    rows: list[list[str]] = []
    is_inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_inside = False
        elif cells[0] == first_column:
            is_inside = True
        elif is_inside and set(line) - set("|-: "):
            rows.append(cells)
    return rows
