"""The whole export: every table, the ledger, the track records, and a description of it all."""

from collections.abc import Iterator
from datetime import datetime
from json import dumps
from pathlib import Path
from typing import Any

from django.conf import settings

from forecasts.exports.fields import Field, Row, moment, number, text, whole
from forecasts.exports.files import (
    CSV,
    JSON,
    JSON_LINES,
    PLAIN,
    Progress,
    Written,
    csv_text,
    hashed_file,
    sync_folder,
    write_table,
)
from forecasts.exports.lexicons import CODINGS, LEXICON_PHRASES, LEXICONS
from forecasts.exports.readings import PROPOSALS, QUOTATIONS
from forecasts.exports.records import (
    ADOPTED_RANGES,
    AMENDMENTS,
    EXPERTS,
    FORECASTS,
    MERGES,
    QUESTIONS,
    RENAMES,
    SOURCES,
    STATEMENTS,
    TOPIC_CHANGES,
    TOPICS,
)
from forecasts.exports.rulings import CORRECTIONS, DISPUTES, EVIDENCE, RESOLUTIONS
from forecasts.exports.scores import SCORES
from forecasts.exports.tables import Table
from forecasts.models import Expert
from forecasts.models.fields import LATEST
from forecasts.selectors.ledgers import entries_between, ledger_head, zulu
from forecasts.track_files.exports import COLUMNS, TrackExport

DESCRIPTION, CHECKSUMS = "datapackage.json", "SHA256SUMS"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TABLES = (
    *(EXPERTS, RENAMES, MERGES, TOPICS, SOURCES, QUESTIONS, TOPIC_CHANGES, AMENDMENTS, FORECASTS),
    *(LEXICONS, LEXICON_PHRASES, CODINGS, ADOPTED_RANGES),
    *(STATEMENTS, QUOTATIONS, PROPOSALS),
    *(RESOLUTIONS, EVIDENCE, CORRECTIONS, DISPUTES, SCORES),
)
_TRACK_TYPES = {
    **dict.fromkeys(("probability", "low", "high"), number),
    **dict.fromkeys(("conditions", "question"), whole),
    **dict.fromkeys(("open_at", "deadline", "known_at", "forecast_at", "withdrawn_at"), moment),
    **dict.fromkeys(("recorded_at", "adopted_at"), moment),
}


def _nothing(as_of: datetime) -> Iterator[Row]:
    return iter(())


def _track_field(name: str) -> Field:
    make = _TRACK_TYPES.get(name, text)
    return make(name, f"{name} of the file that `manage.py score_file` reads.")


TRACK = Table(
    "track",
    "Statements in force, with the states of their questions: a file that score_file reads",
    tuple(map(_track_field, COLUMNS)),
    _nothing,
    key=(),
)
LEDGER = Table(
    "ledger",
    "Every record as a chain of hashes: the file that verify_ledger.py checks",
    (
        whole("number", "From 1, without gaps."),
        text("previous_hash", "The hash of the entry before it."),
        text("hash", "SHA-256 of previous_hash and line."),
        text("line", "What was recorded, in JSON."),
    ),
    _nothing,
    key=("number",),
)


def write_package(folder: Path, *, as_of: datetime, told: Progress) -> list[Written]:
    """Write all files into the folder, which is made; returns what was written.

    Memory does not grow with the rows. Raises OSError.
    """
    folder.mkdir(parents=True)
    files = []
    for table in TABLES:
        files += write_table(folder, table, table.rows(as_of), told)
    files += [_write_track(folder, told), _write_ledger(folder, told)]
    description = dumps(described(files, as_of=as_of), ensure_ascii=False, indent=2) + "\n"
    files.append(_write(folder, DESCRIPTION, JSON, description))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    files.append(_write(folder, CHECKSUMS, PLAIN, sums))
    sync_folder(folder)
    return files


def _write(folder: Path, name: str, media_type: str, content: str) -> Written:
    with hashed_file(folder / name) as file:
        file.write(content)
    return Written(name, media_type, file.size, file.sha256)


def _write_track(folder: Path, told: Progress) -> Written:
    n_rows = 0
    with hashed_file(folder / "track.csv") as file:
        file.write(csv_text([COLUMNS]))
        # All that the snapshot holds, as the tables do, whatever other clocks say.
        for rows in TrackExport.of(Expert.objects.all(), as_of=LATEST).batches():
            file.write(csv_text(rows))
            n_rows += len(rows)
            told.add(len(rows))
    return Written("track.csv", CSV, file.size, file.sha256, n_rows, TRACK)


def _write_ledger(folder: Path, told: Progress) -> Written:
    last = ledger_head().number
    with hashed_file(folder / "ledger.jsonl") as file:
        for entries in entries_between(0, last):
            file.write("".join(f"{entry.written()}\n" for entry in entries))
            told.add(len(entries))
    return Written("ledger.jsonl", JSON_LINES, file.size, file.sha256, last, LEDGER)


def described(files: list[Written], *, as_of: datetime) -> dict[str, Any]:
    """What is in the files, as a data package (Frictionless, version 2)."""
    day = f"{as_of:%Y-%m-%d}"
    return {
        "$schema": PROFILE,
        "name": "hindcast",
        "id": f"{settings.SITE_URL}/api/v1/exports/{day}/{DESCRIPTION}",
        "title": f"Hindcast: all that was public on {day}",
        "description": "What experts forecast in public, how it turned out, how calibrated they "
        "were. A cell of CSV that a spreadsheet would take for a formula has ' before it; JSON "
        "Lines hold every text as it is.",
        "homepage": settings.SITE_URL,
        "version": day,
        "created": zulu(as_of),
        "resources": [_resource(file, file.table) for file in files if file.table],
    }


def _resource(file: Written, table: Table) -> dict[str, Any]:
    is_csv = file.media_type == CSV
    schema: dict[str, Any] = {
        "fields": [field.described() for field in table.fields],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    if links := [_link(field, is_csv=is_csv) for field in table.fields if field.to]:
        schema["foreignKeys"] = links
    return {
        "name": table.name if is_csv else f"{table.name}-lines",
        "path": file.name,
        "type": "table",
        "title": table.title,
        "format": file.name.rpartition(".")[2],
        "mediatype": file.media_type,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rows": file.n_rows,
        **({"dialect": {"delimiter": ",", "lineTerminator": "\r\n"}} if is_csv else {}),
        "schema": schema,
    }


def _link(field: Field, *, is_csv: bool) -> dict[str, Any]:
    table, name = field.to or ("", "")
    resource = table if is_csv else f"{table}-lines"
    return {"fields": [field.name], "reference": {"resource": resource, "fields": [name]}}
