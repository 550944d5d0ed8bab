"""A long track record from a seed, as a file, and read again without any of our code."""

import csv
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

N_QUESTIONS = 11_000
N_IN_FAMILIES = 4_000
EPOCH = datetime(2018, 1, 1, tzinfo=UTC)
TOPICS = ("elections", "elections;war", "prices", "war", "")
COLUMNS = (
    "expert",
    "question",
    "probability",
    "low",
    "high",
    "outcome",
    "family",
    "topic",
    "coding",
    "open_at",
    "forecast_at",
    "withdrawn_at",
    "deadline",
    "known_at",
)


@dataclass(frozen=True)
class Style:
    """How an expert turns the log-odds of the truth into a number."""

    slope: float
    shift: float
    decimals: int
    answers_families: bool = True


STYLES = {
    "Ann": Style(1.0, 0.0, 2),
    "Ben": Style(1.4, 0.0, 3),
    "Cleo": Style(1.0, 0.4, 6),
    "Dov": Style(0.6, -0.1, 2, answers_families=False),
    # Says 0 and 1 too.
    "Eva": Style(2.2, 0.0, 1),
    "Finn": Style(-0.2, 0.3, 4),
}


@dataclass(frozen=True)
class Spell:
    """A time, in minutes, in which a number stood."""

    start: float
    end: float
    p: float


@dataclass
class Pair:
    """What an expert said of a question: all in time, and the row that stands."""

    row: dict[str, str]
    is_withdrawn: bool
    spells: list[Spell] = field(default_factory=list)


Rows = dict[tuple[str, str], list[dict[str, str]]]


def write_large_file(path: Path, *, seed: int, n_questions: int = N_QUESTIONS) -> int:
    """Write the track record, in no order, and return how many rows it has."""
    rng = random.Random(seed)
    rows = [
        row
        for question in _questions(rng, n_questions)
        for name, style in STYLES.items()
        for row in _said(rng, question, name, style)
    ]
    rng.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def _questions(rng: random.Random, n_questions: int) -> Iterator[dict[str, str]]:
    luck = 0.0
    for number in range(n_questions):
        is_nested = number < n_questions * N_IN_FAMILIES // N_QUESTIONS
        # The four of a family share their luck, as nested horizons do.
        luck = rng.random() if not is_nested or number % 4 == 0 else luck
        chance = rng.betavariate(0.8, 1.0)
        opens = rng.randrange(3 * 365 * 24 * 60)
        length = rng.randrange(5 * 24 * 60, 600 * 24 * 60)
        answer = _answer(rng, is_yes=luck < chance)
        yield {
            "question": str(number),
            "family": f"F{number // 4}" if is_nested else "",
            "topic": TOPICS[number % 5],
            "outcome": answer,
            "open_at": _iso(opens),
            "deadline": _iso(opens + length),
            "known_at": _known(rng, answer, opens, length),
            "chance": str(chance),
        }


def _answer(rng: random.Random, *, is_yes: bool) -> str:
    other = {0: "annulled", 1: "ambiguous", 2: ""}
    return other.get(rng.randrange(60), "yes" if is_yes else "no")


def _known(rng: random.Random, answer: str, opens: int, length: int) -> str:
    if not answer:
        return ""
    is_early = answer == "yes" and rng.random() < 0.3
    return _iso(opens + (rng.randrange(60, length) if is_early else length + rng.randrange(900)))


def _said(
    rng: random.Random, question: dict[str, str], name: str, style: Style
) -> Iterator[dict[str, str]]:
    if question["family"] and not style.answers_families:
        return
    opens, deadline = (minutes(question[key]) for key in ("open_at", "deadline"))
    reach = int(deadline - opens)
    moments = sorted(rng.sample(range(-reach // 20, reach + reach // 40), rng.randint(1, 6)))
    said = {key: value for key, value in question.items() if key != "chance"}
    for place, moment in enumerate(moments):
        row = said | {"expert": name, "forecast_at": _iso(opens + moment)}
        row |= _number(rng, float(question["chance"]), style)
        rest = (moments[place + 1] if place + 1 < len(moments) else reach) - moment
        if rest > 1 and rng.random() < 0.05:
            row["withdrawn_at"] = _iso(opens + moment + rng.randrange(1, rest))
        yield row


def _number(rng: random.Random, chance: float, style: Style) -> dict[str, str]:
    odds = math.log(min(max(chance, 1e-4), 1 - 1e-4) / (1 - min(max(chance, 1e-4), 1 - 1e-4)))
    heard = style.slope * (odds + rng.gauss(0, 0.7)) + style.shift
    p = f"{1 / (1 + math.exp(-heard)):.{style.decimals}f}"
    if style.decimals > 1 and float(p) in {0.0, 1.0}:
        p = "0.5"
    if rng.random() < 0.8:
        return {"probability": p, "coding": "stated"}
    low, high = f"{float(p) / 2:.6f}", f"{(1 + float(p)) / 2:.6f}"
    return {"probability": p, "low": low, "high": high, "coding": "inferred"}


def _iso(minute: float) -> str:
    return (EPOCH + timedelta(minutes=minute)).isoformat()


@cache
def minutes(text: str) -> float:
    """Return the minutes from 2018 to a moment."""
    return (datetime.fromisoformat(text) - EPOCH) / timedelta(minutes=1)


def end_of(row: dict[str, str]) -> float:
    """Return when it is too late to forecast: at the deadline, or when the answer is known."""
    deadline = minutes(row["deadline"])
    is_known = row["outcome"] in {"yes", "no"}
    return min(deadline, minutes(row["known_at"])) if is_known else deadline


@dataclass(frozen=True)
class Read:
    """What is scored, what was withdrawn in the end, and what is left out and why."""

    scored: dict[tuple[str, str], Pair]
    withdrawn: dict[tuple[str, str], Pair]
    left_out: Counter[tuple[str, str]]


def read_pairs(path: Path) -> Read:
    """Return what the file says of each expert and question."""
    said: Rows = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            said[row["expert"], row["question"]].append(row)
    scored: dict[tuple[str, str], Pair] = {}
    withdrawn: dict[tuple[str, str], Pair] = {}
    left_out: Counter[tuple[str, str]] = Counter()
    for (expert, question), rows in said.items():
        pair = _pair(rows)
        if pair is None:
            continue
        if pair.is_withdrawn or pair.row["outcome"] not in {"yes", "no"}:
            reason = "withdrawn" if pair.is_withdrawn else pair.row["outcome"]
            left_out[expert, reason] += 1
            if pair.row["outcome"] in {"yes", "no"}:
                withdrawn[expert, question] = pair
        else:
            scored[expert, question] = pair
    return Read(scored, withdrawn, left_out)


def _pair(rows: list[dict[str, str]]) -> Pair | None:
    """Go through what was said in the order of time; nothing in time is nothing said."""
    opens, end = minutes(rows[0]["open_at"]), end_of(rows[0])
    events = [(minutes(row["forecast_at"]), 0, row, False) for row in rows]
    events += [(minutes(r["withdrawn_at"]), 1, r, True) for r in rows if r["withdrawn_at"]]
    events.sort(key=lambda event: event[:2])
    in_time = [event for event in events if max(event[0], opens) < end]
    if not in_time:
        return None
    pair = Pair(in_time[-1][2], in_time[-1][3])
    starts = [max(event[0], opens) for event in in_time] + [end]
    for place, (_, _, row, is_gone) in enumerate(in_time):
        if not is_gone and starts[place] < starts[place + 1]:
            p = float(row["probability"])
            pair.spells.append(Spell(starts[place], starts[place + 1], p))
    return pair
