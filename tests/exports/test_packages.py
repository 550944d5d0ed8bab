"""The files hold what the tables hold, and their description is true."""

# mypy: disable-error-code="import-untyped"

import hashlib
import io
import json
import math
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from forecasts.exports.packages import TABLES
from forecasts.exports.scores import FIGURE_FIELDS, INTERVAL
from forecasts.ledgers.verify_ledger import check
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Coding,
    Expert,
    ExpertMerge,
    ExpertRename,
    Forecast,
    LedgerEntry,
    Lexicon,
    LexiconPhrase,
    Proposal,
    Question,
    Resolution,
    Source,
    Topic,
    TopicChange,
)
from forecasts.selectors.corrections import n_corrections
from forecasts.selectors.listings import listed_forecasts, listed_range
from forecasts.selectors.scorecards import current_scores
from tests.api.sharing import shared
from tests.exports.packages import (
    cast_rows,
    description_of,
    lines_in,
    make_history,
    package_in,
    said,
)
from tests.forecasts.worlds import World


@pytest.fixture(scope="module")
def history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with shared(django_db_blocker, make_history) as world:
        yield world


@pytest.fixture(scope="module")
def package(
    history: World, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("package") / "day"
    with django_db_blocker.unblock():
        package_in(folder, as_of=history.now)
    return folder


@pytest.fixture
def folder(package: Path, db: None) -> Path:
    """Written once for all tests of this module, which only read it."""
    return package


def test_every_table_has_something_to_test(folder: Path) -> None:
    empty = {
        resource["name"]
        for resource in description_of(folder)["resources"]
        if not resource["rows"] and resource["format"] == "csv"
    }

    assert empty == set()


def test_csv_and_json_lines_hold_the_same_rows_of_the_types_described(folder: Path) -> None:
    described = {one["path"]: one for one in description_of(folder)["resources"]}

    for table in TABLES:
        fields = described[f"{table.name}.csv"]["schema"]["fields"]
        rows = cast_rows(folder / f"{table.name}.csv", fields)

        assert rows == lines_in(folder / f"{table.name}.jsonl"), table.name
        assert fields == described[f"{table.name}.jsonl"]["schema"]["fields"]
        for field in fields:
            values = [row[field["name"]] for row in rows if row[field["name"]] is not None]
            assert [value for value in values if not is_of(value, field["type"])] == []


def is_of(value: Any, type_: str) -> bool:
    if type_ == "datetime":
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")
    kinds = {"integer": int, "number": float, "boolean": bool, "array": list}
    return type(value) is kinds.get(type_, str) and value == value  # noqa: PLR0124 (no NaN)


def test_track_and_ledger_have_the_types_described(folder: Path) -> None:
    described = {one["path"]: one for one in description_of(folder)["resources"]}

    track = cast_rows(folder / "track.csv", described["track.csv"]["schema"]["fields"])
    ledger = lines_in(folder / "ledger.jsonl")

    assert {type(row["question"]) for row in track} == {int}
    assert {type(row["probability"]) for row in track} <= {float, type(None)}
    assert len(track) == described["track.csv"]["rows"]
    names = [field["name"] for field in described["ledger.jsonl"]["schema"]["fields"]]
    assert {tuple(row) for row in ledger} == {tuple(names)}
    assert len(ledger) == LedgerEntry.objects.count() == described["ledger.jsonl"]["rows"]


def test_keys_are_unique_and_links_lead_somewhere(folder: Path) -> None:
    resources = {
        one["name"]: one for one in description_of(folder)["resources"] if one["format"] == "jsonl"
    }
    rows = {name: lines_in(folder / one["path"]) for name, one in resources.items()}

    for name, resource in resources.items():
        key = resource["schema"].get("primaryKey")
        found = [tuple(row[part] for part in key) for row in rows[name]] if key else []
        assert len(found) == len(set(found)), name
        for link in resource["schema"].get("foreignKeys", ()):
            (field,), (target,) = link["fields"], link["reference"]["fields"]
            there = {row[target] for row in rows[link["reference"]["resource"]]} | {None}
            assert {row[field] for row in rows[name]} <= there, (name, field)


def test_sizes_hashes_and_numbers_of_rows_are_true(folder: Path) -> None:
    resources = description_of(folder)["resources"]
    sums = dict(
        line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().split("\n")[:-1]
    )

    for one in resources:
        data = (folder / one["path"]).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        assert (one["bytes"], one["hash"]) == (len(data), f"sha256:{digest}")
        assert sums[one["path"]] == digest
        if one["format"] == "jsonl":
            assert data.count(b"\n") == one["rows"]
    assert {path.name for path in folder.iterdir()} - {"SHA256SUMS"} == set(sums)
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False
    )
    assert checked.returncode == 0


