"""What can be read of a page: its title and its text, harmless and of bounded length."""

import re
import time
from html.parser import HTMLParser

from forecasts.models.evidence_copies import MAX_TITLE
from forecasts.texts.charsets import decoded

MAX_SOURCE = 1_000_000
MAX_TEXT = 200_000
MAX_SECONDS = 3.0
UNKNOWN = "application/octet-stream"
MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,40}/[\w.+-]{1,58})\s*(?:;|$)", re.ASCII)
PAGES = {"text/html", "application/xhtml+xml"}
TEXTS = re.compile(r"text/.+|application/(json|xml)|.+\+(json|xml)")
# Marks that join letters in Persian and Indic scripts and in emoji, and so belong to text.
JOINERS = "\u200c\u200d"
NOT_TEXT = {"script", "style", "noscript", "template", "svg", "iframe", "object", "canvas"}
BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"),
    *("main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"),
}


def media_type_of(content_type: str) -> str:
    """The type that the server names, in small letters; octets where it names none."""
    match = MEDIA_TYPE.match(content_type)
    return match[1].lower() if match else UNKNOWN


def title_and_text(body: bytes, content_type: str) -> tuple[str, str]:
    """Of a page its title and text, of a text the text, of anything else nothing."""
    media_type = media_type_of(content_type)
    if media_type in PAGES:
        # No letter takes more than four bytes.
        reading = Reading(decoded(body[: 4 * MAX_SOURCE], content_type)[:MAX_SOURCE])
        return one_line(reading.title)[:MAX_TITLE], lines(reading.text)[:MAX_TEXT]
    if TEXTS.fullmatch(media_type):
        return "", lines(decoded(body[: 4 * MAX_TEXT], content_type))[:MAX_TEXT]
    return "", ""


class OutOfTimeError(Exception):
    """A page that takes this long to read was made to."""


class Reading(HTMLParser):
    """The letters of a page, without what browsers do not show as text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self._title: list[str] = []
        self._text: list[str] = []
        self._hidden = ""
        self._depth = 0
        self._is_title = False
        self._ends = time.monotonic() + MAX_SECONDS
        try:
            self.feed(source)
            self.close()
        except (OutOfTimeError, AssertionError):
            pass  # what was read until here is kept
        self.title, self.text = "".join(self._title), "".join(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look_at_the_clock()
        if self._hidden:
            self._depth += tag == self._hidden
        elif tag in NOT_TEXT:
            self._hidden, self._depth = tag, 1
        elif tag == "title":
            self._is_title = not self._title
        elif tag in BLOCKS:
            self._text.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Browsers take <script/> for the beginning of a script; only inside SVG it ends there.
        if tag not in NOT_TEXT or tag == "svg":
            self._text.append("\n" if tag in BLOCKS and not self._hidden else "")
        else:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._look_at_the_clock()
        if self._hidden:
            self._depth -= tag == self._hidden
            self._hidden = self._hidden if self._depth else ""
        elif tag == "title":
            self._is_title = False
        elif tag in BLOCKS:
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        self._look_at_the_clock()
        if not self._hidden:
            (self._title if self._is_title else self._text).append(data)

    def _look_at_the_clock(self) -> None:
        if time.monotonic() > self._ends:
            raise OutOfTimeError


def lines(text: str) -> str:
    """The text line by line, without characters that steer rather than say something."""
    shown = (one_line(line) for line in re.split(r"[\n\r\f\v\x85\u2028\u2029]", text))
    return "\n".join(filter(None, shown))


def one_line(text: str) -> str:
    """The text in one line, without control, direction and unassigned characters."""
    kept = (" " if character.isspace() else character for character in text if _is_shown(character))
    return " ".join("".join(kept).split())


def _is_shown(character: str) -> bool:
    if character.isprintable() or character in JOINERS:
        return True
    return character.isspace() and character not in "\x1c\x1d\x1e\x1f"
