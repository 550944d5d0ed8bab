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
