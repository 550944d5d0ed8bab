"""Exports are made once a day, whole or not at all, and the old ones go."""

import errno
import logging
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from forecasts.exports.files import Progress
from forecasts.models import Expert, Export, Topic
from forecasts.selectors.snapshots import snapshot
from forecasts.services import exports
from forecasts.services.exports import forget_old_exports, make_daily_export, write_now
from tests.factories import make_expert, make_forecast
from tests.forecasts.test_ledger_races import environment
from tests.forecasts.test_races import at_once
from tools.environments import ROOT
from worker import sweeps

DAY = timedelta(days=1)
MORNING = datetime(2026, 3, 31, 0, 5, tzinfo=UTC)
KILLED = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from forecasts.exports import packages
from forecasts.services import exports

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[1] == "before the rows":
    exports.Export.objects.bulk_create = die
else:
    packages._write_track = die
exports.make_daily_export(as_of=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media" / "exports"


def folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != ".lock")


def at(moment: datetime, job: str = "sweep_exports") -> int:
    with time_machine.travel(moment, tick=False):
        return sweeps.run(job)


def test_sweep_makes_the_export_of_the_day_once(db: None, root: Path) -> None:
    make_forecast()

    done = [at(MORNING), at(MORNING + timedelta(hours=23)), at(MORNING + DAY)]

    assert done == [1, 0, 1]
    assert folders(root) == ["2026-03-31", "2026-04-01"]
    files = Export.objects.filter(day=date(2026, 3, 31))
    assert {file.name for file in files} == {path.name for path in (root / "2026-03-31").iterdir()}
    forecasts = files.get(name="forecasts.csv")
    assert (forecasts.n_rows, forecasts.media_type, forecasts.made_at) == (1, "text/csv", MORNING)
    assert forecasts.size == Path(forecasts.file.path).stat().st_size
    assert files.get(name="SHA256SUMS").n_rows is None


def test_day_begins_at_midnight_utc(db: None, root: Path) -> None:
    at(datetime.fromisoformat("2026-04-01T01:30:00+02:00"))

    assert folders(root) == ["2026-03-31"]


def test_thirty_days_are_kept_and_the_first_of_each_month(db: None, root: Path) -> None:
    start = date(2026, 1, 3)
    days = [start + n * DAY for n in range(90)]
    for day in days:
        (root / day.isoformat()).mkdir(parents=True)
        add_file(day)

    forget_old_exports(today=days[-1])

    kept = set(Export.objects.values_list("day", flat=True))
    assert kept == {*days[-30:], date(2026, 1, 3), date(2026, 2, 1), date(2026, 3, 1)}


def test_files_of_forgotten_days_go_with_the_next_sweep(db: None, root: Path) -> None:
    for day in (date(2026, 1, 1), date(2026, 1, 2)):
        (root / day.isoformat()).mkdir(parents=True)
        add_file(day)
    (root / "notes").mkdir()

    at(MORNING)

    assert folders(root) == ["2026-01-01", "2026-03-31", "notes"]


