"""Parts of a file (RFC 9110, section 14), so that a download goes on where it stopped."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from django.http import HttpRequest

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


class NoSuchPartError(Exception):
    """A part that lies beyond the end of the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """From the first to the last byte, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Bytes."""
        return self.last - self.first + 1


def part_asked_for(request: HttpRequest, *, size: int, etag: str, modified: str) -> Part | None:
    """The one part that a GET wants; None where the whole has to be sent.

    That is so where several parts are asked for, the header cannot be read, or If-Range names
    another file. Raises NoSuchPartError.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    condition = request.headers.get("If-Range")
    if request.method != "GET" or found is None or condition not in (None, etag, modified):
        return None
    first, last = found.groups()
    is_backward = first and last and int(first) > int(last)
    if is_backward or not (first or last):
        return None
    if not first:
        first, last = str(max(size - int(last), 0)), "" if int(last) else "-1"
    return _within(int(first), int(last) if last else size - 1, size)


def _within(first: int, last: int, size: int) -> Part:
    if first >= size or last < first:
        raise NoSuchPartError
    return Part(first, min(last, size - 1))


class PartOfFile:
    """What FileResponse reads of a file: a part of it, from where it is opened."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        self._file = file
        self._left = part.length
        file.seek(part.first)

    def read(self, size: int = -1) -> bytes:
        """The next bytes, and none at the end of the part."""
        wanted = self._left if size < 0 else min(size, self._left)
        found = self._file.read(wanted)
        self._left -= len(found)
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()
