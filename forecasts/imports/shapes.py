"""The tables that can be imported, with their columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from forecasts.imports.references import NamedCell, NamedListCell
from forecasts.imports.widgets import (
    CellWidget,
    CountCell,
    DeadlineCell,
    ListCell,
    MomentCell,
    ProbabilityCell,
    TextCell,
    TruthCell,
)
from forecasts.models import (
    Expert,
    ExpertAlias,
    Forecast,
    Question,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.models.questions import QuestionFamily

KEY = "external_id"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. made: makes what reads its cells."""

    name: str
    help: str
    made: Callable[[], CellWidget] = TextCell

    def widget(self, model: type[Model]) -> CellWidget:
        """What reads its cells; every row has to have a key."""
        found = self.made().column_of(model, self.name)
        found.is_required = found.is_required or self.name == KEY
        return found


@dataclass(frozen=True, slots=True)
class Shape:
    """A table.

    editable: the columns that an import may change. apart: those that are no column of the row's
    own table. joined: read with each known row. own: the column that names a row of the same file.
    """

    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    editable: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    joined: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()
    own: str = ""

    @property
    def title(self) -> str:
        """What it holds, in words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def widgets(self) -> dict[str, CellWidget]:
        """What reads the cells of each column, made anew."""
        return {column.name: column.widget(self.model) for column in self.columns}


def _expert(*, is_required: bool) -> CellWidget:
    return NamedCell(Expert, "slug", KEY, is_required=is_required)


def _source() -> CellWidget:
    return NamedCell(Source, KEY, "url", is_required=True)


def _aliases() -> CellWidget:
    return ListCell(ExpertAlias._meta.get_field("name"))


def _no() -> CellWidget:
    return TruthCell(empty=False)


NAMED = Column(KEY, "What the row is called where it comes from; the same for ever.")
SYNTHETIC = Column("synthetic", "true for what is invented; false unless given.", _no)
SOURCE = Column("source", "Where it was said: external_id or url of a source.", _source)
EXPERTS = Shape(
    "experts",
    Expert,
    (
        NAMED,
        Column("slug", "Its name in addresses, for ever."),
        Column("name", "The name."),
        Column("kind", "person or organisation; person unless given."),
        Column("affiliation", "Where the expert belongs."),
        Column("description", "Who it is."),
        Column("links", "Addresses to read more at, as a list.", ListCell),
        Column("aliases", "Other names, as a list; none is taken away.", _aliases),
        SYNTHETIC,
    ),
    editable=frozenset(
        ("name", "kind", "affiliation", "description", "links", "aliases", "external_id")
    ),
    apart=frozenset(("aliases",)),
    fetched=("aliases",),
)
SOURCES = Shape(
    "sources",
    Source,
    (
        NAMED,
        Column("outlet", "Where it appeared."),
        Column("title", "Its title."),
        Column("url", "Its address; empty where it is unknown."),
        Column("published_at", "When it appeared.", MomentCell),
        Column("date_basis", "How that is known: printed, archived or inferred."),
        Column("note", "What is to be known of it."),
        Column("sha256", "SHA-256 of its text, in lower case."),
        SYNTHETIC,
    ),
)
QUESTIONS = Shape(
    "questions",
    Question,
    (
        NAMED,
        Column("slug", "Its name in addresses, for ever."),
        Column("title", "What is asked."),
        Column("resolution_criteria", "What decides it."),
        Column(
            "opens_at",
            "When it opens; empty: when the first forecast was made.",
            lambda: MomentCell(is_required=False),
        ),
        Column("deadline", "A bare date means the end of that day, 24:00 UTC.", DeadlineCell),
        Column("topics", "Slugs of topics, as a list.", lambda: NamedListCell(Topic, "slug")),
        Column(
            "family",
            "The slug of the questions that it overlaps with.",
            lambda: NamedCell(QuestionFamily, "slug"),
        ),
        Column(
            "depends_on",
            "slug or external_id of its condition, which stands above it.",
            lambda: NamedCell(Question, "slug", KEY),
        ),
        Column("depends_on_answer", "The ruling that the condition must get: yes or no."),
        Column(
            "required_verdicts",
            "1 or 2 agreeing verdicts make a ruling; 1 unless given.",
            lambda: CountCell(1, 2, 1),
        ),
        Column(
            "interim_days",
            "Days between looks before the deadline; 0: never.",
            lambda: CountCell(0, 3650, None),
        ),
        SYNTHETIC,
    ),
    apart=frozenset(("topics",)),
    joined=("depends_on", "family"),
    fetched=("topics", "amendments"),
    own="depends_on",
)
FORECASTS = Shape(
    "forecasts",
    Forecast,
    (
        NAMED,
        Column("expert", "slug or external_id of who said it.", lambda: _expert(is_required=True)),
        Column(
            "question",
            "slug or external_id of the question.",
            lambda: NamedCell(Question, "slug", KEY, is_required=True),
        ),
        SOURCE,
        Column("kind", "forecast or withdrawal; forecast unless given."),
        Column("basis", "stated: the expert gave the number. inferred: in words."),
        Column("stated_at", "When it was said.", MomentCell),
        Column("quote", "The words that were said."),
        Column("phrase", "Those of the words that carry the likelihood."),
        Column(
            "claims_yes",
            "Whether the phrase speaks for yes; true unless given.",
            lambda: TruthCell(empty=True),
        ),
        Column("probability", "P(yes), where the expert gave a number.", ProbabilityCell),
        Column("low", "Of a range that the expert gave.", ProbabilityCell),
        Column("high", "Of a range that the expert gave.", ProbabilityCell),
    ),
    joined=("expert", "question", "source"),
)
STATEMENTS = Shape(
    "unscorable_statements",
    UnscorableStatement,
    (
        NAMED,
        SOURCE,
        Column(
            "expert",
            "slug or external_id of who said it; empty where it is no expert.",
            lambda: _expert(is_required=False),
        ),
        Column("attributed_to", "Who is said to have said it, where it is no expert."),
        Column("quote", "The words."),
        Column("reason", "Why it cannot be scored."),
        Column("note", "What is to be known of it."),
    ),
    joined=("expert", "source"),
)
SHAPES: dict[str, Shape] = {
    shape.name: shape for shape in (EXPERTS, SOURCES, QUESTIONS, FORECASTS, STATEMENTS)
}


def text_of(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(map(text_of, value))
    if isinstance(value, Model):
        return str(getattr(value, "slug", None) or getattr(value, KEY, None) or value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