def add_file(day: date) -> None:
    Export.objects.create(
        day=day, name="x", file="x", media_type="text/csv", size=0, sha256="0" * 64,
        made_at=MORNING,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_many_sweeps_at_once_one_makes_it(root: Path) -> None:
    make_forecast()
    made: list[int] = []

    at_once(*[lambda: made.append(make_daily_export(as_of=MORNING))] * 4)

    assert sorted(made)[:3] == [0, 0, 0]
    assert max(made) == Export.objects.count() > 30
    assert folders(root) == ["2026-03-31"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["in the middle", "before the rows"])
def test_killed_process_leaves_nothing_that_anybody_sees(
    root: Path, settings: Settings, moment: str
) -> None:
    make_forecast()
    env = {**environment(), "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    command = [sys.executable, "-c", KILLED, moment, MORNING.isoformat()]

    killed = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True)

    assert killed.returncode == -9, killed.stderr
    assert len(folders(root)) == 1
    assert not Export.objects.exists()
    assert at(MORNING) == 1
    assert folders(root) == ["2026-03-31"]
    assert Export.objects.filter(name="SHA256SUMS").count() == 1


def test_full_disk_leaves_nothing_and_is_told(
    db: None, root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr("forecasts.exports.packages._write_ledger", fail)
        done = at(MORNING)

    assert (done, folders(root), Export.objects.count()) == (0, [], 0)
    assert "no export can be written: [Errno 28] No space left on device" in caplog.text
    assert at(MORNING) == 1


@pytest.mark.django_db(transaction=True)
def test_snapshot_shows_one_moment_and_keeps_nobody_from_writing() -> None:
    make_expert()
    is_read, is_written = Event(), Event()
    seen: list[int] = []

    def read() -> None:
        with snapshot():
            seen.append(Expert.objects.count())
            is_read.set()
            assert is_written.wait(10)
            seen.append(Expert.objects.count())
        seen.append(Expert.objects.count())
        Topic.objects.create(slug="t", name="T")
        connection.close()

    reader = Thread(target=read)
    reader.start()
    assert is_read.wait(10)
    make_expert()
    is_written.set()
    reader.join(10)

    assert seen == [1, 1, 2]
    assert Topic.objects.count() == 1


def test_folder_that_is_there_is_not_written_over(db: None, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("years")

    with pytest.raises(OSError, match="not empty"):
        write_now(tmp_path / "mine", as_of=MORNING)

    assert [path.name for path in tmp_path.iterdir() if path.name != "media"] == ["mine"]
    assert (tmp_path / "mine" / "thesis").read_text() == "years"


def test_progress_counts_every_row(db: None, tmp_path: Path) -> None:
    make_forecast()
    told = Progress()

    files = write_now(tmp_path / "x", as_of=MORNING, told=told)

    once = [file.n_rows or 0 for file in files if not file.name.endswith(".jsonl")]
    ledger = [file.n_rows or 0 for file in files if file.name == "ledger.jsonl"]
    assert told.n_done == sum(once) + sum(ledger)


def run(*args: object) -> str:
    out = StringIO()
    with time_machine.travel(MORNING, tick=False):
        call_command("export_data", *map(str, args), stdout=out, stderr=out)
    return out.getvalue()


def test_command_makes_todays_export_once(db: None, root: Path) -> None:
    make_forecast()

    said = [run(), run()]

    assert said[0].endswith("rows: the export of 2026-03-31.\n")
    assert said[1] == "The export of 2026-03-31 is made already, or being made.\n"
    assert folders(root) == ["2026-03-31"]


def test_command_writes_elsewhere_and_copies_what_is_kept(
    db: None, root: Path, tmp_path: Path
) -> None:
    run()
    make_forecast()

    run("--out", tmp_path / "now")
    run("--day", "2026-03-31", "--out", tmp_path / "kept")

    names = {path.name for path in (root / "2026-03-31").iterdir()}
    assert {path.name for path in (tmp_path / "now").iterdir()} == names
    assert (tmp_path / "now" / "forecasts.jsonl").read_text().count("\n") == 1
    assert (tmp_path / "kept" / "forecasts.jsonl").read_text() == ""
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "kept", check=True
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--day", "2026-03-31"], "--day goes with --out"),
        (["--day", "2026-01-01", "--out", "{tmp}/x"], "No export of 2026-01-01 is kept"),
        (["--day", "yesterday", "--out", "{tmp}/x"], "is not a day such as 2026-03-01"),
        (["--out", "/proc/nowhere/x"], "Cannot write /proc/nowhere/x: No such file"),
    ],
)
def test_wrong_request_gets_one_clear_line(
    db: None, tmp_path: Path, args: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run(*[arg.format(tmp=tmp_path) for arg in args])


def test_module_names_its_folder_below_the_media(root: Path) -> None:
    assert exports.exports_folder() == root
