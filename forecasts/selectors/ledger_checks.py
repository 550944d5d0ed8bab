"""Comparing the ledger with the rows that it tells of."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from forecasts.ledgers.verify_ledger import GENESIS, chained
from forecasts.models import AdoptedRange, Amendment, LedgerEntry
from forecasts.models.fields import LATEST
from forecasts.selectors.clusters import fixed_questions
from forecasts.selectors.codings import cited_lexicons, published_codings
from forecasts.selectors.ledgers import (
    AT_ONCE,
    KINDS,
    Facts,
    canonical,
    facts_of,
    model_of,
    plain,
    unamended,
)
from forecasts.selectors.merges import Merges, merges_at

IDENTITY = ("id", "kind")
LONGEST_VALUE = 60
MOST_REMEMBERED = 10_000
ABSENT = "(nothing)"

_next_range = AdoptedRange.objects.filter(forecast=OuterRef("forecast"), pk__gt=OuterRef("pk"))
# When the row that follows was recorded: the only time at which this one can have ceased to stand.
FOLLOWERS: dict[str, F | Subquery] = {
    "forecast": F("superseded_by__recorded_at"),
    "adopted_range": Subquery(_next_range.order_by("pk").values("adopted_at")[:1]),
    "resolution": F("superseded_by__resolved_at"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the ledger or in the tables that is not as it was recorded."""

    what: str
    number: int | None = None
    """Of the entry; None where there is none."""
    subject: str = ""

    def __str__(self) -> str:
        if self.number is None:
            return f"No entry {self.what}"
        return f"Entry {self.number}, {self.subject}: {self.what}"


@dataclass(slots=True)
class LedgerCheck:
    """Goes through the ledger once, then through the tables; memory does not grow with them."""

    head: str = ""
    """A hash that was published, which has to be in the ledger."""
    n_entries: int = 0
    last_hash: str = GENESIS
    _last_number: int = 0
    _told: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    _held: dict[bytes, tuple[int, str]] = field(default_factory=dict)

    def findings(self, say_done: Callable[[int], object]) -> Iterator[Finding]:
        """Everything that is wrong, in the order of the ledger. say_done: told how far it is."""
        has_head = self.head in ("", GENESIS)
        while entries := list(
            LedgerEntry.objects.filter(number__gt=self._last_number).order_by("number")[:AT_ONCE]
        ):
            for entry in entries:
                yield from self._chain_faults(entry)
            yield from self._row_faults(entries)
            has_head = has_head or any(entry.hash == self.head for entry in entries)
            say_done(self.n_entries)
        yield from self._exchanges()
        if not has_head:
            yield Finding(f"has the hash {self.head}: the ledger was written anew, or cut off.")
        for kind in KINDS:
            yield from _rows_without_line(kind)
        yield from _misplaced_rows()

    def _chain_faults(self, entry: LedgerEntry) -> Iterator[Finding]:
        first, last = self._last_number + 1, entry.number - 1
        if first <= last:
            missing = f"entries {first} to {last} are" if first < last else f"entry {first} is"
            yield Finding(f"{missing} missing before it.", entry.number, _subject(entry))
        elif entry.previous_hash != self.last_hash:
            yield Finding("it does not follow the entry before it.", entry.number, _subject(entry))
        if entry.hash != chained(entry.previous_hash, entry.line):
            yield Finding("its line or its hash was changed.", entry.number, _subject(entry))
        self.n_entries += 1
        self._last_number, self.last_hash = entry.number, entry.hash

    def _row_faults(self, entries: list[LedgerEntry]) -> Iterator[Finding]:
        held = _rows_of(entries)
        for entry in entries:
            told = _read(entry.line)
            if told is None:
                yield Finding("its line cannot be read.", entry.number, _subject(entry))
                continue
            for column, name in (
                ("kind", "kind"),
                ("row_id", "id"),
                ("recorded_at", "recorded_at"),
            ):
                if plain(getattr(entry, column)) != told.get(name):
                    yield Finding(
                        f"it is filed under another {name} than its line has.",
                        entry.number,
                        _subject(entry),
                    )
            yield from self._differences(entry, told, held.get((entry.kind, entry.row_id)))

    def _differences(self, entry: LedgerEntry, told: Facts, row: Facts | None) -> Iterator[Finding]:
        if row is None:
            yield Finding("its row is missing.", entry.number, _subject(entry))
            return
        names = [name for name in sorted({*told, *row}) if told.get(name) != row.get(name)]
        if not names:
            return
        values = (f"{name} ({_shown(told, name)} → {_shown(row, name)})" for name in names)
        yield Finding(
            f"its row differs from its line in {', '.join(values)}.", entry.number, _subject(entry)
        )
        if len(self._told) < MOST_REMEMBERED:
            self._told[_contents(told)] = (entry.number, _subject(entry))
            self._held[_contents(row)] = (entry.number, _subject(entry))

    def _exchanges(self) -> Iterator[Finding]:
        """Rows that hold what the line of another says."""
        for contents, (number, subject) in self._held.items():
            other = self._told.get(contents)
            if other is not None and other[0] != number:
                yield Finding(
                    f"its row was swapped: it holds what entry {other[0]} says of {other[1]}.",
                    number,
                    subject,
                )


