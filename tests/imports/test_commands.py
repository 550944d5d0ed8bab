"""Importing from the command line, also of files that the admin does not take."""

import json
import os
import pty
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forecasts.models import Forecast, LedgerEntry, Role, Source
from tests.factories import make_user
from tests.forecasts.test_ledger_races import environment
from tests.imports.files import FORECAST, SOURCE, WORLD, csv_file, json_lines, take_in
from tools.environments import ROOT

# Dies in the middle: one batch is stored, and all lines of the ledger wait for the end.
KILLED = """
import os, signal
import django
django.setup()
from django.core.management import call_command
from forecasts.services import imports

imports.AT_ONCE = 10
record, calls = imports.RECORD["forecasts"], []

def die(*args):
    record(*args)
    calls.append(args)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

imports.RECORD["forecasts"] = die
call_command("import_records", "forecasts", {path!r}, "--as", "coder")
"""


@pytest.fixture
def coder(db: None) -> str:
    return make_user(Role.CODER, username="coder").username


def run(*args: object) -> str:
    out = StringIO()
    call_command("import_records", *map(str, args), stdout=out)
    return out.getvalue()


def test_file_is_imported_in_somebodys_name(coder: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_bytes(csv_file(SOURCE))

    said = run("sources", path, "--as", coder)

    assert said == "1 rows: 1 new, 0 changed, 0 unchanged, 0 refused; imported.\n"
    assert Source.objects.get().recorded_by.username == "coder"


def test_dry_run_changes_nothing(coder: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.jsonl"
    path.write_bytes(json_lines([SOURCE]))

    said = run("sources", path, "--as", coder, "--dry-run")

    assert said == "1 rows: 1 new, 0 changed, 0 unchanged, 0 refused; not imported.\n"
    assert not Source.objects.exists()


def test_refused_rows_are_named_and_the_status_is_2(coder: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.csv"
    path.write_bytes(csv_file(SOURCE, {**SOURCE, "external_id": "s2", "date_basis": "x"}))
    out = StringIO()

    with pytest.raises(CommandError, match=r"Nothing was imported\.") as caught:
        call_command("import_records", "sources", str(path), "--as", coder, stdout=out)

    assert caught.value.returncode == 2
    assert out.getvalue().splitlines() == [
        "line 3, date_basis: 'x' is none of printed, archived, inferred",
        "2 rows: 1 new, 0 changed, 0 unchanged, 1 refused; not imported.",
    ]
    assert not Source.objects.exists()


def test_report_can_be_json(coder: str, tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text(json.dumps([SOURCE]))

    said = run("sources", path, "--as", coder, "--format", "json", "--json")

    assert json.loads(said) == {
        "table": "sources",
        "imported": True,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "n_faults": 0,
        "faults": [],
    }


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["sources", "{tmp}/none.csv", "--as", "coder"], "Cannot read .*: No such file"),
        (["sources", "{tmp}", "--as", "coder", "--format", "csv"], "Cannot read .*: Is a dir"),
        (["sources", "{tmp}/a.csv", "--as", "nobody"], "There is no user nobody"),
        (["sources", "{tmp}/a.xlsx", "--as", "coder"], "'xlsx' is none of csv, json, jsonl"),
        (["sources", "{tmp}/a.csv", "--as", "reviewer"], "Only a coder or lead may do this"),
        (["users", "{tmp}/a.csv", "--as", "coder"], "invalid choice: 'users'"),
        (["sources", "{tmp}/a.csv"], "required: --as"),
    ],
)
def test_wrong_request_gets_one_clear_line(
    coder: str, tmp_path: Path, args: list[str], said: str
) -> None:
    make_user(Role.REVIEWER, username="reviewer")
    for name in ("a.csv", "a.xlsx"):
        (tmp_path / name).write_bytes(csv_file(SOURCE))

    with pytest.raises(CommandError, match=said):
        run(*[arg.format(tmp=tmp_path) for arg in args])


def start(*args: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    make_user(Role.CODER, username="coder")
    path = tmp_path / "sources.csv"
    rows = [{**SOURCE, "external_id": str(n), "url": ""} for n in range(9_000)]
    path.write_bytes(csv_file(*rows))
    ours, theirs = pty.openpty()

    with subprocess.Popen(
        [sys.executable, "manage.py", "import_records", "sources", str(path), "--as", "coder"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        said = process.communicate()[0]
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)

    assert "9,000 new" in said
    assert "8,000 rows" in shown
    assert "%" in shown


def test_pipe_is_read_like_a_file(coder: str, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(path.write_bytes, csv_file(SOURCE))

        said = run("sources", path, "--as", coder, "--format", "csv")

    assert "1 new" in said


@pytest.mark.django_db(transaction=True)
def test_import_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    for table in ("experts", "sources", "questions"):
        take_in(table, WORLD[table])
    make_user(Role.CODER, username="coder")
    rows = [{**FORECAST, "external_id": f"f{n}", "quote": f"said {n}"} for n in range(50)]
    path = tmp_path / "forecasts.csv"
    path.write_bytes(csv_file(*rows))

    died = start("-c", KILLED.format(path=str(path)))

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert (Forecast.objects.count(), LedgerEntry.objects.count()) == (0, 0)
    done = start("manage.py", "import_records", "forecasts", str(path), "--as", "coder")
    assert "50 new" in done.stdout, done.stderr
    assert Forecast.objects.count() == 50
