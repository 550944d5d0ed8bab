"""Ids of rows, as forms and addresses carry them."""

MAX_ID = 2**63 - 1
MAX_DIGITS = 19


def id_of(text: str) -> int | None:
    """The id; None for what can be none. Python itself refuses to read very long numbers."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        return None
    number = int(text)
    return number if number <= MAX_ID else None