def _rows_of(entries: Iterable[LedgerEntry]) -> dict[tuple[str, int], Facts]:
    """What the rows say now; as a fact of its own, whether they stand as they should."""
    of_kind: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        of_kind.setdefault(entry.kind, []).append(entry)
    rows = {}
    for kind in KINDS.keys() & of_kind.keys():
        follower: dict[str, Any] = {}
        if kind in FOLLOWERS:
            follower = {"follower_at": FOLLOWERS[kind], "ended_at": F("superseded_at")}
        found = facts_of(kind, [entry.row_id for entry in of_kind[kind]], **follower)
        amended = _amendments(of_kind[kind]) if kind == "question" else {}
        for pk, (_, facts) in found.items():
            rows[kind, pk] = _standing(unamended(facts, amended.get(pk, ())))
    return rows


def _standing(facts: Facts) -> Facts:
    """The facts, with `superseded_at` only where no row that supersedes accounts for it."""
    follower_at, ended_at = facts.pop("follower_at", None), facts.pop("ended_at", None)
    if follower_at != ended_at:
        facts["superseded_at"] = plain(ended_at)
        facts["superseded_at_of_follower"] = plain(follower_at)
    return facts


def _amendments(questions: list[LedgerEntry]) -> dict[int, list[tuple[str, str, str]]]:
    """What was amended after each question's entry, latest first."""
    entered = {entry.row_id: entry.number for entry in questions}
    lines = LedgerEntry.objects.filter(kind="amendment", row_id=OuterRef("pk")).values("number")
    rows = (
        Amendment.objects.filter(question__in=entered)
        .annotate(number=Subquery(lines[:1]))
        .order_by("-pk")
        .values_list("question", "number", "field", "before", "after")
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    for question, number, *change in rows:
        if number is None or number > entered[question]:
            found.setdefault(question, []).append((change[0], change[1], change[2]))
    return found


def _rows_without_line(kind: str) -> Iterator[Finding]:
    rows = _entered(kind).order_by("pk")
    last = 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE]):
        entries = LedgerEntry.objects.filter(kind=kind, row_id__in=ids)
        extra = sorted(set(ids) - set(entries.values_list("row_id", flat=True)))
        for pk, (_, facts) in facts_of(kind, extra).items():
            yield Finding(
                f"tells of {_named(facts, kind, pk)}, recorded at {facts['recorded_at']}."
            )
        last = ids[-1]


def _misplaced_rows() -> Iterator[Finding]:
    """Rows that were moved, and not by a merge."""
    merges = merges_at(LATEST) or Merges({})
    for kind in ("forecast", "unscorable_statement"):
        moved = model_of(kind)._base_manager.filter(recorded_as__isnull=False).order_by("pk")
        for pk, recorded_as, expert in moved.values_list("pk", "recorded_as", "expert").iterator():
            if merges.survivor(recorded_as) != expert:
                yield Finding(f"says that {kind} {pk} counts for expert {expert}.")


def _entered(kind: str) -> QuerySet[Any]:
    """The rows that should have a line."""
    if kind == "lexicon":
        return cited_lexicons()
    if kind == "coding":
        return published_codings()
    rows: QuerySet[Any] = model_of(kind)._base_manager.all()
    return _asked(rows) if kind == "question" else rows


def _asked(questions: QuerySet[Any]) -> QuerySet[Any]:
    amended = Amendment.objects.values("question")
    return questions.filter(Q(pk__in=fixed_questions().values("pk")) | Q(pk__in=amended))


def _read(line: str) -> Facts | None:
    try:
        facts = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def _subject(entry: LedgerEntry) -> str:
    return _named(_read(entry.line) or {}, entry.kind, entry.row_id)


def _named(facts: Facts, kind: str, row_id: int) -> str:
    people = [str(facts[name]) for name in ("expert", "question") if facts.get(name)]
    return f"{kind} {row_id} ({', '.join(people)})" if people else f"{kind} {row_id}"


def _shown(facts: Facts, name: str) -> str:
    if name not in facts:
        return ABSENT
    text = json.dumps(facts[name], ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _contents(facts: Facts) -> bytes:
    said = {name: value for name, value in facts.items() if name not in IDENTITY}
    return sha256(canonical(said).encode()).digest()
