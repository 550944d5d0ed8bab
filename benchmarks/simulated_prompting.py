"""Lets an office live through its days, hour by hour, with the sweeps that a worker runs."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from benchmarks.simulated_mailings import Judge
from benchmarks.simulated_offices import BEGINNING, HOUR, Office, let_read, open_office
from mail.outbox import send_ready_mail
from mail.prompting import prompt_reviewers

# How often, per hundred days, nothing runs for about so many hours.
OUTAGES = ((1, 4), (1, 4), (1, 10), (1, 30), (1, 60))
LONGEST_OUTAGE = 8 * 24
PAIR_EVERY = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table, and the most that it may say."""

    what: str
    figure: float
    most: float | None = None

    @property
    def is_broken(self) -> bool:
        """Whether it says more than it may."""
        return self.most is not None and self.figure > self.most

    @property
    def cells(self) -> tuple[str, str, str]:
        """As the table shows it."""
        return self.what, f"{self.figure:,g}", "" if self.most is None else f"{self.most:,g}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    lines: tuple[Line, ...]

    @property
    def broken(self) -> list[str]:
        """The lines that say more than they may."""
        return [line.what for line in self.lines if line.is_broken]

    @property
    def table(self) -> str:
        """All lines, in Markdown."""
        rows = [("", "figure", "at most"), *(line.cells for line in self.lines)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rule = ["-" * width for width in widths]
        rule[1:] = [f"{part[:-1]}:" for part in rule[1:]]
        written = [
            f"{row[0]:<{widths[0]}} | {row[1]:>{widths[1]}} | {row[2]:>{widths[2]}}" for row in rows
        ]
        return "\n".join(f"| {row} |" for row in (written[0], " | ".join(rule), *written[1:]))


def simulate(
    *,
    n_days: int,
    n_questions: int,
    seed: int,
    in_pairs: bool = False,
    show: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Let the days pass; with `in_pairs`, two sweeps run at once now and then."""
    office = open_office(seed=seed, n_days=n_days, n_questions=n_questions)
    down = outages(random.Random(seed), n_days)
    judge = Judge(BEGINNING, down)
    last_ran: datetime | None = None
    for hour in range(n_days * 24):
        as_of = BEGINNING + hour * HOUR
        if hour % 24 == 0:
            show(f"day {hour // 24} of {n_days}, {judge.n_mails} mails")
        if hour not in down:
            n_sweeps = 2 if in_pairs and hour % PAIR_EVERY == 0 else 1
            pass_hour(office, judge, as_of, last_ran=last_ran, n_sweeps=n_sweeps)
            last_ran = as_of
    return outcome(office, judge, BEGINNING + n_days * 24 * HOUR, n_down=len(down))


def outages(rng: random.Random, n_days: int) -> set[int]:
    """The hours, counted from the beginning, in which nothing runs."""
    n_hours, down = n_days * 24, set()
    lengths = [
        max(1, round(rng.gauss(mean, mean / 4)))
        for often, mean in OUTAGES
        for _ in range(max(1, often * n_days // 100))
    ]
    for length in (*lengths, min(LONGEST_OUTAGE, n_hours // 10)):
        start = rng.randrange(n_hours)
        down |= set(range(start, min(start + length, n_hours)))
    return down


def pass_hour(
    office: Office, judge: Judge, as_of: datetime, *, last_ran: datetime | None, n_sweeps: int
) -> None:
    """Let people do what they do, sweep, and send."""
    judge.hours += 1
    office.live(as_of)
    if n_sweeps > 1:
        with ThreadPoolExecutor(n_sweeps) as pool:
            list(pool.map(_sweep_apart, [as_of] * n_sweeps, [last_ran] * n_sweeps))
    else:
        prompt_reviewers(as_of=as_of, last_ran=last_ran)
    for user in judge.watch():
        let_read(office, user, as_of)
        send_ready_mail(clock=lambda: as_of)
    if as_of.hour == 0:
        judge.look_around(as_of)


def _sweep_apart(as_of: datetime, last_ran: datetime | None) -> None:
    try:
        prompt_reviewers(as_of=as_of, last_ran=last_ran)
    finally:
        connection.close()


def outcome(office: Office, judge: Judge, as_of: datetime, *, n_down: int) -> Outcome:
    facts, done = judge.facts(as_of), office.done
    lines = (
        Line("sweeps, one an hour", judge.hours),
        Line("hours in which nothing ran", n_down),
        Line("questions recorded", done["questions recorded"]),
        Line("verdicts", done["verdicts"]),
        Line("looks before the deadline", done["looks"]),
        Line("deadlines moved", done["deadlines moved"]),
        Line("snoozes", done["snoozes"]),
        Line("reopened, settled by a lead", done["reopened"] + done["settled"]),
        Line("days on which somebody was away", done["days away"]),
        Line("prompts that came due", facts["due"]),
        Line(
            "of these mailed; the rest was answered or snoozed first, or fell together",
            facts["asked"],
        ),
        Line("prompts sent, one a reader", facts["sent"]),
        Line("mails", judge.n_mails),
        Line("prompts sent twice to one reader", facts["twice"], 0),
        Line("questions listed twice in one mail", judge.n_listed_twice, 0),
        Line(
            "most mails to one reader on one local date", max(judge.per_day.values(), default=0), 1
        ),
        Line("mails before the reader's hour, none made up for", judge.n_too_early, 0),
        Line("mails to people who were away", judge.n_to_absent, 0),
        Line("forgotten questions", len(judge.forgotten), 0),
        Line("overdue questions of which no lead was told in time", len(judge.leads_not_told), 0),
        Line("longest silence about a question, days", round(judge.longest / 24, 1), 32),
        Line("longest wait for the first mail, days", round(judge.longest_first / 24, 1), 2),
    )
    return Outcome(lines)
