"""Track records of any length, and pages as a reader sees them."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from django.test import Client

from forecasts.models import Expert, Role, Topic
from forecasts.services.scorecards import recompute_scorecards
from tests.factories import (
    AFTER,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

SAID = ("0.7", "0.3", "0.9", "0.2", "0.6")


def make_records(
    n: int, *slugs: str, said: Iterable[str] = SAID, synthetic: bool = False
) -> list[Expert]:
    """Experts who all spoke about the same n questions, each with one step on in `said`."""
    coder = make_user(Role.CODER)
    source = make_source(by=coder, synthetic=synthetic)
    topic, _ = Topic.objects.get_or_create(slug="rivers", defaults={"name": "Rivers and seas"})
    experts = [make_expert(slug=slug, name=slug.title(), synthetic=synthetic) for slug in slugs]
    numbers = list(said)
    for place in range(n):
        question = make_question(by=coder, topics=[topic], synthetic=synthetic)
        for step, expert in enumerate(experts):
            number = numbers[(place + step) % len(numbers)]
            make_forecast(number, expert=expert, question=question, source=source, by=coder)
        resolve(question, "yes" if place % 3 else "no")
    recompute_scorecards(as_of=AFTER)
    return experts


class _Figures(HTMLParser):
    """The names in lists of statistics, where each is explained, and what is said beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.names: list[str] = []
        self.notes: list[int] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._open.append(tag)
        if identity := found.get("id"):
            self.ids.append(identity)
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if tag == "dt":
            self.names.append("")
            self.notes.append(0)
        if tag == "span" and "dd" in self._open:
            self.notes[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open[-2:] == ["dt", "a"]:
            self.names[-1] += data.strip()


def figures_of(page: str) -> _Figures:
    """What a page has in its lists of statistics."""
    parser = _Figures()
    parser.feed(page)
    return parser


def page_of(reader: Client, path: str) -> str:
    """A page as it is sent."""
    response = reader.get(path)
    assert response.status_code == 200, response.content
    return response.content.decode()


def text_of(reader: Client, path: str) -> str:
    """A page without its tags."""
    bare = re.sub(r"<[^>]+>", " ", page_of(reader, path))
    # Typographic quotation marks look like others to a linter.
    return re.sub(r"\s+", " ", bare).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
