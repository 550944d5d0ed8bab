"""A line on the terminal that says how far reading has come."""

from collections.abc import Callable
from typing import TextIO

FROM_ROWS = 100_000
_WIDTH = 30


class ProgressBar:
    """Shows the rows read and, where the size of the file is known, the share of it.

    stream: shows nothing unless this is a terminal. share: from 0 to 1, or None where unknown.
    """

    def __init__(self, stream: TextIO, share: Callable[[], float | None]) -> None:
        self._stream = stream
        self._share = share
        self._is_shown = False

    def __call__(self, n_read: int) -> None:
        if n_read < FROM_ROWS or not self._stream.isatty():
            return
        self._is_shown = True
        self._write(f"\r{self._bar()}{n_read:,} rows")

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._is_shown:
            self._write("\r\033[K")

    def _bar(self) -> str:
        share = self._share()
        if share is None:
            return ""
        filled = round(min(share, 1) * _WIDTH)
        return f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {min(share, 1):4.0%}  "

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
