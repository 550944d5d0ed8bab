"""Exports in the API: a list of days, and files that downloads can resume."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker, Settings

from forecasts.models import Export
from forecasts.services.exports import make_daily_export
from tests.api.worlds import NOW, World
from tests.queries import counted_queries

PATH = "/api/v1/exports/2026-06-01/ledger.jsonl"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def exports(
    shared_world: World,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """The files of three days, made once for all tests of this module, which only read them."""
    folder = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=str(folder)), time_machine.travel(NOW, tick=False):
            for days in (2, 1, 0):
                make_daily_export(as_of=NOW - days * DAY)
        with django_db_blocker.block():
            yield folder
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def media(settings: Settings, exports: Path) -> None:
    settings.MEDIA_ROOT = str(exports)


@pytest.fixture
def made(world: World) -> bytes:
    """The whole ledger of the last day."""
    return Path(Export.objects.get(day=NOW.date(), name="ledger.jsonl").file.path).read_bytes()


def body(response: Any) -> bytes:
    parts: Any = response.streaming_content if response.streaming else [response.content]
    return b"".join(parts)


def test_days_come_newest_first_with_their_files(reader: Client, made: bytes) -> None:
    page = reader.get("/api/v1/exports/?limit=2").json()
    last = reader.get(page["next"]).json()

    assert [row["day"] for row in page["results"]] == ["2026-06-01", "2026-05-31"]
    assert [row["day"] for row in last["results"]] == ["2026-05-30"]
    assert page["results"][0]["made_at"] == "2026-06-01T12:00:00Z"
    files = page["results"][0]["files"]
    assert len(files) == Export.objects.filter(day=NOW.date()).count()
    assert [file["name"] for file in files] == sorted(file["name"] for file in files)
    (ledger,) = [file for file in files if file["name"] == "ledger.jsonl"]
    assert ledger == {
        "name": "ledger.jsonl",
        "url": f"http://testserver{PATH}",
        "media_type": "application/x-ndjson",
        "bytes": len(made),
        "sha256": hashlib.sha256(made).hexdigest(),
        "n_rows": made.count(b"\n"),
    }


def test_every_listed_file_is_what_the_list_says(reader: Client, made: bytes) -> None:
    for file in reader.get("/api/v1/exports/?limit=1").json()["results"][0]["files"]:
        response = reader.get(file["url"])
        content = body(response)

        assert (response.status_code, len(content)) == (200, file["bytes"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert response.headers["Content-Type"].partition(";")[0] == file["media_type"]
        assert response.headers["Content-Length"] == str(file["bytes"])
        name = f'attachment; filename="{file["name"]}"'
        assert response.headers["Content-Disposition"] == name


def test_file_may_be_kept_for_ever(reader: Client, made: bytes) -> None:
    response = reader.get(PATH)
    body(response)

    assert response.headers["ETag"] == f'"{hashlib.sha256(made).hexdigest()}"'
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert parsedate_to_datetime(response.headers["Last-Modified"]) == NOW
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Encoding" not in response.headers
    assert not response.cookies


def test_file_is_not_compressed_on_the_way_so_that_its_parts_are_its_own(
    reader: Client, made: bytes
) -> None:
    response = reader.get(PATH, headers={"accept-encoding": "gzip"})

    assert body(response) == made
    assert "Content-Encoding" not in response.headers
    assert not response.headers["ETag"].startswith("W/")


def test_head_answers_as_get_without_a_body(reader: Client, made: bytes) -> None:
    got, head = reader.get(PATH), reader.head(PATH, headers={"range": "bytes=5-9"})

    assert body(got) == made
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Length", "Content-Type", "Accept-Ranges"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, -1),
        ("bytes=-7", -7, -1),
        ("bytes=-999999999", 0, -1),
        ("bytes=10-999999999", 10, -1),
        ("bytes= 3-4 ", 3, 4),
    ],
)
def test_part_is_what_was_asked_for(
    reader: Client, made: bytes, asked: str, first: int, last: int
) -> None:
    size = len(made)
    begin, end = first % size, last % size

    response = reader.get(PATH, headers={"range": asked})

    assert response.status_code == 206
    assert body(response) == made[begin : end + 1]
    assert response.headers["Content-Range"] == f"bytes {begin}-{end}/{size}"
    assert response.headers["Content-Length"] == str(end + 1 - begin)
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Content-Disposition"] == 'attachment; filename="ledger.jsonl"'


@pytest.mark.parametrize("asked", ["bytes={size}-", "bytes={size}-{size}", "bytes=-0"])
def test_part_beyond_the_end_is_a_problem(reader: Client, made: bytes, asked: str) -> None:
    response = reader.get(PATH, headers={"range": asked.format(size=len(made))})

    assert (response.status_code, response.json()["status"]) == (416, 416)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Range"] == f"bytes */{len(made)}"
    assert response.json()["detail"] == f"The file has {len(made):,} bytes."


@pytest.mark.parametrize(
    "asked",
    ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=", "", "1-2",
     "bytes=" + "9" * 400 + "-", "bytes=\u0661-\u0662", "bytes=-1-2"],
)  # fmt: skip
def test_range_that_cannot_be_read_gets_the_whole(reader: Client, made: bytes, asked: str) -> None:
    response = reader.get(PATH, headers={"range": asked})

    assert response.status_code == 200
    assert body(response) == made


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{etag}", 206),
        ("{modified}", 206),
        ('"another"', 200),
        ("W/{etag}", 200),
        ("nonsense", 200),
    ],
)
def test_rest_of_another_file_is_not_sent(
    reader: Client, made: bytes, condition: str, status: int
) -> None:
    known = reader.head(PATH).headers
    given = condition.format(etag=known["ETag"], modified=known["Last-Modified"])

    response = reader.get(PATH, headers={"range": "bytes=10-", "if-range": given})

    assert response.status_code == status
    assert body(response) == (made[10:] if status == 206 else made)


def test_resumed_download_equals_the_whole(reader: Client, made: bytes) -> None:
    have = b""
    while len(have) < len(made):
        response = reader.get(PATH, headers={"range": f"bytes={len(have)}-{len(have) + 999}"})
        assert response.status_code == 206
        have += body(response)

    assert have == made


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": "{etag}"}, 304),
        ({"if-none-match": "{etag}", "range": "bytes=0-1"}, 304),
        ({"if-none-match": '"another"'}, 200),
        ({"if-modified-since": "{modified}"}, 304),
        ({"if-match": '"another"'}, 412),
        ({"if-match": "{etag}", "range": "bytes=0-1"}, 206),
        ({"if-unmodified-since": "Thu, 01 Jan 2026 00:00:00 GMT"}, 412),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_conditions_come_before_parts(
    reader: Client, made: bytes, method: str, headers: dict[str, str], status: int
) -> None:
    known = reader.head(PATH).headers
    values = {"etag": known["ETag"], "modified": known["Last-Modified"]}
    given = {name: value.format(**values) for name, value in headers.items()}

    response: Any = getattr(reader, method)(PATH, headers=given)
    body(response)

    wanted = 200 if method == "head" and status == 206 else status
    assert response.status_code == wanted
    if status == 304:
        assert response.headers["ETag"] == known["ETag"]
        assert response.headers["Cache-Control"].endswith("immutable")
    if status == 412:
        assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "2026-06-01/passwords.csv",
        "2026-06-02/ledger.jsonl",
        "yesterday/ledger.jsonl",
        "2026-06-01/..%2F..%2Fdb.sqlite3",
        "2026-06-01/%00",
        "0000-00-00/ledger.jsonl",
        "2026-W23-1/nothing",
        "９９９９-01-01/ledger.jsonl",  # noqa: RUF001 (digits of another script)
    ],
)
def test_file_that_is_not_there_is_a_problem(reader: Client, made: bytes, path: str) -> None:
    response = reader.get(f"/api/v1/exports/{path}")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_file_that_was_deleted_meanwhile_is_a_problem(
    reader: Client, made: bytes, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)

    response = reader.get(PATH)

    assert response.status_code == 404
    assert response.json()["detail"] == "The files of this day are no longer kept."


def test_whatever_is_accepted_the_file_is_sent(reader: Client, made: bytes) -> None:
    response = reader.get(PATH, headers={"accept": "image/png"})

    assert (response.status_code, body(response)) == (200, made)


@pytest.mark.parametrize("path", [PATH, "/api/v1/exports/"])
def test_parameter_that_nobody_reads_is_refused(reader: Client, made: bytes, path: str) -> None:
    response: HttpResponse = reader.get(f"{path}?topic=x")  # type: ignore[assignment]

    assert response.status_code == 400


def test_costs_do_not_grow(reader: Client, made: bytes) -> None:
    with counted_queries() as listing:
        reader.get("/api/v1/exports/")
    with counted_queries() as downloading:
        body(reader.get(PATH))

    assert (len(listing), len(downloading)) == (2, 1)


def test_without_exports_the_list_is_empty(reader: Client, db: None) -> None:
    Export.objects.all().delete()

    assert reader.get("/api/v1/exports/").json() == {"next": None, "previous": None, "results": []}
