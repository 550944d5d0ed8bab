"""The rules of editing issues that somebody can break. Each class's docstring is its message."""

from forecasts.exceptions import RuleBrokenError


class EditorMissingError(RuleBrokenError):
    """Only leads and administrators edit the digest."""

    code = "editor_missing"


class HeldAlreadyError(RuleBrokenError):
    """Somebody else holds this issue already, since {held_at:%-d %B %Y, %H:%M} UTC."""

    code = "held_already"


class HoldChangedError(RuleBrokenError):
    """This issue was let go, or let go and held anew, since this page was opened. Look again."""

    code = "hold_changed"


class IssueMadeError(RuleBrokenError):
    """The issue of {week} is made, and what it says does not change any more. Write a note for the
    next one."""

    code = "issue_made"


class NotComingError(RuleBrokenError):
    """A note is for the coming issue, {week}."""

    code = "not_coming"


class NoteChangedError(RuleBrokenError):
    """Somebody else has changed the note since this page was opened. What you typed is still here:
    read theirs, then save once more."""

    code = "note_changed"


class NoteEmptyError(RuleBrokenError):
    """The note says nothing. To take a note away, delete it."""

    code = "note_empty"


class NoteTooLongError(RuleBrokenError):
    """The note has {length} characters; at most {most} fit."""

    code = "note_too_long"


class NoAddressError(RuleBrokenError):
    """Your account has no e-mail address, so no test can be sent."""

    code = "no_address"
