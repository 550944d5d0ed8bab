"""The script that anybody can run: whatever was done to a copy is found, and mostly named."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.ledgers import verify_ledger
from forecasts.ledgers.verify_ledger import GENESIS, BadLedgerError, Entry, chained, check

pytestmark = pytest.mark.own_servers  # it touches no database
TEXTS = tuple(f'{{"id":{n},"kind":"forecast","quote":"Ça {n} \\"x\\""}}' for n in range(1, 9))
Tamper = Callable[[list[Entry]], list[Entry]]


def ledger(*lines: str) -> list[Entry]:
    entries, previous = [], GENESIS
    for number, line in enumerate(lines, start=1):
        entries.append(Entry(number, previous, chained(previous, line), line))
        previous = entries[-1].hash
    return entries


def rehashed(entries: list[Entry]) -> list[Entry]:
    """Make a chain that holds of what somebody has made of another."""
    return ledger(*(entry.line for entry in entries))


GOOD = ledger(*TEXTS)
HEAD = GOOD[-1].hash


def written(entries: list[Entry]) -> bytes:
    return "".join(f"{entry.written()}\n" for entry in entries).encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def verdict_on(path: Path, content: bytes, *, head: str = "", older: str = "") -> str:
    path.write_bytes(content)
    try:
        number, last = check(str(path), head=head, older=older)
    except BadLedgerError as error:
        return str(error)
    return f"{number} {last}"


def test_untouched_ledger_holds(file: Path) -> None:
    assert verdict_on(file, written(GOOD)) == f"8 {HEAD}"


def test_empty_ledger_holds(file: Path) -> None:
    assert verdict_on(file, b"") == f"0 {GENESIS}"


def test_compressed_ledger_holds(file: Path) -> None:
    assert verdict_on(file, gzip.compress(written(GOOD))) == f"8 {HEAD}"


def test_hash_is_that_of_the_two_texts_one_after_the_other() -> None:
    # printf '%064d%s' 0 '{}' | sha256sum
    assert chained(GENESIS, "{}") == (
        "5508d2b710e64bc470079e1b211d9c58e21011e59d0559e422345dc19d659a75"
    )


def but(number: int, /, **changes: object) -> Tamper:
    """Change one entry."""
    return lambda entries: [
        entry._replace(**changes) if entry.number == number else entry  # type: ignore[arg-type]
        for entry in entries
    ]


def swapped(entries: list[Entry]) -> list[Entry]:
    return [*entries[:2], entries[5], *entries[3:5], entries[2], *entries[6:]]


def swapped_lines(entries: list[Entry]) -> list[Entry]:
    one, other = entries[2].line, entries[5].line
    return but(6, line=one)(but(3, line=other)(entries))


def replaced(entries: list[Entry]) -> list[Entry]:
    return but(3, line="{}", hash=chained(GOOD[1].hash, "{}"))(entries)


def inserted(entries: list[Entry]) -> list[Entry]:
    forged = Entry(4, GOOD[2].hash, chained(GOOD[2].hash, "{}"), "{}")
    return [*entries[:3], forged, *entries[3:]]


TAMPERINGS: list[tuple[Tamper, str]] = [
    (but(3, line='{"id":3,"kind":"forecast"}'),
     "line 3: the line of entry 3 was changed (forecast 3)."),
    (but(3, hash="ab" * 32), "line 3: the hash of entry 3 was changed."),
    (but(3, previous_hash="ab" * 32), "line 3: the previous_hash of entry 3 was changed."),
    (but(3, number=9), "line 3: the number of entry 3 was changed to 9."),
    (but(3, line="{}", hash="ab" * 32), "line 3: the line of entry 3 was changed ("),
    (replaced, "line 4: entry 4 does not follow entry 3: that one was changed and hashed anew"),
    (swapped, "line 3: entries 3 and 6 were swapped or moved: entry 3 stands on line 6."),
    (swapped_lines, "line 3: the line of entry 3 was replaced by that of entry 6."),
    (lambda entries: entries[:2] + entries[3:], "line 3: entry 3 is missing."),
    (lambda entries: entries[:2] + entries[5:], "line 3: entries 3 to 5 are missing."),
    (lambda entries: entries[1:], "line 1: entry 1 is missing."),
    (lambda entries: entries[:4] + entries[2:],
     "line 5: entry 3 was put in again; it stands on line 3 already."),
    (inserted, "line 5: two entries have the number 4, here and on line 4: one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "named"), TAMPERINGS)
def test_what_was_done_is_named(file: Path, tamper: Tamper, named: str) -> None:
    assert verdict_on(file, written(tamper(GOOD))).startswith(named)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda entries: entries[:-1],
        lambda entries: rehashed(entries[1:]),
        lambda entries: rehashed(but(3, line="{}")(entries)),
        lambda entries: rehashed(swapped(entries)),
        lambda entries: rehashed([*entries[:3], entries[2], *entries[3:]]),
    ],
)
def test_ledger_written_anew_lacks_a_published_hash(file: Path, tamper: Tamper) -> None:
    content = written(tamper(GOOD))

    assert "BadLedger" not in verdict_on(file, content)
    assert verdict_on(file, content, head=HEAD).startswith(f"no entry has the hash {HEAD}")


def test_ledger_that_has_grown_holds_against_an_older_head_and_copy(
    file: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes(written(GOOD[:5]))

    assert verdict_on(file, written(GOOD), head=GOOD[4].hash) == f"8 {HEAD}"
    assert verdict_on(file, written(GOOD), older=str(older)) == f"8 {HEAD}"


def test_older_copy_names_the_entry_that_was_replaced(file: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes(written(GOOD[:5]))
    content = written(rehashed(but(3, line='{"id":7,"kind":"forecast"}')(GOOD)))

    assert verdict_on(file, content, older=str(older)) == (
        "line 3: entry 3 (forecast 3) was replaced, and what follows was hashed anew. It differs "
        "from the older copy in id, quote."
    )


def test_older_copy_shows_that_the_end_was_cut_off(file: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes(written(GOOD))

    assert verdict_on(file, written(GOOD[:5]), older=str(older)) == (
        "it ends after entry 5: the older copy has more."
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"\xff\n",
        b"[" * 100_000,
        b'{"number":1}\n',
        b"1" * 9_000,
    ],
)
def test_what_is_no_entry_is_refused(file: Path, raw: bytes) -> None:
    content = written(GOOD[:2]) + raw

    assert verdict_on(file, content) == (
        "line 3 was changed or cut: it is not written as an entry is."
    )


@settings(deadline=None)
@given(st.data())
def test_any_changed_byte_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(written(GOOD))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))

    said = verdict_on(tmp_path_factory.getbasetemp() / "changed.jsonl", bytes(content))

    assert not said.startswith("8 ")


@settings(deadline=None)
@given(st.permutations(range(8)).filter(lambda order: order != list(range(8))))
def test_any_other_order_is_found(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    content = written([GOOD[place] for place in order])

    assert verdict_on(tmp_path_factory.getbasetemp() / "order.jsonl", content).startswith("line ")


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=12).filter(lambda kept: kept != list(range(8))))
def test_any_choice_of_entries_hashed_anew_lacks_the_published_hash(
    tmp_path_factory: pytest.TempPathFactory, kept: list[int]
) -> None:
    content = written(rehashed([GOOD[place] for place in kept]))
    path = tmp_path_factory.getbasetemp() / "kept.jsonl"

    # What follows the published head may be anything; what comes before it may not.
    is_prefix = kept[:8] == list(range(8))
    assert verdict_on(path, content, head=HEAD).startswith("no entry") is not is_prefix


@pytest.mark.parametrize(("content", "status"), [(written(GOOD), 0), (written(GOOD[1:]), 1)])
def test_script_runs_by_itself(file: Path, content: bytes, status: int) -> None:
    file.write_bytes(content)

    done = subprocess.run(
        [sys.executable, "-I", str(Path(verify_ledger.__file__)), str(file)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )

    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith(f"OK: 8 entries, head {HEAD}" if status == 0 else "BAD: line 1")


def test_script_says_which_file_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_ledger.main(["/nowhere/ledger.jsonl"]) == 2
    assert "/nowhere/ledger.jsonl" in capsys.readouterr().err
