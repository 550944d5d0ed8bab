"""Which forecast stands for each expert on each question, for all of them at once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from forecasts.scoring.standings import Fate
from forecasts.scoring.statements import Answer
from tests.scoring import oracles
from tests.scoring.strategies import thorough
from tests.scoring.worlds import Asked, Said, World, worlds

UPDATE = Said(order=1, stated_at=50)
WITHDRAWAL = Said(order=1, stated_at=50, ppm=None, is_withdrawal=True)
# Recorded after the answer was known, from a source without a date.
LATE_UNPROVEN = Said(order=1, stated_at=50, recorded_at=101, proves_its_date=False)
KNOWN_EARLY = Asked(known_at=40)


def found(world: World) -> dict[oracles.Pair, oracles.Chosen]:
    standings, statements = world.standings(), world.statements()
    rows = zip(
        standings.expert.tolist(),
        standings.question.tolist(),
        statements.order[standings.statement].tolist(),
        standings.fate.tolist(),
        standings.is_coded_after_known.tolist(),
        strict=True,
    )
    return {
        (expert, question): oracles.Chosen(order, Fate(fate), is_late)
        for expert, question, order, fate, is_late in rows
    }


def stands(*said: Said, asked: Asked | None = None, counted_at: int = 1_000) -> tuple[int, str]:
    """Return the id of the one forecast that stands, and its fate in words."""
    (standing,) = found(World(said, [asked or Asked()], counted_at=counted_at)).values()
    return standing.order, standing.fate.word


@thorough
@given(worlds())
def test_standing_forecasts_are_those_found_one_by_one(world: World) -> None:
    assert found(world) == oracles.chosen(world)


@thorough
@given(worlds())
def test_unproven_statements_are_those_found_one_by_one(world: World) -> None:
    unproven = world.statements().order[world.standings().unproven]

    assert set(unproven.tolist()) == oracles.unproven(world)


@thorough
@given(worlds())
def test_pairs_come_in_order_and_each_once(world: World) -> None:
    standings = world.standings()

    pairs = list(zip(standings.expert.tolist(), standings.question.tolist(), strict=True))
    assert pairs == sorted(oracles.said_by_pair(world))
    assert len(standings) == len(pairs)


@pytest.mark.parametrize(
    ("case", "said", "asked", "expected"),
    [
        ("one forecast", [Said()], Asked(), (0, "scored")),
        ("an update", [Said(), UPDATE], Asked(), (1, "scored")),
        ("too late to displace", [Said(), Said(order=1, stated_at=100)], Asked(), (0, "scored")),
        ("at the deadline", [Said(stated_at=100)], Asked(), (0, "too_late")),
        ("one instant, later row", [Said(order=2), Said(order=1)], Asked(), (2, "scored")),
        (
            "one instant, recorded later",
            [Said(order=1, recorded_at=5), Said(order=2)],
            Asked(),
            (1, "scored"),
        ),
        (
            "before the opening, stated later",
            [Said(order=1, stated_at=5), Said(order=2, recorded_at=9)],
            Asked(opens_at=10),
            (1, "scored"),
        ),
        ("before the knowledge", [Said(stated_at=39)], KNOWN_EARLY, (0, "scored")),
        ("with the knowledge", [Said(stated_at=40)], KNOWN_EARLY, (0, "too_late")),
        ("withdrawn", [Said(), WITHDRAWAL], Asked(), (1, "withdrawn")),
        (
            "withdrawn and renewed",
            [Said(), WITHDRAWAL, Said(order=2, stated_at=60)],
            Asked(),
            (2, "scored"),
        ),
        ("words nobody coded", [Said(ppm=None)], Asked(), (0, "not_adopted")),
        ("late, unproven", [LATE_UNPROVEN], Asked(), (1, "date_unproven")),
        ("late, unproven, second", [Said(), LATE_UNPROVEN], Asked(), (0, "scored")),
        ("open", [Said()], Asked(known_at=None, answer=Answer.OPEN), (0, "open")),
        ("ambiguous", [Said()], Asked(answer=Answer.AMBIGUOUS), (0, "ambiguous")),
        ("annulled", [Said()], Asked(known_at=None, answer=Answer.ANNULLED), (0, "annulled")),
        ("known, nobody says when", [Said()], Asked(known_at=None), (0, "scored")),
        ("without any time", [Said(stated_at=None)], Asked(None, None, None), (0, "scored")),
    ],
)
def test_last_statement_before_the_end_stands(
    case: str, said: list[Said], asked: Asked, expected: tuple[int, str]
) -> None:
    assert stands(*said, asked=asked) == expected, case


@pytest.mark.parametrize(("counted_at", "fate"), [(99, "early"), (100, "scored")])
def test_ruling_before_the_deadline_counts_only_at_the_deadline(counted_at: int, fate: str) -> None:
    assert stands(Said(), asked=Asked(known_at=40), counted_at=counted_at) == (0, fate)


@pytest.mark.parametrize(
    "update", [replace(UPDATE, recorded_at=101), replace(UPDATE, adopted_at=101)]
)
def test_row_coded_after_the_knowledge_is_flagged_and_can_be_left_out(update: Said) -> None:
    with_late, without = World([Said(), update]), World([Said(), update], late="exclude")

    assert found(with_late) == {(0, 0): oracles.Chosen(1, Fate.SCORED, is_coded_after_known=True)}
    assert found(without) == {(0, 0): oracles.Chosen(0, Fate.SCORED, is_coded_after_known=False)}


def test_late_row_left_out_leaves_no_pair() -> None:
    world = World([LATE_UNPROVEN], late="exclude")

    assert found(world) == {}
    assert not world.standings().unproven.any()


def test_nothing_said_is_nothing_standing() -> None:
    assert found(World([])) == {}


def test_fates_are_worded_as_the_api_says_them() -> None:
    words = "open scored early ambiguous annulled withdrawn too_late not_adopted date_unproven"

    assert [fate.word for fate in Fate] == words.split()


@pytest.mark.parametrize("name", ["statements", "questions"])
def test_columns_of_unequal_lengths_are_refused(name: str) -> None:
    columns = getattr(World([Said()]), name)()

    with pytest.raises(ValueError, match=r"unequal lengths: .*'order': 2"):
        replace(columns, order=np.arange(2))


def test_codes_too_large_for_one_number_sort_all_the_same() -> None:
    said = [Said(expert=expert, stated_at=at, order=at) for expert in (1, 0) for at in (3, 1, 2)]
    far = [replace(row, expert=row.expert << 62, question=1) for row in said]
    asked = [Asked(), Asked()]

    standing = [one.order for one in found(World(far, asked)).values()]

    assert standing == [one.order for one in found(World(said, asked)).values()] == [3, 3]
