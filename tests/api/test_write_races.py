"""Writes with an Idempotency-Key of many at once, and of processes that die."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from forecasts.models import Forecast, KeptAnswer
from forecasts.selectors.ledger_checks import LedgerCheck
from tests.api.worlds import make_world
from tests.api.writing import forecast, make_writer, send
from tests.sites import database_url
from tools.environments import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
N = 8


def test_of_many_at_once_one_writes_and_all_are_answered() -> None:
    world, token, barrier = make_world(), make_writer()[1], Barrier(N)
    n_before = Forecast.objects.count()

    def write(_: int) -> tuple[int, bytes, bool]:
        barrier.wait()
        try:
            while True:
                client = Client(headers={"host": "testserver"})
                answer = send(client, token, "forecasts/", forecast(world), Idempotency_Key="a")
                if answer.status_code != 409:  # it waited too long on a busy machine
                    return (
                        answer.status_code,
                        answer.content,
                        "Idempotent-Replayed" in answer.headers,
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(N) as pool:
        answers = list(pool.map(write, range(N)))

    assert {(status, body) for status, body, _ in answers} == {(201, answers[0][1])}
    assert Counter(is_replayed for _, _, is_replayed in answers) == {True: N - 1, False: 1}
    assert (Forecast.objects.count(), KeptAnswer.objects.count()) == (n_before + 1, 1)
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


DYING = """
import json, os, signal, sys
import django
django.setup()
import time_machine
from django.conf import settings
from django.test import Client
from api.views.records import RecordForecastsView
from tests.api.worlds import NOW

moment, token, body = sys.argv[1:]
settings.ALLOWED_HOSTS = ["testserver"]
settings.SECURE_SSL_REDIRECT = False


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


setattr(RecordForecastsView, moment, die)
with time_machine.travel(NOW, tick=False):
    Client().generic(
        "POST", "/api/v1/forecasts/", body, "application/json",
        headers={"authorization": "Bearer " + token, "idempotency-key": "a"},
    )
"""


@pytest.mark.parametrize(
    ("moment", "is_done"),
    [("told", False), ("_located", True)],
    ids=["before the commit", "before the answer"],
)
def test_whoever_dies_leaves_row_and_answer_or_neither(
    reader: Client, moment: str, is_done: bool
) -> None:
    world, token = make_world(), make_writer()[1]
    n_before, body = Forecast.objects.count(), forecast(world)

    ended = died(moment, token, body)

    assert ended.returncode == -signal.SIGKILL, ended.stderr
    n_now = n_before + is_done
    assert (Forecast.objects.count(), KeptAnswer.objects.count()) == (n_now, int(is_done))
    answer = send(reader, token, "forecasts/", body, Idempotency_Key="a")
    assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (201, is_done)
    assert Forecast.objects.count() == n_before + 1
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def died(moment: str, token: str, body: Any) -> subprocess.CompletedProcess[str]:
    """Write in a process that kills itself at that moment."""
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()}
    return subprocess.run(
        [sys.executable, "-c", DYING, moment, token, json.dumps(body)],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
