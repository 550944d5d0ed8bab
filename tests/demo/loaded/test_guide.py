"""Every example of the guide to the API runs, against the demo, and prints what the page shows.

With `-s` it prints a transcript: what was typed, and what came.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import HTTPServer
from io import StringIO
from pathlib import Path
from textwrap import indent
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core import signals
from django.core.servers.basehttp import WSGIServer
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from forecasts.models import Expert, Role, Scope
from forecasts.services.exports import make_daily_export
from tests.api.keys import make_key
from tests.demo.loaded.conftest import AS_OF
from tests.docs.examples import Example, Reader, examples_in, holds
from tests.docs.pages import DOCS, name
from tests.factories import make_forecast, make_question, make_source, make_user
from tests.mail.webhooks import hook_at
from tests.webservers import LOOPBACK
from tools.environments import ROOT
from tools.servers import redis_server
from worker.telling import tell_webhooks

TASKS = sorted((DOCS / "api").glob("[0-9]*.md"), key=lambda page: int(page.name.split("-")[0]))
GUIDE = [*TASKS, *sorted((DOCS / "api").glob("[!0-9]*.md"))]
HOW_TO = [DOCS / "how-to" / f"{name}.md" for name in ("make-an-api-key", "write-through-the-api")]
FIRST_STEPS = [ROOT / "README.md", DOCS / "quickstart.md"]
LATER = timedelta(minutes=15)

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.usefixtures("loaded"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on PATH"),
]


@contextmanager
def served() -> Iterator[str]:
    """A web server that sees what the transaction of this test has written, and writes into it."""
    ours = connections["default"]
    ours.inc_thread_sharing()
    around_requests = (signals.request_started, signals.request_finished)
    for signal in around_requests:
        signal.disconnect(close_old_connections)

    server = WSGIServer(("localhost", 0), QuietWSGIRequestHandler)
    server.set_app(get_wsgi_application())
    with answering(server, lambda: connections.__setitem__("default", ours)) as port:
        yield f"http://localhost:{port}"
    for signal in around_requests:
        signal.connect(close_old_connections)
    ours.dec_thread_sharing()


@contextmanager
def answering(server: HTTPServer, begin: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Let the server answer, one after the other, in a thread that calls `begin` first."""

    def run() -> None:
        begin()
        server.serve_forever(0.02)

    thread = Thread(target=run)
    with server:
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """Counts requests, as every service does."""
    with redis_server() as url:
        yield url


@pytest.fixture
def reader(
    db: None, redis_url: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    """Somebody at the demo, a quarter of an hour after it was loaded, with a key."""
    with Redis.from_url(redis_url.replace("redis+socket", "unix")) as redis:
        redis.flushall()
    settings.DEMO, settings.REDIS_URL, settings.API_PER_MINUTE = True, redis_url, 60
    # Kept answers are told apart by what other transactions write, and here there is one.
    settings.API_KEPT_MIB, settings.MEDIA_ROOT = 0, str(tmp_path / "media")
    user = make_user(Role.CODER, Role.REVIEWER)
    secrets = {"HINDCAST_KEY": make_key(*Scope, user=user, as_of=AS_OF)[1]}
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for variable, secret in secrets.items():
        monkeypatch.setenv(variable, secret)
    monkeypatch.setattr(logging.root.manager, "disable", logging.WARNING)  # of what is refused
    with time_machine.travel(AS_OF + LATER) as clock, served() as url:
        monkeypatch.setattr(time, "sleep", clock.shift)
        settings.SITE_URL = url
        yield Reader(url, folder, secrets)


def prepare(page: Path) -> None:
    """What the page takes for granted."""
    if "/exports/" in page.read_text():
        make_daily_export(as_of=timezone.now())


def printed_by(reader: Reader, example: Example, monkeypatch: pytest.MonkeyPatch) -> str:
    printed = reader.prints(example)
    is_receiver = "class Receiver" in example.code
    return (
        printed + what_comes_to(reader.names["Receiver"], monkeypatch) if is_receiver else printed
    )


def what_comes_to(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the page's receiver prints of a forecast that is recorded, delivered over HTTP."""
    out, now = StringIO(), timezone.now()
    monkeypatch.setattr(receiver, "log_message", lambda *_: None)
    with answering(HTTPServer(("127.0.0.1", 0), receiver)) as port, redirect_stdout(out):
        hook = hook_at(f"http://127.0.0.1:{port}/", as_of=now)
        monkeypatch.setenv("HINDCAST_SECRET", hook.secret)
        record_something(now)
        n_told = tell_webhooks(clock=timezone.now, reach=LOOPBACK)
    assert n_told == len(out.getvalue().splitlines())
    return out.getvalue().strip()


def record_something(now: datetime) -> None:
    question = make_question(
        slug="kites-tonight", synthetic=True, as_of=now, deadline=now + timedelta(days=1)
    )
    expert = Expert.objects.get(slug="synthetic-well-calibrated")
    source = make_source(synthetic=True, as_of=now)
    make_forecast("0.5", expert=expert, question=question, source=source, as_of=now, stated_at=now)


@pytest.mark.parametrize("page", [*GUIDE, *HOW_TO], ids=name)
def test_page_prints_what_it_shows(
    page: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(page)
    examples, wrong = examples_in(page), []

    print(f"\n\n===== {name(page)}")
    for example in examples:
        printed = printed_by(reader, example, monkeypatch)
        typed = indent(example.code, "$ " if example.language == "sh" else ">>> ", lambda _: True)
        print(f"\n{typed}\n{printed}")
        if not holds(example, printed):
            wrong.append(f"{example.code}\nshould print\n{example.shown}\nand prints\n{printed}")

    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("page", FIRST_STEPS, ids=name)
def test_first_steps_ask_what_the_demo_answers(page: Path, reader: Reader) -> None:
    asked = [
        replace(one, code=one.code.replace("$(date -u +%Y-%m-%d)", f"{AS_OF:%Y-%m-%d}"))
        for one in examples_in(page)
        if one.code.startswith("curl ")
    ]

    answers = [(example, reader.prints(example)) for example in asked]

    assert answers
    for example, printed in answers:
        assert "urn:hindcast:problem" not in printed
        assert holds(example, printed), printed


def test_no_page_shows_an_answer_that_anything_would_be() -> None:
    shown = {one.shown for page in [*GUIDE, *HOW_TO] for one in examples_in(page)}

    assert shown & {"…", "{}", "[]", '["…"]', ""} == set()


def test_guide_has_ten_tasks_each_for_the_shell_and_for_python() -> None:
    languages = [{example.language for example in examples_in(page)} for page in TASKS]

    assert languages == [{"sh", "python"}] * 10
    for page in TASKS:
        assert "**Why**: " in page.read_text()
        # The first of each language shows what it prints.
        for language in ("sh", "python"):
            assert any(one.shown for one in examples_in(page) if one.language == language)
