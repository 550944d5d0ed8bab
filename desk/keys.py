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
KEY_GROUPS = (IN_THE_QUEUE, ON_A_QUESTION, ANYWHERE)
