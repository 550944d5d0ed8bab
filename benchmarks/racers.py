"""Processes that wait for a signal, act at once, and say how it ended."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from benchmarks.race_contests import CONTESTS, MOST_QUESTIONS, Staff, make_staff, unexpected
from benchmarks.races import Tally
from desk.bulks import read_questions

# Who has not answered by then hangs.
PATIENCE = 120
STOP = NONE = -1


@contextmanager
def racing(n_people: int) -> Iterator[Callable[[int, Tally], None]]:
    """Yield a function that runs one round of the contest of a number into a tally."""
    fork = multiprocessing.get_context("fork")
    staff = make_staff(n_people)
    # What is open here must not be shared with the others.
    _close()
    gate, task, endings = (
        fork.Barrier(n_people + 1),
        fork.Array("q", 1 + MOST_QUESTIONS),
        fork.SimpleQueue(),
    )
    racers = [
        fork.Process(target=_race, args=(number, staff, gate, task, endings), daemon=True)
        for number in range(n_people)
    ]
    for racer in racers:
        racer.start()

    def run(place: int, tally: Tally) -> None:
        contest = CONTESTS[place]
        questions = [contest.prepare(staff) for _ in range(contest.n_questions)]
        task[0] = place
        task[1:] = [*(row.pk for row in questions), *[NONE] * (MOST_QUESTIONS - len(questions))]
        gate.wait(PATIENCE)  # they read the questions,
        gate.wait(PATIENCE)  # and off they go
        found = [endings.get() for _ in range(n_people)]
        tally.n_rounds += 1
        each = [ending for ended, _ in found for ending in ended]
        tally.endings.update(each)
        tally.longest = max(tally.longest, *(seconds for _, seconds in found))
        n_ok = each.count("ok")
        tally.faults.update(contest.faults(questions, n_ok=n_ok, n_people=n_people))

    try:
        yield run
    finally:
        task[0] = STOP
        gate.wait(PATIENCE)
        for racer in racers:
            racer.join(PATIENCE)


def _race(number: int, staff: Staff, gate: Any, task: Any, endings: Any) -> None:
    while True:
        gate.wait()
        place, *ids = task[:]
        if place == STOP:
            _close()
            return
        questions = read_questions(ids)
        gate.wait()
        started = time.perf_counter()
        try:
            ended = CONTESTS[place].act(questions, staff, number)
        except Exception as error:  # noqa: BLE001, whatever it is has to be counted
            ended = [unexpected(error)]
        endings.put((ended, time.perf_counter() - started))


def _close() -> None:
    connection.close()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()
