"""The keys of the desk, as the help dialog lists them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that belong together."""

    title: str
    keys: tuple[tuple[tuple[str, ...], str], ...]


ANYWHERE = KeyGroup(
    "Everywhere",
    ((("?",), "This list"), (("Esc",), "Leave a field or close this list")),
)
IN_THE_QUEUE = KeyGroup(
    "In the queue",
    (
        (("j",), "Next question"),
        (("k",), "Question before"),
        (("o", "Enter"), "Open it"),
        (("s",), "Snooze it, or all that are ticked"),
        (("m",), "Assign it, or all that are ticked"),
        (("/",), "Search"),
    ),
)
ON_A_QUESTION = KeyGroup(
    "On a question",
    (
        (("y", "n"), "Answer yes, no"),
        (("a", "x"), "Answer ambiguous, annulled"),
        (("u",), "Unsure: hand it on"),
        (("d", "t"), "Known at the deadline, or today"),
        (("w",), "Go to “Known at”"),
        (("e",), "Go to the links"),
        (("Ctrl+Enter",), "Save, and open the next"),
        (("j",), "Skip to the next"),
        (("i",), "Looked: it has not happened yet"),
        (("s",), "Snooze"),
        (("z",), "Go to what you can undo"),
        (("q",), "Back to the queue"),
    ),
)
AMONG_READINGS = KeyGroup(
    "In a list of readings",
    (
        (("j",), "Next phrase"),
        (("k",), "Phrase before"),
        (("o", "Enter"), "Open it"),
    ),
)
ON_A_READING = KeyGroup(
    "On a reading",
    (
        (("1", "9"), "Choose a phrase of a lexicon, by its number"),
        (("0",), "Choose none"),
        (("n",), "Go to the numbers"),
        (("w",), "Go to the note"),
        (("Ctrl+Enter",), "Record it, and open the next"),
        (("j",), "Skip to the next"),
        (("q",), "Back to the list"),
    ),
)
READING_KEYS = (AMONG_READINGS, ON_A_READING, ANYWHERE)
KEY_GROUPS = (IN_THE_QUEUE, ON_A_QUESTION, ANYWHERE)

AT_THE_READING_DESK = KeyGroup(
    "In an article",
    (
        (("a",), "Accept: to be recorded"),
        (("e",), "Accept, and record it now"),
        (("r",), "Reject: no forecast"),
        (("1", "…", "8"), "Cannot be scored, for that reason"),
        (("z",), "Take it back"),
        (("j", "k"), "Next proposal, and the one before"),
        (("h",), "Mark the chosen words by hand"),
        (("g",), "Go and record what was accepted"),
    ),
)
ON_A_RECORD = KeyGroup(
    "Recording",
    (
        (("w", "n"), "Who said it; on which question"),
        (("t", "p"), "Go to the quote, to the phrase"),
        (("l",), "Go to your reading"),
        (("Ctrl+Enter",), "Record, and go on to the next"),
        (("q",), "Back to the article"),
    ),
)
ARTICLE_KEYS = (AT_THE_READING_DESK, ON_A_RECORD, ANYWHERE)
