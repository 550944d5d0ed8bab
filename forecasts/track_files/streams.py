"""Files as lines of text, whatever bytes they hold."""

from collections.abc import Generator
from io import TextIOWrapper
from typing import BinaryIO

# More than every column filled to its limit. A file without line breaks has to fit in memory too.
_LONGEST_LINE = 1_000_000


def text_lines(binary: BinaryIO) -> Generator[str]:
    """The lines of a file in UTF-8, with their ends.

    Bytes that are no UTF-8 become lone surrogates, so that reading can go on and say in which
    line and column they stand. Of a line longer than any that can be right the rest is skipped.
    """
    stream = TextIOWrapper(binary, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        while line := stream.readline(_LONGEST_LINE):
            yield line
            while len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
                line = stream.readline(_LONGEST_LINE)
    finally:
        # Whoever opened the file closes it.
        stream.detach()
