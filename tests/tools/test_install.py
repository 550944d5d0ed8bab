"""An installation that cannot work says so in one line, and leaves no half-made .venv."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.environments import ROOT

PRETEND = """
import runpy, sys
{pretence}
sys.argv = ["tools/install.py", "requirements.lock"]
runpy.run_path("tools/install.py", run_name="__main__")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "install.py", tmp_path / "tools")
    (tmp_path / "requirements.lock").write_text("./no-such-package\n")
    return tmp_path


def install(project: Path, *, pretence: str = "") -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PRETEND.format(pretence=pretence)],
        cwd=project,
        capture_output=True,
        check=False,
        text=True,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


def test_old_python_is_told_what_is_needed(project: Path) -> None:
    code, lines = install(project, pretence="sys.version_info = (3, 9); sys.version = '3.9.2 (x)'")

    assert code == 1
    assert lines == [
        (
            "Hindcast needs Python 3.11 or newer, and this is 3.9.2: "
            "apt install python3.11 python3.11-venv, then PYTHON=python3.11 make …"
        )
    ]


def test_missing_venv_names_the_package(project: Path) -> None:
    code, lines = install(project, pretence="sys.modules['ensurepip'] = None")

    assert code == 1
    assert lines == ["Python has no venv and ensurepip: apt install python3-venv"]
    assert not (project / ".venv").exists()


@pytest.mark.acceptance
@pytest.mark.own_servers
def test_failed_installation_leaves_no_half_made_venv(project: Path) -> None:
    code, lines = install(project)

    assert code == 1
    assert lines[-1].startswith("The installation failed: ")
    assert not (project / ".venv").exists()


def test_installed_lock_is_not_installed_again(project: Path) -> None:
    binaries = project / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("python", "pip"):
        (binaries / name).touch()
    shutil.copy(project / "requirements.lock", project / ".venv")

    assert install(project) == (0, [])
