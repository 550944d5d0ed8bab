"""`make test` says in its last lines what ran and what did not."""

import re
import subprocess
from pathlib import Path

import pytest

from tools import run_tests, servers
from tools.environments import ROOT
from tools.run_tests import PLACES, PROCESSES, Run

OUTPUT = (
    "tests/test_a.py ...s\n"
    "\x1b[32m===== \x1b[1m3 passed\x1b[0m, \x1b[33m1 skipped\x1b[0m"
    " in 61.02s (0:01:01) =====\x1b[0m\n"
)


MARKED = re.compile(rf"mark\.({'|'.join(PROCESSES)})")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "output").write_text(OUTPUT)
    process = subprocess.Popen(["true"])
    process.wait()
    return Run("SQLite", process, tmp_path / "output")


def test_closing_line_of_pytest_is_found_under_its_colors(run: Run) -> None:
    assert run.closing() == "3 passed, 1 skipped in 61.02s (0:01:01)"


@pytest.mark.parametrize(("is_ci", "is_good"), [(False, True), (True, False)])
def test_skipped_tests_fail_where_nothing_may_be_left_out(
    run: Run, monkeypatch: pytest.MonkeyPatch, is_ci: bool, is_good: bool
) -> None:
    monkeypatch.setattr(run_tests, "IS_CI", is_ci)

    assert run.is_good() is is_good


def test_run_that_died_without_a_closing_line_says_so(run: Run) -> None:
    run.log.write_text("Killed")

    assert run.closing() == "pytest ended with 0"


def test_what_is_missing_is_said_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "DEBIAN_VERSIONS", tmp_path)

    assert run_tests.not_found() == [
        (
            "the tests on PostgreSQL (PostgreSQL's initdb and postgres were not found: "
            "apt install postgresql)"
        ),
        (
            "the tests in a browser (none of chromium, chromium-browser, google-chrome "
            "is on PATH: apt install chromium)"
        ),
    ]


def test_conclusion_ends_with_what_ran_and_what_did_not(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests, "IS_CI", False)

    run_tests.conclude([run], ["the tests on PostgreSQL (no binaries)"])

    assert capsys.readouterr().out.splitlines()[-3:] == [
        "== What ran",
        "SQLite: 3 passed, 1 skipped in 61.02s (0:01:01)",
        "NOT RUN: the tests on PostgreSQL (no binaries)",
    ]


def test_tests_that_start_processes_are_where_they_are_looked_for() -> None:
    places = [ROOT / "tests" / place for place in PLACES]
    marked = [
        file for file in (ROOT / "tests").rglob("test_*.py") if MARKED.search(file.read_text())
    ]

    found = {place: [file for file in marked if file.is_relative_to(place)] for place in places}

    assert all(found.values())
    assert sorted(file for files in found.values() for file in files) == sorted(marked)
