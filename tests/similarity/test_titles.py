"""Titles that may ask the same, and titles that do not."""

import pytest

from forecasts.similarity.titles import ALIKE, nearest_titles, title_likeness

TRUCE = "Will a general ceasefire between Russia and Ukraine be in force by 31 December 2026?"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (TRUCE, "Will a ceasefire between Ukraine and Russia come into force before 2027?"),
        (TRUCE, TRUCE.replace("2026", "2027").upper()),
        ("Will it rain in Berlin on 3 May 2026?", "Will it rain in Berlin by 4 June 2027?"),
        (
            "Will the parliament pass the budget before the recess?",
            "Will parliament pass its budget by the summer recess?",
        ),
        (
            "Will the court strike down the electoral law?",
            "Will the constitutional court strike down the new electoral law by June 2027?",
        ),
        (
            "Will inflation in Germany exceed 3 % in 2027?",
            "Will German inflation exceed 3% in 2027?",
        ),
        ("Will José Núñez resign?", "Will Jose Nunez resign?"),
    ],
)
def test_the_same_claim_is_found_in_other_words_and_at_other_dates(first: str, second: str) -> None:
    assert title_likeness(first, second) >= ALIKE
    assert title_likeness(second, first) >= ALIKE


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            TRUCE,
            "Will the Russian president publicly order a general ceasefire in Ukraine in 2026?",
        ),
        ("Will Russia win the war?", "Will Ukraine win the war?"),
        ("Will the price exceed 3 euros?", "Will the price exceed 5 euros?"),
        (TRUCE, "Will it rain?"),
        ("Will it rain?", "Will a court find that it will rain on the whole front line?"),
        ("", ""),
        ("\0", "\0"),
    ],
)
def test_other_claims_are_not_alike(first: str, second: str) -> None:
    assert title_likeness(first, second) < ALIKE


def test_the_nearest_title_comes_first() -> None:
    titles = ["Will it rain?", "Will a ceasefire of Russia and Ukraine be in force by 2027?", TRUCE]

    found = nearest_titles(TRUCE, titles)

    assert [place for place, _ in found] == [2, 1]
    assert found[0][1] == 100.0
    assert nearest_titles("will it be?", titles) == []
