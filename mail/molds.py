"""What a mail says, as it goes over the wire: encoded once for all who get the same, and
completed with one reader's own links."""

import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Policy, compat32

from django.core.mail import EmailMessage

LONGEST_LINE = 78
# What RFC 5322 allows. Some that read List-Unsubscribe stumble over an address on a second line.
LONGEST_HEADER = 998
LINE_END = "\r\n"
# Goes on in the next line, as if it were this one.
SOFT_BREAK = "=\n"
OF_THE_BODY = ("Content-Type", "MIME-Version", "Content-Transfer-Encoding")
# In what is quoted there are none, so that nobody's words are taken for a place.
PLACE = re.compile("\0(.*?)\0")


@dataclass(frozen=True, slots=True)
class Mold:
    """The body of a mail but for the links, and the headers that say how it is encoded."""

    headers: tuple[tuple[str, str], ...]
    pieces: tuple[str, ...]
    """Encoded text and names of links, by turns."""

    def filled(self, links: Mapping[str, str]) -> str:
        """The body, ready to be handed over."""
        encoded = {mark: _quoted(link).replace("\n", LINE_END) for mark, link in links.items()}
        return "".join(
            encoded[piece] if is_link else piece
            for piece, is_link in zip(self.pieces, _by_turns(), strict=False)
        )


def mold_of(
    *, text: str, html: str, pictures: Mapping[str, bytes], marks: tuple[str, ...] = ()
) -> Mold:
    """The mold of a mail with these parts; without HTML, of its text alone.

    pictures: PNG by Content-ID. marks: in whose place links will stand.
    """
    made = _text_part(text, "plain", marks)
    if html:
        shown = _text_part(html, "html", marks)
        made = _multipart("alternative", made, _with_pictures(shown, pictures))
    _, _, body = made.as_string(maxheaderlen=LONGEST_LINE).partition("\n\n")
    return Mold(tuple(made.items()), tuple(PLACE.split(body.replace("\n", LINE_END))))


class MoldedMessage(EmailMessage):
    """A mail whose body is encoded already. It is put together once, however often it is asked."""

    def __init__(self, mold: Mold, links: Mapping[str, str], **fields: object) -> None:
        """Take the body as mold and links, and the other fields as Django's message does."""
        super().__init__(**fields)  # type: ignore[arg-type]  # as they were given
        self._mold, self._links = mold, links
        self._made: Letter | None = None

    def message(self) -> "Letter":
        """Headers as Django writes and checks them, above the body that is ready."""
        if self._made is None:
            made = super().message()
            for name in OF_THE_BODY:
                del made[name]
            self._made = Letter([*made.items(), *self._mold.headers])
            self._made.set_payload(self._mold.filled(self._links))
        return self._made


class Letter(Message):
    """Headers and a body that is encoded already, with line ends as they are asked for."""

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        """Take headers that have been checked."""
        super().__init__(compat32.clone(max_line_length=LONGEST_HEADER, linesep=LINE_END))
        for name, value in headers:
            self[name] = value

    def as_bytes(
        self,
        unixfrom: bool = False,  # noqa: FBT001, FBT002, as in the class above
        policy: Policy | None = None,
        *,
        linesep: str = "\n",
    ) -> bytes:
        """As Django's mail backends ask for it."""
        made = super().as_bytes(unixfrom, policy)
        return made if linesep == LINE_END else made.replace(LINE_END.encode(), linesep.encode())


def _by_turns() -> Iterator[bool]:
    while True:
        yield from (False, True)


def _with_pictures(shown: Message, pictures: Mapping[str, bytes]) -> Message:
    if not pictures:
        return shown
    made = _multipart("related", shown, *(_inline(*picture) for picture in pictures.items()))
    made.set_param("type", "text/html")
    return made


def _multipart(subtype: str, *parts: Message) -> Message:
    made = MIMEMultipart(subtype)
    for part in parts:
        del part["MIME-Version"]
        made.attach(part)
    return made


def _inline(name: str, png: bytes) -> Message:
    picture = MIMEImage(png, "png")
    picture.add_header("Content-ID", f"<{name}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{name}.png")
    return picture


def _text_part(text: str, subtype: str, marks: tuple[str, ...]) -> Message:
    """Quoted-printable, which no server on the way has to encode anew."""
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    among = f"({'|'.join(map(re.escape, marks))})" if marks else "(?!)"
    pieces = re.split(among, re.sub(r"\r\n?", "\n", text))
    quoted = [
        f"{SOFT_BREAK}\0{piece}\0{SOFT_BREAK}" if piece in marks else _quoted(piece)
        for piece in pieces
    ]
    part.set_payload("".join(quoted))
    return part


def _quoted(text: str) -> str:
    return binascii.b2a_qp(text.encode(), istext=True).decode("ascii")
