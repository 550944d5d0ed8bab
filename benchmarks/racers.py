"""Processes that wait for a signal, act at once, and say how it ended."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from benchmarks.race_contests import CONTESTS, Staff, make_staff
from benchmarks.races import Tally
from forecasts.exceptions import RuleBrokenError
from forecasts.models import Question

# Who has not answered by then hangs.
PATIENCE = 120
STOP = -1


@contextmanager
def racing(n_people: int) -> Iterator[Callable[[int, Tally], None]]:
    """Yield a function that runs one round of the contest of a number into a tally."""
    fork = multiprocessing.get_context("fork")
    staff = make_staff(n_people)
    # What is open here must not be shared with the others.
    _close()
    gate, task, endings = fork.Barrier(n_people + 1), fork.Array("q", 2), fork.SimpleQueue()
    racers = [
        fork.Process(target=_race, args=(number, staff, gate, task, endings), daemon=True)
        for number in range(n_people)
    ]
    for racer in racers:
        racer.start()

    def run(place: int, tally: Tally) -> None:
        question = CONTESTS[place].prepare(staff)
        task[:] = [place, question.pk]
        gate.wait(PATIENCE)  # they read the question,
        gate.wait(PATIENCE)  # and off they go
        found = [endings.get() for _ in range(n_people)]
        tally.n_rounds += 1
        tally.endings.update(ending for ending, _ in found)
        tally.longest = max(tally.longest, *(seconds for _, seconds in found))
        n_ok = sum(ending == "ok" for ending, _ in found)
        tally.faults.update(CONTESTS[place].faults(question, n_ok=n_ok, n_people=n_people))

    try:
        yield run
    finally:
        task[:] = [STOP, 0]
        gate.wait(PATIENCE)
        for racer in racers:
            racer.join(PATIENCE)


def _race(number: int, staff: Staff, gate: Any, task: Any, endings: Any) -> None:
    while True:
        gate.wait()
        place, pk = task[:]
        if place == STOP:
            _close()
            return
        question = Question.objects.get(pk=pk)
        gate.wait()
        started = time.perf_counter()
        ending = _ending(lambda: CONTESTS[place].act(question, staff, number))  # noqa: B023, at once
        endings.put((ending, time.perf_counter() - started))


def _ending(call: Callable[[], object]) -> str:
    """Say "ok", the code of the rule that refused, or, after a "!", another kind of error."""
    try:
        call()
    except RuleBrokenError as error:
        return error.code
    except Exception as error:  # noqa: BLE001, whatever it is has to be counted
        return f"!{type(error).__name__}: {error}".replace("\n", " ")[:80]
    return "ok"


def _close() -> None:
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()
