"""Names that may be one person's, and names that are not."""

import pytest

from forecasts.similarity.foldings import folded
from forecasts.similarity.names import ALIKE, likeness, nearest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Lovelace", "ada lovelace"),
        ("  Łukasz  Żółć ", "lukasz zolc"),
        ("Ørsted, H.C.", "orsted h c"),
        ("O\u2019Neill", "oneill"),
        ("Jean-Luc Mélenchon", "jean luc melenchon"),
        ("Straße", "strasse"),
        ("Володимир Зеленський", "volodimir zelenskii"),
        ("Αλέξης Τσίπρας", "alexis tsipras"),
        ("İstanbul", "istanbul"),
        ("\0\u202e", ""),
        ("", ""),
    ],
)
def test_texts_compare_without_case_accents_and_marks(text: str, expected: str) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [
        ("Ada Lovelace", "ADA LOVELACE", 100.0),
        ("Ada Lovelace", "Lovelace, Ada", 100.0),
        ("Dr. Ada Lovelace", "Ada Lovelace", 100.0),
        ("José Núñez", "Jose Nunez", 100.0),
        ("A. Lovelace", "Ada Lovelace", 95.0),
        ("A. K. Lovelace", "Ada King Lovelace", 95.0),
        ("Ada Lovelace", "Ada King Lovelace", 90.0),
        ("Lovelace", "Ada Lovelace", 85.0),
    ],
)
def test_names_of_one_person_are_scored_by_what_is_left_out(
    first: str, second: str, score: float
) -> None:
    assert (likeness(first, second), likeness(second, first)) == (score, score)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Volodymyr Zelensky", "Володимир Зеленський"),
        ("Volodymyr Zelenskyy", "Volodimir Zelensky"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Ada Lovelace", "Ada Lovlace"),
        ("Chatham House", "Chatam House"),
        ("Mearsheimer, J.", "John Mearsheimer"),
    ],
)
def test_misspelled_and_transliterated_names_are_alike(first: str, second: str) -> None:
    assert ALIKE <= likeness(first, second) < 100.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ada Lovelace", "Ada Smith"),
        ("Ada Lovelace", "Charles Babbage"),
        ("A. L.", "Ada Lovelace"),
        ("John Smith", "Jane Smith"),
        ("Bank of England", "Bank of Japan"),
        ("", "Ada"),
        ("\0", "\0"),
    ],
)
def test_names_of_others_are_not_alike(first: str, second: str) -> None:
    assert likeness(first, second) < ALIKE


def test_the_nearest_name_comes_first() -> None:
    names = ["Charles Babbage", "Lovelace", "Ada Lovelace", "A. Lovelace"]

    assert nearest("ada lovelace", names) == [(2, 100.0), (3, 95.0), (1, 85.0)]
    assert nearest("", names) == []
