"""The ledger's lines: what is said of each kind of row, and how it is written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db.models import Model, Q

from forecasts.ledgers.verify_ledger import GENESIS, Entry
from forecasts.models import LedgerEntry

Facts = dict[str, Any]
Columns = tuple[str, ...]
# Whom a row was recorded for, which no merge changes.
SPEAKER = ("recorded_as__slug", "expert__slug")
SPEAKER_OF_FORECAST = tuple(f"forecast__{column}" for column in SPEAKER)
AT_ONCE = 500
DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: its table, when it was recorded, and each fact's name and column.

    Of several columns the first that is not empty. A shape that has been written never changes:
    another shape is another kind.
    """

    model: str
    recorded: str
    facts: Mapping[str, str | Columns]

    def columns_in(self, registry: Apps) -> dict[str, Columns]:
        """The columns of each fact, as far as the table has them."""
        model = registry.get_model("forecasts", self.model)
        given = {name: (at,) if isinstance(at, str) else at for name, at in self.facts.items()}
        return {name: tuple(at for at in ats if _has(model, at)) for name, ats in given.items()}


def _has(model: Any, column: str) -> bool:
    """Whether there is such a column: in the middle of migrations some are still to come."""
    name, _, rest = column.partition("__")
    fields = {field.name: field for field in model._meta.fields}
    return name == "pk" or (name in fields and (not rest or _has(fields[name].related_model, rest)))


