"""The editors' note on the coming issue, until that is made."""

import unicodedata
from datetime import datetime

from forecasts.models import User
from forecasts.models.fields import JOINERS
from forecasts.services.saving import atomic_or_busy
from mail.digesting import coming_week
from mail.issues.exceptions import (
    IssueMadeError,
    NotComingError,
    NoteChangedError,
    NoteEmptyError,
    NoteTooLongError,
)
from mail.issues.holds import require_editor
from mail.issues.printed_notes import lock_notes
from mail.models import Digest, EditorsNote
from mail.weeks import Week

MOST_CHARACTERS = 2000
UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@atomic_or_busy()
def write_note(*, week: Week, text: str, seen: str, by: User, as_of: datetime) -> EditorsNote:
    """Let the coming issue begin with this text. seen: the note looked at, as `note_mark` gives it.

    Raises EditorMissingError, IssueMadeError, NotComingError, NoteChangedError, NoteEmptyError,
    NoteTooLongError, BusyError.
    """
    row = _open_note(week, seen, by, as_of)
    text = plain_text(text)
    if not text:
        raise NoteEmptyError(field="text")
    if len(text) > MOST_CHARACTERS:
        raise NoteTooLongError(length=len(text), most=MOST_CHARACTERS, field="text")
    note = row or EditorsNote(week=str(week))
    note.text, note.written_by, note.written_at = text, by, as_of
    note.save()
    return note


@atomic_or_busy()
def delete_note(*, week: Week, seen: str, by: User, as_of: datetime) -> None:
    """Let the coming issue begin without a note. Without one, nothing happens.

    Raises EditorMissingError, IssueMadeError, NotComingError, NoteChangedError, BusyError.
    """
    row = _open_note(week, seen, by, as_of)
    if row is not None:
        row.delete()


def note_on(week: Week) -> EditorsNote | None:
    """The note on a week's issue, with who wrote it."""
    return EditorsNote.objects.filter(week=str(week)).select_related("written_by").first()


def note_mark(note: EditorsNote | None) -> str:
    """What a form carries of a note, to be compared when it comes back; empty without one."""
    return note.written_at.isoformat() if note else ""


def plain_text(text: str) -> str:
    """Without control characters and those that turn text around; one kind of line break."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(map(_plain, text)).strip()


def _plain(character: str) -> str:
    if character == "\n" or character in JOINERS:
        return character
    if character == "\t":
        return " "
    return "" if unicodedata.category(character) in UNPRINTABLE else character


def _open_note(week: Week, seen: str, by: User, as_of: datetime) -> EditorsNote | None:
    """The note as it stands, which may be changed."""
    require_editor(by)
    lock_notes()
    if Digest.objects.filter(as_of__gte=week.freeze).exists():
        raise IssueMadeError(week=week)
    if week != (coming := coming_week(as_of=as_of)):
        raise NotComingError(week=coming)
    row = EditorsNote.objects.select_for_update(no_key=True).filter(week=str(week)).first()
    if note_mark(row) != seen:
        raise NoteChangedError
    return row