def test_numbers_of_rows_are_those_of_the_tables(history: World, folder: Path) -> None:
    found = {table.name: len(lines_in(folder / f"{table.name}.jsonl")) for table in TABLES}

    assert found | {"evidence": 0} == {
        "experts": Expert.objects.count(),
        "renames": ExpertRename.objects.count(),
        "merges": ExpertMerge.objects.count(),
        "topics": Topic.objects.count(),
        "sources": Source.objects.count(),
        "questions": Question.objects.count(),
        "topic_changes": TopicChange.objects.count(),
        "amendments": Amendment.objects.count(),
        "forecasts": Forecast.objects.count(),
        "lexicons": Lexicon.objects.count(),
        "lexicon_phrases": LexiconPhrase.objects.count(),
        "codings": Coding.objects.count(),
        "adopted_ranges": AdoptedRange.objects.count(),
        "unscorable_statements": 1,
        "quotations": 1,
        "proposals": Proposal.objects.count(),
        "resolutions": Resolution.objects.count(),
        "evidence": 0,
        "corrections": n_corrections(),
        "disputes": 2,
        "scores": Expert.objects.current().count(),
    }


def test_forecasts_reloaded_with_pandas_are_the_rows(folder: Path) -> None:
    frame = pd.read_csv(
        folder / "forecasts.csv",
        keep_default_na=False,
        na_values=dict.fromkeys(("probability", "low", "high", "corrects"), ""),
        parse_dates=["stated_at", "recorded_at"],
    )

    reloaded = [
        (
            row.id,
            row.expert,
            row.question,
            said(row.quote),
            row.stated_at.to_pydatetime(),
            row.recorded_at.to_pydatetime(),
            None if math.isnan(row.probability) else row.probability,
            None if math.isnan(row.corrects) else int(row.corrects),
            bool(row.superseded_at),
        )
        for row in frame.itertuples()
    ]
    assert reloaded == [
        (
            row.pk,
            row.expert.slug,
            row.question.slug,
            row.quote,
            row.stated_at,
            row.recorded_at,
            scored_with(row),
            row.supersedes_id,
            row.superseded_at is not None,
        )
        for row in listed_forecasts().order_by("pk")
    ]


def scored_with(forecast: Any) -> float | None:
    adopted = listed_range(forecast)
    number = adopted.probability if adopted else forecast.probability
    return None if number is None else float(number)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_tables_reloaded_with_duckdb_are_the_rows(folder: Path, kind: str) -> None:
    read = "read_csv" if kind == "csv" else "read_json"
    sql = f"""
        SELECT f.id, e.name, q.state, f.probability, f.quote
        FROM {read}('{folder}/forecasts.{kind}') f
        JOIN {read}('{folder}/experts.{kind}') e ON e.slug = f.expert
        JOIN {read}('{folder}/questions.{kind}') q ON q.slug = f.question
        WHERE f.superseded_at IS NULL ORDER BY f.id
    """

    rows = duckdb.sql(sql).fetchall()

    stands = listed_forecasts().filter(superseded_at=None).order_by("pk")
    states = {row["slug"]: row["state"] for row in lines_in(folder / "questions.jsonl")}
    assert [(*row[:4], said(row[4])) for row in rows] == [
        (row.pk, row.expert.name, states[row.question.slug], scored_with(row), row.quote)
        for row in stands
    ]


def test_scores_are_those_of_the_api(history: World, folder: Path) -> None:
    rows = {row["expert"]: row for row in lines_in(folder / "scores.jsonl")}
    ids = dict(Expert.objects.values_list("slug", "pk"))
    current = current_scores(ids.values(), as_of=history.now)

    for slug, row in rows.items():
        scores = leaves(current[ids[slug]].scores)
        assert {field.column: row[field.name] for field in FIGURE_FIELDS} == scores
        interval = current[ids[slug]].scores["brier"]["ci95"] or [None, None]
        assert [row["brier_ci95_low"], row["brier_ci95_high"]] == interval


def leaves(scores: Any, name: str = "") -> dict[str, Any]:
    """Every statistic that is a single number, by its dotted name."""
    if not isinstance(scores, dict):
        return {} if isinstance(scores, list) or name in NOT_FLAT else {name: scores}
    found: dict[str, Any] = {}
    for key, value in scores.items():
        if key not in {"undefined", "breakdowns"}:
            found |= leaves(value, f"{name}.{key}" if name else key)
    return found


NOT_FLAT = {INTERVAL, "corp.band", "corp.curve", "values"}


def test_track_file_scored_is_the_table_of_scores(folder: Path, tmp_path: Path) -> None:
    created = description_of(folder)["created"]
    out = tmp_path / "scored.json"

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        call_command(
            "score_file", str(folder / "track.csv"), "--as-of", created, "--json", str(out)
        )

    scored = json.loads(out.read_text())["experts"]
    for row in lines_in(folder / "scores.jsonl"):
        found = scored.get(row["expert"])
        assert (row["n"], row["brier_value"]) == (
            (found["n"], found["brier"]["value"]) if found else (0, None)
        )


def test_ledger_holds_for_the_script_that_readers_have(folder: Path) -> None:
    number, last = check(str(folder / "ledger.jsonl"))

    head = LedgerEntry.objects.order_by("number").last()
    assert head is not None
    assert (number, last) == (head.number, head.hash)
