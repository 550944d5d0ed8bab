"""What is encoded once for many says to each what it says to them."""

from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart

import pytest

from mail.molds import Letter, MoldedMessage, mold_of

LINK = f"https://hindcast.test/unsubscribe/{'x' * 150}:y=/"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
HARD = (
    "Vier \u00c4pfel, \u05e9\u05dc\u05d5\u05dd \U0001f600 = 4\n.\nFrom here\n..\n\ttab and blank \n"
    + "long " * 300
    + "w\u00f6rd" * 400
    + "\u2028\x85\x0b\x0c\0 MARK \0not a mark\0"
)


def wire(message: Message) -> bytes:
    """As a mail server gets it."""
    assert isinstance(message, Letter)
    return message.as_bytes(linesep="\r\n")


def text_of(part: MIMEPart) -> str:
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def sent(message: Message) -> EmailMessage:
    """As it is read at the other end."""
    found = message_from_bytes(wire(message), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def molded(text: str, html: str = "", pictures: Mapping[str, bytes] | None = None) -> MoldedMessage:
    mold = mold_of(text=text, html=html, pictures=pictures or {}, marks=("%%A%%", "%%B%%"))
    return MoldedMessage(
        mold, {"%%A%%": LINK, "%%B%%": "b"}, subject="Gr\u00fc\u00dfe", to=["ada@ada.org"]
    )


@pytest.mark.parametrize(
    "text",
    [HARD, "", "%%A%%", "%%A%%%%B%%", "a line\n%%A%%\n", " %%A%% .", f"{'x' * 75}%%A%%{'y' * 80}"],
)
def test_text_is_read_as_it_was_written_with_links_in_their_places(text: str) -> None:
    message = sent(molded(text).message())

    assert text_of(message).removesuffix("\n") == text.replace("%%A%%", LINK).replace(
        "%%B%%", "b"
    ).removesuffix("\n")
    assert (message["Subject"], message["To"]) == ("Gr\u00fc\u00dfe", "ada@ada.org")


def test_parts_stand_as_mail_programs_want_them() -> None:
    message = sent(molded("text", "<p>%%A%%</p>", {"one@mail": PNG}).message())

    parts = [(part.get_content_type(), part["Content-ID"]) for part in message.walk()]
    text, html, picture = (part for part in message.walk() if not part.is_multipart())
    assert parts == [
        ("multipart/alternative", None),
        ("text/plain", None),
        ("multipart/related", None),
        ("text/html", None),
        ("image/png", "<one@mail>"),
    ]
    assert text.get_content() == "text"
    assert html.get_content() == f"<p>{LINK}</p>"
    assert picture.get_content() == PNG


def test_every_line_is_short_ascii_that_no_server_has_to_encode_anew() -> None:
    body = wire(molded(HARD + " %%A%% " + HARD, HARD, {"one@mail": PNG}).message())

    lines = body.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert body.isascii()
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 76


def test_a_file_has_the_line_ends_of_files() -> None:
    for html in ("", "<p>%%A%%</p>"):
        assert b"\r" not in molded("text\nof two lines", html).message().as_bytes()


def test_one_mold_serves_many_readers() -> None:
    mold = mold_of(text="%%A%%", html="", pictures={}, marks=("%%A%%",))

    read = [
        sent(MoldedMessage(mold, {"%%A%%": link}, to=["a@a.org"]).message()).get_content()
        for link in ("one", "two")
    ]

    assert read == ["one", "two"]


def test_words_that_look_like_a_header_or_a_boundary_stay_words() -> None:
    text = "Subject: x\n\nTo: y\n--===============1==\n"

    message = sent(molded(text, text).message())

    assert [text_of(part) for part in message.iter_parts()] == [text, text]
