"""From a sheet without faults to a track record."""

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Integers
from forecasts.track_files.cells import INFERRED, NOTHING, UNPROVEN
from forecasts.track_files.columns import (
    ABSENT,
    AMBIGUOUS,
    NEVER,
    UNKNOWN,
    Questions,
    Statements,
    TrackFile,
)
from forecasts.track_files.sheets import Sheet


def track_file(sheet: Sheet) -> TrackFile:
    """The track record that the rows make. The sheet has passed every check."""
    by_name = np.array(
        sorted(range(len(sheet.experts)), key=sheet.experts.__getitem__), dtype=np.int64
    )
    by_rank = _in_order(sheet.questions)
    # Where each expert and each question first comes up, in the new order.
    of_expert = sheet.first_rows("expert")[by_name]
    of_question = sheet.first_rows("question")[by_rank]
    return TrackFile(
        experts=[sheet.experts[number] for number in by_name],
        is_synthetic=sheet["synthetic"][of_expert] == 1,
        questions=[sheet.questions[number] for number in by_rank],
        topics=[_topics(sheet, number) for number in sheet["topic"][of_question].tolist()],
        statements=_statements(sheet, _ranks(by_name), _ranks(by_rank)),
        facts=_facts(sheet, of_question),
    )


def _in_order(questions: list[str]) -> Integers:
    """By number where every name is one, else by text."""
    if all(name.isascii() and name.isdigit() for name in questions):
        ranked = sorted(range(len(questions)), key=lambda n: (int(questions[n]), questions[n]))
    else:
        ranked = sorted(range(len(questions)), key=questions.__getitem__)
    return np.array(ranked, dtype=np.int64)


def _ranks(order: Integers) -> Integers:
    ranks = np.empty_like(order)
    ranks[order] = np.arange(order.size)
    return ranks


def _topics(sheet: Sheet, number: int) -> tuple[str, ...]:
    return () if number == NOTHING else sheet.topics[number]


def _facts(sheet: Sheet, rows: Integers) -> Questions:
    deadline, known, answer = (sheet[name][rows] for name in ("deadline", "known_at", "outcome"))
    return Questions(
        order=np.arange(rows.size),
        opens_at=sheet["open_at"][rows],
        deadline=np.where(deadline == UNKNOWN, NEVER, deadline),
        # Nobody comes too late for an answer that is not scored.
        known_at=np.where((known == UNKNOWN) | (answer >= AMBIGUOUS), NEVER, known),
        answer=answer,
        cluster=_clusters(sheet["family"][rows], len(sheet.families)),
        n_conditions=sheet["conditions"][rows],
    )


def _clusters(family: Integers, n_families: int) -> Integers:
    clusters: Integers = np.arange(family.size)
    has_family = family != NOTHING
    first = np.full(n_families, family.size)
    np.minimum.at(first, family[has_family], clusters[has_family])
    clusters[has_family] = first[family[has_family]]
    return clusters


def _statements(sheet: Sheet, experts: Integers, questions: Integers) -> Statements:
    """A statement for each row, and right behind it another where its forecast was withdrawn."""
    is_withdrawn = ~sheet.is_withdrawal & (sheet["withdrawn_at"] != UNKNOWN)
    rows = np.repeat(np.arange(len(sheet)), 1 + is_withdrawn)
    is_added = np.zeros(rows.size, bool)
    is_added[1:] = rows[1:] == rows[:-1]
    return Statements(
        expert=experts[sheet["expert"][rows]],
        question=questions[sheet["question"][rows]],
        order=2 * sheet.lines[rows] + is_added,
        is_withdrawal=sheet.is_withdrawal[rows] | is_added,
        is_inferred=sheet["coding"][rows] == INFERRED,
        proves_its_date=sheet["date_basis"][rows] != UNPROVEN,
        **_times(sheet, rows, is_added),
        **_numbers(sheet, rows, is_added),
    )


def _times(sheet: Sheet, rows: Integers, is_added: NDArray[np.bool_]) -> dict[str, Integers]:
    recorded, adopted = sheet.recorded_at[rows], sheet["adopted_at"][rows]
    adopted = np.where(adopted == UNKNOWN, recorded, adopted)
    has_no_number = is_added | (sheet["probability"][rows] == ABSENT)
    stated = np.where(is_added, sheet["withdrawn_at"][rows], sheet.said_at[rows])
    return {
        "stated_at": stated,
        # A withdrawal cannot have been recorded before it was made.
        "recorded_at": np.maximum(recorded, stated),
        "adopted_at": np.where(has_no_number, NEVER, adopted),
    }


def _numbers(sheet: Sheet, rows: Integers, is_added: NDArray[np.bool_]) -> dict[str, Integers]:
    middle = sheet["probability"]
    bounds = {name: sheet[name] for name in ("low", "high")}
    values = {
        "ppm": middle,
        **{name: np.where(bound == ABSENT, middle, bound) for name, bound in bounds.items()},
    }
    return {name: np.where(is_added, ABSENT, value[rows]) for name, value in values.items()}