# Only what is public. Slugs name experts and questions; ids are those of the API.
KINDS = {
    "question": Kind(
        "Question",
        "recorded_at",
        {
            "question": "slug",
            "title": "title",
            "resolution_criteria": "resolution_criteria",
            "opens_at": "opens_at",
            "deadline": "deadline",
            "family": "family__slug",
            "depends_on": "depends_on__slug",
            "depends_on_answer": "depends_on_answer",
            "required_verdicts": "required_verdicts",
            "synthetic": "synthetic",
        },
    ),
    "forecast": Kind(
        "Forecast",
        "recorded_at",
        {
            "expert": SPEAKER,
            "question": "question__slug",
            "act": "kind",
            "basis": "basis",
            "stated_at": "stated_at",
            "quote": "quote",
            "phrase": "phrase",
            "claims_yes": "claims_yes",
            "probability": "probability",
            "low": "low",
            "high": "high",
            "corrects": "supersedes",
            "correction_reason": "correction_reason",
            "source": "source",
            "source_outlet": "source__outlet",
            "source_title": "source__title",
            "source_url": "source__url",
            "source_published_at": "source__published_at",
            "source_date_basis": "source__date_basis",
            "source_sha256": "source__sha256",
        },
    ),
    "quotation": Kind(
        "Quotation",
        "recorded_at",
        {
            "forecast": "forecast",
            "statement": "statement",
            "article_sha256": "article_sha256",
            "start": "start",
            "end": "end",
            "exact": "exact",
            "prefix": "prefix",
            "suffix": "suffix",
        },
    ),
    "unscorable_statement": Kind(
        "UnscorableStatement",
        "recorded_at",
        {
            "expert": SPEAKER,
            "attributed_to": "attributed_to",
            "quote": "quote",
            "reason": "reason",
            "note": "note",
            "source": "source",
            "source_outlet": "source__outlet",
            "source_title": "source__title",
            "source_url": "source__url",
            "source_published_at": "source__published_at",
        },
    ),
    # Of a lexicon once a coding below cites it.
    "lexicon": Kind(
        "Lexicon",
        "loaded_at",
        {
            "lexicon": "name",
            "version": "version",
            "title": "title",
            "citation": "citation",
            "url": "url",
            "sha256": "sha256",
        },
    ),
    # Of codings behind an adopted range: no single one while somebody may still read blindly.
    "coding": Kind(
        "Coding",
        "coded_at",
        {
            "expert": SPEAKER_OF_FORECAST,
            "question": "forecast__question__slug",
            "forecast": "forecast",
            "low": "low",
            "mid": "mid",
            "high": "high",
            "is_blind": "is_blind",
            "lexicon": "lexicon_phrase__lexicon__name",
            "lexicon_version": "lexicon_phrase__lexicon__version",
            "lexicon_phrase": "lexicon_phrase__phrase",
        },
    ),
    "adopted_range": Kind(
        "AdoptedRange",
        "adopted_at",
        {
            "expert": SPEAKER_OF_FORECAST,
            "question": "forecast__question__slug",
            "forecast": "forecast",
            "low": "low",
            "probability": "probability",
            "high": "high",
            "n_codings": "n_codings",
        },
    ),
    "amendment": Kind(
        "Amendment",
        "amended_at",
        {
            "question": "question__slug",
            "field": "field",
            "before": "before",
            "after": "after",
            "reason": "reason",
        },
    ),
    # From here on what was recorded for the one counts for the other, until it is undone.
    "expert_merge": Kind(
        "ExpertMerge",
        "merged_at",
        {"expert": "expert__slug", "into": "into__slug", "reason": "reason"},
    ),
    "expert_merge_undo": Kind(
        "ExpertMergeUndo",
        "undone_at",
        {
            "merge": "merge",
            "expert": "merge__expert__slug",
            "into": "merge__into__slug",
            "reason": "reason",
        },
    ),
    "resolution": Kind(
        "Resolution",
        "resolved_at",
        {
            "question": "question__slug",
            "answer": "answer",
            "basis": "basis",
            "known_at": "known_at",
            "reason": "reason",
            "supersedes": "supersedes",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger is to say of a row."""

    kind: str
    row_id: int
    recorded_at: datetime
    text: str


def model_of(kind: str, registry: Apps = apps) -> type[Model]:
    """The table that rows of the kind are in."""
    return registry.get_model("forecasts", KINDS[kind].model)


def facts_of(
    kind: str, ids: Iterable[int], registry: Apps = apps, **more: Any
) -> dict[int, tuple[datetime, Facts]]:
    """When each row was recorded, and its facts; rows that are not there are left out.

    more: further columns or expressions, which come with their own names.
    """
    shape, found = KINDS[kind], {}
    facts_in = shape.columns_in(registry)
    columns = {shape.recorded}.union(*facts_in.values())
    for chunk in _chunks(list(ids)):
        rows = model_of(kind, registry)._base_manager.filter(pk__in=chunk)
        for row in rows.values("pk", *columns - {"pk"}, **more):
            facts = {name: plain(_first(row, wanted)) for name, wanted in facts_in.items()}
            facts |= {name: row[name] for name in more}
            recorded_at = row[shape.recorded]
            facts |= {"kind": kind, "id": row["pk"], "recorded_at": zulu(recorded_at)}
            found[row["pk"]] = (recorded_at, _with_instants(kind, facts))
    return found


def _first(row: Facts, columns: Columns) -> Any:
    return next((row[column] for column in columns if row[column] is not None), None)


def lines_of(kind: str, ids: Iterable[int], registry: Apps = apps) -> list[Line]:
    """The lines of rows, in the order of the ids."""
    wanted = list(ids)
    found = facts_of(kind, wanted, registry)
    return [Line(kind, pk, found[pk][0], canonical(found[pk][1])) for pk in wanted]


def unamended(facts: Facts, amendments: Iterable[tuple[str, str, str]]) -> Facts:
    """A question's facts as they were before amendments: field, before and after, latest first.

    An amendment that does not lead to what is there takes nothing back.
    """
    earlier = dict(facts)
    for field, before, after in amendments:
        if earlier[field] == as_instant(field, after):
            earlier[field] = as_instant(field, before)
    return earlier


def canonical(facts: Facts) -> str:
    """JSON with sorted keys and nothing between: the same text for the same facts."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(value: Any) -> Any:
    """A column's value as JSON has it: times in UTC, probabilities with six decimals as text."""
    if isinstance(value, datetime):
        return zulu(value)
    return f"{value:.6f}" if isinstance(value, Decimal) else value


def zulu(moment: datetime) -> str:
    """The moment in UTC to the microsecond, with a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _with_instants(kind: str, facts: Facts) -> Facts:
    if kind == "amendment":
        for name in ("before", "after"):
            facts[name] = as_instant(facts["field"], facts[name])
    return facts


def as_instant(field: str, text: str) -> str:
    """The text of an amendment as the ledger writes it: deadlines as all times are."""
    if field != DEADLINE:
        return text
    try:
        return zulu(datetime.fromisoformat(text))
    except ValueError:  # it was tampered with, and is shown as it is
        return text


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, which stands for all before it."""

    number: int = 0
    hash: str = GENESIS
    recorded_at: datetime | None = None
    """None while the ledger is empty."""


def ledger_head(as_of: datetime | None = None) -> Head:
    """The head as it is now, or the last entry of what was recorded by `as_of`."""
    rows = LedgerEntry.objects.order_by("-number")
    if as_of is not None:
        rows = LedgerEntry.objects.filter(recorded_at__lte=as_of)
        # By time, since that has an index that leads to the row at once.
        rows = rows.order_by("-recorded_at", "-number")
    last = rows.values_list("number", "hash", "recorded_at").first()
    return Head(*last) if last else Head()


def entries_between(after: int, last: int) -> Iterator[list[Entry]]:
    """The entries after a number up to another, some at a time; no query lasts."""
    while after < last:
        rows = LedgerEntry.objects.filter(number__gt=after, number__lte=last).order_by("number")
        found = [Entry(*row) for row in rows.values_list(*Entry._fields)[:AT_ONCE]]
        if not found:
            return
        yield found
        after = found[-1].number


def entry_numbers(rows: Mapping[str, Iterable[int]]) -> list[int]:
    """The numbers of the entries about these rows: ids by kind."""
    about = Q()
    for kind, ids in rows.items():
        about |= Q(kind=kind, row_id__in=list(ids))
    return list(LedgerEntry.objects.filter(about).values_list("number", flat=True))
