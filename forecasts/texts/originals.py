"""Articles as they were handed in, and the text in them that is read and quoted."""

import codecs
import re
import unicodedata

from markdown_it import MarkdownIt

from forecasts.texts.charsets import MARKS, charset_of
from forecasts.texts.readings import Reading, one_line

MAX_BYTES = 2 * 1024 * 1024
MAX_TEXT = 200_000
ENDINGS = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
}
LINE_END = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
LINE_BREAK = re.compile(r"\s*[\n\r]\s*")
GAP = re.compile(r"\n{3,}")


class Flowing(Reading):
    """A page whose lines end where its paragraphs do, and not where its source was wrapped."""

    def handle_data(self, data: str) -> None:
        super().handle_data(LINE_BREAK.sub(" ", data))


class UnreadableTextError(ValueError):
    """Says of the bytes why they are no text."""


def readable(original: bytes, media_type: str) -> str:
    """The text of an article: paragraphs between blank lines, without tags or hidden characters.

    Positions of quotations count in it. Raises UnreadableTextError.
    """
    text = _letters(original, media_type)
    if media_type == "text/markdown":
        text = MarkdownIt("commonmark", {"html": False}).render(text)
    if media_type != "text/plain":
        text = Flowing(text).text.replace("\n", "\n\n")
    return GAP.sub("\n\n", _clean(text))


def _letters(original: bytes, media_type: str) -> str:
    if len(original) > MAX_BYTES:
        raise UnreadableTextError("The file is larger than 2 MB.")
    if b"\0" in original and not original.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableTextError("The file holds NUL bytes: it is no text.")
    charset = charset_of(original) if media_type == "text/html" else ""
    for mark, marked in MARKS:
        if original.startswith(mark):
            original, charset = original[len(mark) :], marked
    try:
        return original.decode(charset or "utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableTextError(
            f"The file is not in {charset or 'UTF-8'}, from byte {error.start + 1} on. "
            "Save it as UTF-8, or paste its text."
        ) from error


def _clean(text: str) -> str:
    normal = unicodedata.normalize("NFC", LINE_END.sub("\n", text))
    return "\n".join(map(one_line, normal.split("\n"))).strip()
