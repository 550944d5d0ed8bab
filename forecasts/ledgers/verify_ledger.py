"""Check a downloaded Hindcast ledger: standard-library Python 3.10 or later, nothing else.

    python3 verify_ledger.py ledger.jsonl
    python3 verify_ledger.py ledger.jsonl --head HASH
    python3 verify_ledger.py ledger.jsonl --older an-earlier-download.jsonl

Every entry of the file is one line: {"number":1,"previous_hash":"…","hash":"…","line":"…"}. The
hash is the SHA-256 of the 64 characters of previous_hash and then the characters of line, as
UTF-8, with nothing between or after them. The first entry's previous_hash is 64 zeros.
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

GENESIS = "0" * 64
LONGEST_LINE = 2_000_000
SHOW_EVERY = 20_000


class BadLedgerError(Exception):
    """What is wrong with the file, in words."""


class Entry(NamedTuple):
    """One entry; the fields in the order in which the file has them."""

    number: int
    previous_hash: str
    hash: str
    line: str

    def written(self) -> str:
        """Write it as the file has it, without the line break."""
        return json.dumps(self._asdict(), ensure_ascii=False, separators=(",", ":"))

    def is_whole(self) -> bool:
        """Whether its hash is that of its own contents."""
        return self.hash == chained(self.previous_hash, self.line)


def chained(previous_hash: str, line: str) -> str:
    """Hash an entry's line together with the hash before it."""
    return hashlib.sha256((previous_hash + line).encode()).hexdigest()


def entry_of(raw: bytes) -> Entry:
    """Read a line of the file. Raises ValueError unless it is written as it should be."""
    facts = json.loads(raw)
    entry = Entry(**facts) if isinstance(facts, dict) and set(facts) == {*Entry._fields} else None
    if entry is None or f"{entry.written()}\n".encode() != raw:
        raise ValueError
    return entry


def opened(path: str) -> BinaryIO:
    """Open a file, compressed or not."""
    with Path(path).open("rb") as file:
        is_compressed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if is_compressed else Path(path).open("rb")  # type: ignore[return-value]


def entries(path: str, *, is_shown: bool = False) -> Iterator[tuple[int, Entry]]:
    """Yield the entries with the lines they stand on. Raises BadLedgerError."""
    with opened(path) as file:
        place = 0
        while raw := file.readline(LONGEST_LINE):
            place += 1
            try:
                entry = entry_of(raw)
            except (ValueError, TypeError, RecursionError):
                raise BadLedgerError(
                    f"line {place} was changed or cut: it is not written as an entry is."
                ) from None
            yield place, entry
            if is_shown and place % SHOW_EVERY == 0:
                sys.stderr.write(f"\r{place:,} entries")
                sys.stderr.flush()
        if is_shown and place >= SHOW_EVERY:
            sys.stderr.write("\r\033[K")


def check(path: str, *, head: str = "", older: str = "", is_shown: bool = False) -> tuple[int, str]:
    """Check the whole file; returns how many entries it has, and the last hash.

    head: a hash that was published, which has to be in it. older: a file that it has to begin
    with. Raises BadLedgerError.
    """
    place, previous, has_head = 0, GENESIS, head in ("", GENESIS)
    earlier = entries(older) if older else iter(())
    for place, entry in entries(path, is_shown=is_shown):
        if entry.number != place or entry.previous_hash != previous or not entry.is_whole():
            raise BadLedgerError(f"line {place}: {_what_was_done(path, place, entry, previous)}")
        _, copy = next(earlier, (0, None))
        if copy is not None and copy != entry:
            raise BadLedgerError(f"line {place}: {_replaced(entry, copy)}")
        previous = entry.hash
        has_head = has_head or previous == head
    if next(earlier, None) is not None:
        raise BadLedgerError(f"it ends after entry {place}: the older copy has more.")
    if not has_head:
        raise BadLedgerError(
            f"no entry has the hash {head}: the ledger was written anew somewhere before the entry "
            "that had it, or was cut off."
        )
    return place, previous


