"""Differences of texts, word by word."""

import pytest

from forecasts.differences import Piece, pieces


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("It rains.", "It rains.", [Piece(kept="It rains.")]),
        (
            "It rains once.",
            "It rains twice.",
            [Piece(kept="It rains "), Piece(removed="once", added="twice"), Piece(kept=".")],
        ),
        (
            "for a week at most",
            "for two weeks at most",
            [
                Piece(kept="for "),
                Piece(removed="a week", added="two weeks"),
                Piece(kept=" at most"),
            ],
        ),
        ("", "New", [Piece(added="New")]),
        ("Old", "", [Piece(removed="Old")]),
        ("", "", []),
        ("a\nb", "a\nc", [Piece(kept="a\n"), Piece(removed="b", added="c")]),
    ],
)
def test_words_that_changed_stand_together(before: str, after: str, expected: list[Piece]) -> None:
    assert pieces(before, after) == expected


def test_both_texts_can_be_read_from_the_pieces() -> None:
    before, after = "The cat sat on the mat, twice.", "A cat lay on that mat - once, or twice!"

    found = pieces(before, after)

    assert "".join(piece.kept + piece.removed for piece in found) == before
    assert "".join(piece.kept + piece.added for piece in found) == after
