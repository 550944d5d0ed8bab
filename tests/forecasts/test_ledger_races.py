"""Many who write at once make one chain, and lose nothing: threads here, processes below."""

import os
import subprocess
import sys
from typing import Any

import pytest

from forecasts.models import Forecast, LedgerEntry, Question, Resolution, Role
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.test_races import at_once
from tests.sites import database_url
from tools.environments import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
N_PROCESSES, N_THREADS, N_TURNS = 2, 6, 4
N_QUESTIONS = N_THREADS
WRITER = """
import sys
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from django.db import connection
from forecasts.exceptions import BusyError
from forecasts.models import Expert, Forecast, Question, Source, User
from forecasts.services.forecasts import record_forecasts
from tests.factories import START

process, n_threads, n_turns = map(int, sys.argv[1:])
source, coder = Source.objects.get(), User.objects.get()
experts, questions = list(Expert.objects.all()), list(Question.objects.order_by("pk"))


def write(thread):
    for turn in range(n_turns):
        # Neighbors write on the same question, half of them in the other order.
        own = [questions[thread], questions[(thread + 1) % len(questions)]]
        own = own if process % 2 else own[::-1]
        forecasts = [
            Forecast(
                expert=experts[process],
                question=question,
                source=source,
                basis="stated",
                stated_at=START,
                quote=f"process {process}, thread {thread}, turn {turn}",
                probability=Decimal("0.5"),
            )
            for question in own
        ]
        while not is_recorded(forecasts):
            pass
    connection.close()


def is_recorded(forecasts):
    try:
        record_forecasts(forecasts=forecasts, by=coder, as_of=START)
    except BusyError as error:
        # On a busy machine a lock can take longer than it may; nobody may wait in a ring.
        if "deadlock" in str(error.__cause__):
            raise
        return False
    return True


sys.stdout.write("ready\\n")
sys.stdout.flush()
sys.stdin.readline()
with ThreadPoolExecutor(n_threads) as pool:
    list(pool.map(write, range(n_threads)))
"""


def assert_holds() -> None:
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def environment() -> dict[str, str]:
    """That of this process, with the tests' database."""
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    return {**os.environ, **settings, "DATABASE_URL": database_url()}


def start(process: int) -> subprocess.Popen[str]:
    """Start a process full of writers; they wait for a line."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(process), str(N_THREADS), str(N_TURNS)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_processes_at_once_append_one_chain() -> None:
    coder = make_user(Role.CODER)
    make_source(by=coder)
    for _ in range(N_PROCESSES):
        make_expert()
    for _ in range(N_QUESTIONS):
        make_question(by=coder)
    processes = [start(number) for number in range(N_PROCESSES)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        let_go(process)
    said = [process.communicate(timeout=120)[1] for process in processes]

    assert said == [""] * N_PROCESSES
    assert [process.returncode for process in processes] == [0] * N_PROCESSES
    n_forecasts = N_PROCESSES * N_THREADS * N_TURNS * 2
    assert Forecast.objects.count() == n_forecasts
    assert LedgerEntry.objects.count() == N_QUESTIONS + n_forecasts
    assert_holds()


def test_whatever_is_written_at_once_is_one_chain() -> None:
    """Rulings that cascade, amendments and forecasts, all on questions that hang together."""
    coder = make_user(Role.CODER)
    parent = make_question(by=coder)
    children = [
        make_question(by=coder, depends_on=parent, depends_on_answer="yes") for _ in range(4)
    ]
    resolve(parent, "yes")
    for child in children:
        resolve(child, "yes")
    leads = [make_user(Role.LEAD) for _ in range(5)]
    expert, source = make_expert(), make_source(by=coder)

    def correct(answer: str, lead: Any, question: Question) -> Any:
        return lambda: correct_resolution(
            question=question,
            lead=lead,
            answer=answer,
            known_at=DEADLINE,
            links=LINKS,
            reason="Misread",
            as_of=AFTER,
        )

    def amend(lead: Any, question: Question) -> Any:
        return lambda: amend_question(
            question=question, changes={"title": f"By {lead.pk}"}, reason="So", by=lead, as_of=AFTER
        )

    def say(question: Question, number: int) -> Any:
        return lambda: make_forecast(
            question=question, expert=expert, source=source, by=coder, quote=f"say {number}"
        )

    # As many as the pool has connections.
    at_once(
        correct("no", leads[0], parent),
        correct("no", leads[1], children[0]),
        correct("annulled", leads[2], children[3]),
        amend(leads[3], children[1]),
        amend(leads[4], parent),
        say(parent, 1),
        say(children[2], 2),
        say(children[3], 3),
    )

    assert Forecast.objects.count() == 3
    assert Resolution.objects.count() > 6
    assert_holds()