def _replaced(entry: Entry, copy: Entry) -> str:
    now, before = _facts(entry), _facts(copy)
    names = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
    return (
        f"entry {entry.number} ({_subject(copy)}) was replaced, and what follows was hashed anew. "
        f"It differs from the older copy in {', '.join(names)}."
    )


def _what_was_done(path: str, place: int, entry: Entry, previous: str) -> str:
    """Say as precisely as can be known what is wrong with the first bad entry."""
    follows = entry.hash == chained(previous, entry.line)
    if entry.number != place:
        if follows and entry.previous_hash == previous:
            return f"the number of entry {place} was changed to {entry.number}."
        is_later = entry.number > place
        return _displaced(path, place, entry) if is_later else _repeated(path, place, entry)
    if follows:
        return f"the previous_hash of entry {place} was changed."
    if entry.previous_hash == previous:
        return _altered(path, place, entry)
    if entry.is_whole():
        return (
            f"entry {place} does not follow entry {place - 1}: that one was changed and hashed "
            "anew, or entries between them were taken out or put in and the rest numbered anew."
        )
    return f"entry {place} ({_subject(entry)}) was changed in more than one place."


def _displaced(path: str, place: int, entry: Entry) -> str:
    for found, other in _readable(path):
        if found > place and other.number == place:
            return (
                f"entries {place} and {entry.number} were swapped or moved: entry {place} stands "
                f"on line {found}."
            )
    last = entry.number - 1
    return (
        f"entry {place} is missing." if last == place else f"entries {place} to {last} are missing."
    )


def _repeated(path: str, place: int, entry: Entry) -> str:
    for found, other in _readable(path):
        if found >= place:
            break
        if other == entry:
            return f"entry {entry.number} was put in again; it stands on line {found} already."
        if other.number == entry.number:
            return (
                f"two entries have the number {entry.number}, here and on line {found}: one of "
                "them was inserted."
            )
    return f"an entry with the number {entry.number} was inserted."


def _altered(path: str, place: int, entry: Entry) -> str:
    for found, other in _readable(path):
        if found != place and other.hash == chained(other.previous_hash, entry.line):
            return f"the line of entry {place} was replaced by that of entry {other.number}."
        if found == place + 1 and other.previous_hash == chained(entry.previous_hash, entry.line):
            return f"the hash of entry {place} was changed."
    return f"the line of entry {place} was changed ({_subject(entry)})."


def _readable(path: str) -> Iterator[tuple[int, Entry]]:
    """The entries once more, up to where they cannot be read."""
    try:
        yield from entries(path)
    except BadLedgerError:
        return


def _subject(entry: Entry) -> str:
    """What the line is about, as far as it can be read."""
    facts = _facts(entry)
    names = ("kind", "id", "expert", "question")
    return " ".join(str(facts[name]) for name in names if name in facts) or "it cannot be read"


def _facts(entry: Entry) -> dict[str, object]:
    try:
        facts = json.loads(entry.line)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 if all is well, 1 if not, 2 if a file cannot be read."""
    parser = argparse.ArgumentParser(description="Check a downloaded Hindcast ledger.")
    parser.add_argument("file", help="the ledger, as downloaded; may be compressed with gzip")
    parser.add_argument("--head", default="", help="a published hash that has to be in it")
    parser.add_argument("--older", default="", help="an older copy that it has to begin with")
    given = parser.parse_args(arguments)
    head = given.head.strip().lower()
    try:
        number, last = check(given.file, head=head, older=given.older, is_shown=sys.stderr.isatty())
    except BadLedgerError as error:
        sys.stdout.write(f"BAD: {error}\n")
        return 1
    except (OSError, EOFError) as error:
        sys.stderr.write(f"Cannot read it: {error}\n")
        return 2
    sys.stdout.write(f"OK: {number} entries, head {last}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
