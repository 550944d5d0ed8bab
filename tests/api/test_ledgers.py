"""The ledger as anybody can download it."""

import gzip
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forecasts.ledgers.verify_ledger import GENESIS, check
from forecasts.models import LedgerEntry
from forecasts.selectors import ledgers
from tests.api.worlds import World
from tests.factories import make_forecast, make_question

ADDRESS = "/api/v1/ledger/"


@pytest.fixture
def empty(db: None) -> None:
    """No entries, though the module's world may be there."""
    LedgerEntry.objects.all()._raw_delete("default")


def download(reader: Client, address: str = ADDRESS) -> bytes:
    response = reader.get(address)
    assert response.status_code == 200
    return response.getvalue()


def test_download_is_a_ledger_that_holds(reader: Client, world: World, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_bytes(download(reader))
    head = reader.get("/api/v1/ledger/head/").json()

    assert head["number"] == LedgerEntry.objects.count() > 5
    assert check(str(file), head=head["hash"]) == (head["number"], head["hash"])


def test_copy_is_brought_up_to_date_by_appending(reader: Client, world: World) -> None:
    before = download(reader)
    n_before = LedgerEntry.objects.count()
    make_forecast(quote="Ça ira")

    assert before + download(reader, f"{ADDRESS}?after={n_before}") == download(reader)


def test_nothing_comes_after_the_head(reader: Client, world: World) -> None:
    assert download(reader, f"{ADDRESS}?after={2**63 - 1}") == b""


def test_empty_ledger_has_the_first_previous_hash_as_its_head(reader: Client, empty: None) -> None:
    assert download(reader) == b""
    assert reader.get("/api/v1/ledger/head/").json() == {
        "number": 0,
        "hash": GENESIS,
        "recorded_at": None,
    }


def test_download_can_be_compressed(reader: Client, world: World) -> None:
    response = reader.get(ADDRESS, headers={"accept-encoding": "gzip"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.getvalue()) == download(reader)


@pytest.mark.parametrize(
    "accept", ["*/*", "text/plain", "application/json", "text/html, */*;q=0.8"]
)
def test_plain_text_is_given_to_whoever_takes_it(reader: Client, world: World, accept: str) -> None:
    response = reader.get(ADDRESS, headers={"accept": accept})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "9" * 30, "٣", "%00"])
def test_what_is_no_number_is_refused(reader: Client, db: None, after: str) -> None:
    response = reader.get(f"{ADDRESS}?after={after}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "after"


def test_download_reads_some_entries_at_a_time(
    reader: Client, empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = make_question()
    for _ in range(9):
        make_forecast(question=question)
    monkeypatch.setattr(ledgers, "AT_ONCE", 5)

    with CaptureQueriesContext(connection) as queries:
        parts = list(reader.get(ADDRESS))

    assert [part.count(b"\n") for part in parts] == [5, 5]
    assert len(queries) == 3  # the head, and two times some
