"""Track records of any length, and pages as a reader sees them."""

import re
from collections.abc import Iterable
from decimal import Decimal
from html.parser import HTMLParser

from django.db import transaction
from django.test import Client

from forecasts.models import Expert, Forecast, Question, Role, Source, Topic
from forecasts.services.forecasts import record_forecasts
from forecasts.services.ledgers import appended_last
from forecasts.services.questions import record_questions
from forecasts.services.scorecards import recompute_scorecards, touched_once
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, LINKS, START, make_expert, make_source, make_user

SAID = ("0.7", "0.3", "0.9", "0.2", "0.6")


def make_records(
    n: int, *slugs: str, said: Iterable[str] = SAID, synthetic: bool = False
) -> list[Expert]:
    """Experts who all spoke about the same n questions, each with one step on in `said`."""
    coder = make_user(Role.CODER)
    source = make_source(by=coder, synthetic=synthetic)
    topic, _ = Topic.objects.get_or_create(slug="rivers", defaults={"name": "Rivers and seas"})
    experts = [make_expert(slug=slug, name=slug.title(), synthetic=synthetic) for slug in slugs]
    questions = [
        Question(
            slug=f"{slugs[0]}-{place}", title=f"Will {place} happen?", deadline=DEADLINE,
            resolution_criteria="It happens.", synthetic=synthetic,
        )
        for place in range(n)
    ]  # fmt: skip
    # In bulk, as a hundred of each would take longer than the pages that are tested.
    record_questions(questions=[(row, [topic]) for row in questions], by=coder, as_of=START)
    record_forecasts(forecasts=_said(questions, experts, source, list(said)), by=coder, as_of=START)
    reviewer = make_user(Role.REVIEWER)
    with transaction.atomic(), appended_last(), touched_once():
        for place, question in enumerate(questions):
            give_verdict(
                question=question, reviewer=reviewer, answer="yes" if place % 3 else "no",
                known_at=DEADLINE, links=LINKS, as_of=AFTER,
            )  # fmt: skip
    recompute_scorecards(as_of=AFTER)
    return experts


def _said(
    questions: list[Question], experts: list[Expert], source: Source, numbers: list[str]
) -> list[Forecast]:
    return [
        Forecast(
            expert=expert, question=question, source=source, basis="stated", stated_at=START,
            probability=Decimal(numbers[(place + step) % len(numbers)]), quote="it will",
        )
        for place, question in enumerate(questions)
        for step, expert in enumerate(experts)
    ]  # fmt: skip


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
