"""The examples of docs/how-to/use-the-exports.md run, against a real server."""

import contextlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forecasts.models import Expert
from forecasts.services.exports import make_daily_export
from tests.docs.examples import COMMAND
from tests.docs.pages import DOCS
from tests.factories import make_expert, make_forecast

PAGE = (DOCS / "how-to" / "use-the-exports.md").read_text(encoding="utf-8")
SHELL, PYTHON = (re.findall(rf"```{name}\n(.*?)```", PAGE, re.DOTALL) for name in ("sh", "python"))
SITE = "http://localhost:8000"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def live_server() -> Iterator[LiveServer]:
    """As pytest-django's, but without the redirect to https, which no test server speaks."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, beside a service that has made its export of today."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    make_forecast("0.7", expert=make_expert(name="Ada"), quote="=7 in ten")
    make_forecast(None, quote="None")
    make_daily_export(as_of=timezone.now())
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def download(server: LiveServer) -> None:
    script = SHELL[0].replace(SITE, server.url)
    done = subprocess.run(["sh", "-e", "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "experts.jsonl: OK\nforecasts.csv: OK\n"


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on PATH")
def test_download_that_was_cut_off_goes_on(live_server: LiveServer, folder: Path) -> None:
    download(live_server)
    whole = (folder / "forecasts.csv").read_bytes()
    (folder / "forecasts.csv").write_bytes(whole[: len(whole) // 2])
    (folder / "experts.jsonl").unlink()

    download(live_server)

    assert (folder / "forecasts.csv").read_bytes() == whole


def test_python_of_the_page_runs_from_top_to_bottom(live_server: LiveServer, folder: Path) -> None:
    shown, names = io.StringIO(), dict[str, object]()

    with contextlib.redirect_stdout(shown):
        for block in PYTHON:
            exec(block.replace(SITE, live_server.url), names)

    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert re.search(r"^Ada +0\.7$", shown.getvalue(), re.MULTILINE)
    assert "expert" in shown.getvalue()
    assert list(names["said"]) == ["=7 in ten", "None"]  # type: ignore[call-overload]


def test_commands_of_the_page_run(live_server: LiveServer, folder: Path, tmp_path: Path) -> None:
    download(live_server)
    exec(PYTHON[0].replace(SITE, live_server.url), {})
    today = f"{timezone.now():%Y-%m-%d}"
    page = PAGE.replace("--as-of 2026-03-01T", f"--as-of {today}T").replace("2026-03-01", today)

    for arguments in COMMAND.findall(page.replace("/tmp", str(tmp_path))):
        call_command(*arguments.split(), stdout=io.StringIO())

    scored = json.loads((folder / "scores.json").read_text())["experts"]
    assert set(scored) == set(Expert.objects.values_list("slug", flat=True))
    copied, sums = tmp_path / "first-of-march", "SHA256SUMS"
    assert (copied / sums).read_bytes() == (folder / sums).read_bytes()
    assert (tmp_path / "today" / "forecasts.csv").exists()


def test_page_is_read_whole() -> None:
    assert (len(SHELL), len(PYTHON), len(COMMAND.findall(PAGE))) == (3, 4, 4)
