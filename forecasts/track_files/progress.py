"""A line on the terminal that says how far the work has come."""

from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

Item = TypeVar("Item")
FROM_ROWS = 100_000
_WIDTH = 30


class ProgressBar:
    """Shows how many are done and, where the whole is known, the share of it.

    stream: shows nothing unless this is a terminal. share: from 0 to 1, or None where unknown.
    """

    def __init__(
        self,
        stream: TextIO,
        share: Callable[[], float | None],
        *,
        least: int = FROM_ROWS,
        unit: str = "rows",
    ) -> None:
        self._stream = stream
        self._share = share
        self._least = least
        self._unit = unit
        self._is_shown = False

    def __call__(self, n_done: int) -> None:
        if n_done < self._least or not self._stream.isatty():
            return
        self._is_shown = True
        self._write(f"\r{self._bar()}{n_done:,} {self._unit}")

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


def shown(items: Iterable[Item], total: int, stream: TextIO) -> Iterator[Item]:
    """The items, while a bar says how many of them have come."""
    done = 0
    bar = ProgressBar(stream, lambda: done / total, least=1, unit="experts scored")
    try:
        for item in items:
            yield item
            done += 1
            bar(done)
    finally:
        bar.clear()
