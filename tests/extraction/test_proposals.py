"""Proposals: the sentence with its place, the phrase, who speaks, by when."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.extraction.proposals import CONTEXT, Article, Proposal, proposals


def found(text: str, **more: str) -> list[Proposal]:
    return list(proposals(Article(text, **more)))


def phrases(text: str) -> list[tuple[str, bool]]:
    return [(one.phrase, one.claims_yes) for one in found(text)]


def speakers(text: str, **more: str) -> list[str]:
    return [one.speaker for one in found(text, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ceasefire will hold.", [("will", True)]),
        ("There will be no deal over territories.", [("will be no", False)]),
        ("It is inconceivable that he would resign.", [("is inconceivable that", False)]),
        ("It is not impossible that it might rain.", [("not impossible", True)]),
        ("A second vote cannot be ruled out.", [("cannot be ruled out", True)]),
        ("Prices won’t fall before Easter.", [("won’t", False)]),
        ("There is a 70 per cent chance of frost.", [("a 70 per cent chance of", True)]),
        ("The bill isn't likely to pass.", [("isn't likely to", False)]),
        ("I do not believe that they will win.", [("do not believe", False)]),
        ("If the river freezes, the port closes.", [("closes", True)]),
        ("Ann will resist, but Bo will not.", [("will", True), ("will not", False)]),
        ("No party will win a majority.", [("No party will", False)]),
    ],
)
def test_phrase_is_found_and_whether_it_speaks_against(
    text: str, expected: list[tuple[str, bool]]
) -> None:
    assert phrases(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Will it rain?",
        "“Will it rain?” she asked.",
        "He read the will to the family.",
        "Will Smith lives here.",
        "It was expected to rain, and it did.",
        "He could not sleep.",
        "Could you close the door?",
        "You may leave the room.",
        "They met in May.",
        "You will remember the flood.",
        "It is possible to visit the tower.",
        "Nobody knew what would come.",
        "The match will be played on Sunday.",
        "If we were rich, it would be easy.",
        "Growth was probably slower.",
        "The town lies on the river.",
        "WILL THE BRIDGE HOLD",
    ],
)
def test_what_only_looks_like_a_forecast_is_not_proposed(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Low said that prices will fall.", "Ann Low"),
        ("“Prices will fall,” said the economist Ann Low.", "Ann Low"),
        ("“Prices,” Ann Low warned, “will fall.”", "Ann Low"),
        ("Prices will fall, according to Ann Low.", "Ann Low"),
        ("The bank's economist, Ann Low, expects that prices will fall.", "Ann Low"),
        ("Ann Low teaches law.\n\nProfessor Low said that prices will fall.", "Ann Low"),
        ("Ann Low teaches law. She said that prices will fall.", "Ann Low"),
        ("Many experts predict that prices will fall.", "Many experts"),
        ("Prices will fall.", "Bo Wood"),
    ],
)
def test_speaker_is_who_says_it_in_full(text: str, expected: str) -> None:
    assert set(speakers(text, author="Bo Wood")) == {expected}


def test_speaker_of_a_quotation_holds_over_its_paragraphs() -> None:
    text = "“Prices will fall,” said Ann Low. “First here.\n\n“Rents will follow, too.”"

    assert speakers(text, author="Bo Wood") == ["Ann Low", "Ann Low"]


@pytest.mark.parametrize(
    "text",
    [
        "We met Ann Low, who runs the grid:\n\nPower will be short.\n\nWhy?\n\nIt will be cold.",
        "ANN LOW: Power will be short.\n\nQ: Why?\n\nANN LOW: It will be cold.\n\nQ: Thank you.",
        "Ann Low runs it.\n\nQ: So?\n\nA: Power will be short.\n\nQ: Why?\n\nA: It will be cold.",
    ],
)
def test_turns_of_an_interview_are_the_guests(text: str) -> None:
    assert speakers(text, author="Bo Wood") == ["Ann Low", "Ann Low"]


def test_quotation_under_the_name_of_an_outlet_is_its_own() -> None:
    text = "What the press writes\n\nThe Harbour Post\n“The strike will end.”"

    assert speakers(text) == ["The Harbour Post"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It will end by the end of next year.", "by the end of next year"),
        ("It will end within six months.", "within six months"),
        ("It will end before the next election.", "before the next election"),
        ("By 2032 it will be over.", "By 2032"),
        ("It will end.", ""),
        ("Since last year it is clear that it will end.", ""),
    ],
)
def test_horizon_is_the_words_that_name_it(text: str, expected: str) -> None:
    assert [one.horizon for one in found(text)] == [expected]


def test_place_and_surroundings_are_those_of_the_text() -> None:
    text = (
        "It was quiet.\n\n  Mr. Low of U.S. Steel said nothing. Rents will rise by May. So be it."
    )

    (one,) = found(text)

    assert text[one.start : one.end] == one.exact == "Rents will rise by May."
    assert text[one.phrase_start :].startswith(one.phrase)
    assert one.prefix == text[one.start - CONTEXT : one.start]
    assert one.suffix == text[one.end :]


def test_wrapped_lines_are_one_paragraph() -> None:
    text = "The ministry has said for weeks that a new law on rents\nwill come before the summer."

    (one,) = found(text)

    assert one.exact == text


@settings(max_examples=200)
@given(st.text(alphabet="aW ill.?!“”\"‘’'\n\0\u202e\u0301,:;—I(0%", max_size=200))
def test_any_text_is_read_and_places_are_right(text: str) -> None:
    for one in found(text):
        assert text[one.start : one.end] == one.exact
        assert text[one.phrase_start : one.phrase_start + len(one.phrase)] == one.phrase


@pytest.mark.parametrize(
    "text",
    [" " * 10**6, "\n" * 10**5, "A " * 10**5, "Ann, " * 10**5, "“x will " * 10**4, "(" * 10**5,
     "will " * 10**5, "1-" * 10**5, "A. " * 10**4, "\0 will \0" * 10**4],
    ids=lambda text: repr(text[:6]),
)  # fmt: skip
def test_rubbish_is_read_without_end_or_error(text: str) -> None:
    assert len(found(text)) < 2 * 10**4
