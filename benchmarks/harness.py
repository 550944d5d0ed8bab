"""Measures lines in rounds, each time in a process of its own."""

import gc
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from benchmarks.scales import Scale

MIB = 1 << 20
# What getrusage() counts in: bytes on macOS, kibibytes elsewhere.
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024

Work = Callable[[], float | None]
"""What is measured; it may return what its seconds are to be multiplied by."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a line is given."""

    scale: Scale
    url: str

    def connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of the line's own, without a transaction."""
        return psycopg.connect(self.url, autocommit=True)


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    title: str
    prepare: Callable[[Bench], Work]
    limit: str | None
    rounds: int | None


@dataclass(frozen=True, slots=True)
class Measurement:
    seconds: float
    mib: float
    """By how much the process grew at its largest, beyond what it was forked with."""
    is_scaled: bool


@dataclass(slots=True)
class Result:
    """A line with its measurements, one for each round that it took part in."""

    line: Line
    measurements: list[Measurement] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(each.seconds for each in self.measurements)

    @property
    def mib(self) -> float:
        return max(each.mib for each in self.measurements)

    @property
    def is_scaled(self) -> bool:
        return any(each.is_scaled for each in self.measurements)


LINES: dict[str, Line] = {}
Prepare = Callable[[Bench], Work]


def line(
    name: str, title: str, *, limit: str | None = None, rounds: int | None = None
) -> Callable[[Prepare], Prepare]:
    """Make a line of the table out of a function; they are measured in the order of their making.

    Raises ValueError for a name that is taken.
    """

    def register(prepare: Prepare) -> Prepare:
        if name in LINES:
            raise ValueError(f"There are two lines called {name}.")
        LINES[name] = Line(name, title, prepare, limit, rounds)
        return prepare

    return register


def measure(bench: Bench, lines: Sequence[Line], rounds: int) -> list[Result]:
    """Measure every line in every round, so that what slows the machine slows all of them.

    Each round starts with another line.
    """
    results = [Result(line) for line in lines]
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds}:", end="", flush=True)
        first = number % len(results)
        for result in results[first:] + results[:first]:
            if number < (result.line.rounds or rounds):
                print(f" {result.line.name}", end="", flush=True)
                result.measurements.append(measure_once(bench, result.line))
        print(flush=True)
    return results


def measure_once(bench: Bench, line: Line) -> Measurement:
    """Fork and wait; raises RuntimeError where the line fails, after its traceback was shown."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(bench, line, sender))
    process.start()
    sender.close()
    try:
        measurement: Measurement = receiver.recv()
    except EOFError:
        raise RuntimeError(f"The line {line.name} failed.") from None
    finally:
        process.join()
    return measurement


def _run(bench: Bench, line: Line, sender: "Connection[Measurement, None]") -> None:
    connections["default"].ensure_connection()
    work = line.prepare(bench)
    gc.collect()
    before = resident_mib()
    started = time.perf_counter()
    factor = work()
    seconds = time.perf_counter() - started
    grown = max(0.0, peak_mib() - before)
    sender.send(Measurement(seconds * (factor or 1), grown, is_scaled=factor is not None))


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT / MIB


def resident_mib() -> float:
    """What the process holds now; where the system does not say, the most that it ever held."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return peak_mib()
    return int(statm.read_text().split()[1]) * resource.getpagesize() / MIB
