"""A lock that no longer fits its requirements is named, package by package."""

from pathlib import Path

import pytest

from tools import check_locks


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check_locks, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("# run\nDjango~=5.2.19\ncelery[redis]~=5.6  # why\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest~=9.2\n")
    (tmp_path / "requirements.lock").write_text(
        "celery[redis]==5.6.3 \\\n    --hash=sha256:00\ndjango==5.2.21\n"
    )
    (tmp_path / "requirements-dev.lock").write_text(
        "celery[redis]==5.6.3\ndjango==5.2.21\n"
        "pytest==9.2.0 ; python_full_version < '3.12'\npytest==9.3.0\n"
    )
    return tmp_path


def test_agreeing_locks_have_no_disagreements() -> None:
    assert list(check_locks.disagreements("requirements")) == []
    assert list(check_locks.disagreements("requirements-dev")) == []
    assert check_locks.different_pins() == []


def test_requirement_that_moved_on_is_named(project: Path) -> None:
    (project / "requirements.txt").write_text("Django~=5.3\nnumpy~=2.4\n")

    assert list(check_locks.disagreements("requirements")) == [
        "requirements.txt asks for Django~=5.3, requirements.lock has 5.2.21",
        "requirements.txt asks for numpy~=2.4, requirements.lock has nothing",
    ]


def test_what_runs_is_what_was_tested(project: Path) -> None:
    (project / "requirements.lock").write_text("django==5.2.22\n")

    assert check_locks.different_pins() == [
        "django is 5.2.22 in requirements.lock, 5.2.21 in requirements-dev.lock"
    ]
