"""What mail programs and spam filters object to in HTML, found with the standard library."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

VOID = {"br", "img", "meta", "hr", "link", "input"}
FORBIDDEN = {
    *("script", "form", "input", "button", "iframe", "object", "embed", "link", "base"),
    *("svg", "video", "audio", "canvas", "textarea", "select"),
}
MARKS = ("%%UNSUBSCRIBE%%", "%%PREFERENCES%%")
SHOUTING = re.compile(
    r"\b[A-Z]{5,}\b[ !]+\b[A-Z]{5,}\b|!{2,}|\$\$|100% free|click here", re.IGNORECASE
)
HEX = re.compile(r"#([0-9a-f]{6})\b")
CONDITIONAL = re.compile(r"<!--\[if (.*?)\]>(.*?)<!\[endif\]-->", re.DOTALL)


@dataclass
class Element:
    """A tag that is open, with what it inherits."""

    tag: str
    color: str
    background: str
    classes: tuple[str, ...]
    path: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass
class Words:
    """A run of text with its colors, and where it stands."""

    text: str
    color: str
    background: str
    path: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass
class Mail(HTMLParser):
    """A parsed mail: its elements, links, pictures and words."""

    source: str
    open: list[Element] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    styles: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()
        self.complaints += [f"unclosed <{element.tag}>" for element in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.complaints.append(f"an attribute twice in <{tag}>")
        self.tags.append((tag, given))
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "img":
            self.images.append(given)
        if tag not in VOID:
            self.open.append(self._element(tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1].tag != tag:
            self.complaints.append(f"</{tag}> where {[one.tag for one in self.open[-3:]]} are open")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        where = self.open[-1] if self.open else None
        if where and where.tag == "style":
            self.styles += data
        elif where and where.tag != "title" and data.strip():
            self.words.append(Words(data.strip(), where.color, where.background, where.path))

    @property
    def text(self) -> str:
        """Everything that is read."""
        return " ".join(words.text for words in self.words)

    def _element(self, tag: str, given: dict[str, str]) -> Element:
        above = self.open[-1] if self.open else Element("", "#000000", "#ffffff", (), ())
        rules = (one.partition(":") for one in given.get("style", "").split(";"))
        style = {name.strip(): value.strip() for name, _, value in rules}
        classes = tuple(given.get("class", "").split())
        background = style.get("background-color") or style.get("background") or above.background
        color = style.get("color") or ("#0000ee" if tag == "a" else above.color)
        return Element(tag, color, background, classes, (*above.path, (tag, classes)))


def objections(html: str, *, site: str, evidence: tuple[str, ...] = ()) -> list[str]:
    """What a spam or an HTML lint says against a mail; links go to the site or to evidence."""
    mail = Mail(html)
    found = list(mail.complaints)
    found += [f"<{tag}> has no place in a mail" for tag, _ in mail.tags if tag in FORBIDDEN]
    found += [
        f"{name} in <{tag}>" for tag, given in mail.tags for name in given if name.startswith("on")
    ]
    found += [f"a picture without {name}" for image in mail.images
              for name in ("alt", "width", "height") if not image.get(name)]  # fmt: skip
    found += [f"a picture from elsewhere: {image['src']}" for image in mail.images
              if not image["src"].startswith("cid:")]  # fmt: skip
    found += [f"a link to {link}" for link in mail.links if not _is_good(link, site, evidence)]
    if "@import" in mail.styles or "url(" in mail.styles or "url(" in html:
        found.append("styles from elsewhere")
    if len(html.encode()) > 102_000:
        found.append(f"{len(html.encode())} bytes")
    # Conditional comments for Outlook are for it alone.
    share = len(mail.text) / len(CONDITIONAL.sub("", html))
    if share < 0.05:
        found.append(f"only {share:.1%} of it is text")
    if not html.lower().startswith("<!doctype html>"):
        found.append("no doctype")
    opened, closed = html.count("<!--[if"), html.count("<![endif]-->")
    if not opened or opened != closed:
        found.append(f"{opened} conditionals opened, {closed} closed")
    return found


def _is_good(link: str, site: str, evidence: tuple[str, ...]) -> bool:
    if link in MARKS or link in evidence:
        return True
    parts = urlsplit(link)
    return parts.scheme == "https" and link.startswith(f"{site}/")


def contrast(one: str, other: str) -> float:
    """Of two colors such as #16202e, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
