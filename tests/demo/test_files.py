"""The demo in a database file of its own: loaded after a kill -9, and removed."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tools.environments import ROOT, for_tests

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]

# No worker is there to hear the bell, and looking for one takes time.
RUN = """
import sys, django
django.setup()
from django.core.management import call_command
from forecasts.bell import something_is_due
something_is_due.receivers.clear()
call_command(*sys.argv[1:])
"""
# The same, killed by the first verdict: in the middle of the load.
RUN_AND_DIE = f"""
import os, signal
import django
django.setup()
from demo.synthetic import recorders
recorders.give_verdict = lambda **_: os.kill(os.getpid(), signal.SIGKILL)
{RUN}
"""


@pytest.fixture
def database(django_db_setup: None, tmp_path: Path) -> Path:
    """A file of the test's own; where the tests have a migrated one, a copy of that."""
    if connection.vendor == "sqlite":
        migrated = str(connection.settings_dict["NAME"])
        with (
            closing(sqlite3.connect(migrated)) as source,
            closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as copy,
        ):
            source.backup(copy)
    return tmp_path / "demo.sqlite3"


def test_demo_loads_after_a_kill_and_is_removed_when_asked(database: Path, tmp_path: Path) -> None:
    env = for_tests(
        tmp_path, database_url=f"sqlite:///{database}", redis_url="redis://127.0.0.1:1/0"
    ) | {"DEMO": "true"}

    def run(
        *command: str, program: str = RUN, answer: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *command],
            cwd=ROOT,
            env=env,
            input=answer,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert run("migrate", "--verbosity=0").returncode == 0
    assert run("load_demo", program=RUN_AND_DIE).returncode == -signal.SIGKILL

    loaded = run("load_demo", "--print-logins")
    unanswered = run("remove_demo")

    assert loaded.returncode == 0, loaded.stderr
    assert "The demo is loaded." in loaded.stdout
    assert "demo-reviewer2" in loaded.stdout
    assert unanswered.stdout.endswith("[y/N] Nothing deleted.\n")
    assert database.is_file()

    removed = run("remove_demo", answer="y\n")

    assert removed.stdout.endswith(f"Deleted {database}.\n"), removed.stderr
    assert list(tmp_path.glob("demo.sqlite3*")) == []
