"""The text of articles as files hold it: what is read, what is refused, and why."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.models.fields import validate_readable
from forecasts.texts.originals import MAX_BYTES, UnreadableTextError, readable

pytestmark = pytest.mark.once
PLAIN, HTML, MARKDOWN = "text/plain", "text/html", "text/markdown"


@pytest.mark.parametrize(
    ("original", "media_type", "text"),
    [
        (b"One.\r\nTwo.\r\n\r\n\r\n\r\nThree.", PLAIN, "One.\nTwo.\n\nThree."),
        ("Ostheim\u200b is \u202eold\u00ad.".encode(), PLAIN, "Ostheim is old."),
        ("e\u0301".encode(), PLAIN, "é"),
        (codecs.BOM_UTF8 + "süß".encode(), PLAIN, "süß"),
        (codecs.BOM_UTF16_LE + "süß".encode("utf-16-le"), PLAIN, "süß"),
        ("سيكون 👩\u200d🚀".encode(), PLAIN, "سيكون 👩\u200d🚀"),
        (
            b"<p>It will\nrain.<p>It will not.<script>x</script>",
            HTML,
            "It will rain.\n\nIt will not.",
        ),
        (b'<meta charset="iso-8859-1"><p>caf\xe9', HTML, "café"),
        (b"<title>T</title><p>a<br>b", HTML, "a\n\nb"),
        (
            b"# Head\n\nIt **will**\nrain, [he](https://x.org) said.",
            MARKDOWN,
            "Head\n\nIt will rain, he said.",
        ),
        (b"<script>alert(1)</script>", MARKDOWN, "<script>alert(1)</script>"),
        (b"", PLAIN, ""),
    ],
)
def test_text_is_what_people_read(original: bytes, media_type: str, text: str) -> None:
    assert readable(original, media_type) == text


@pytest.mark.parametrize(
    ("original", "media_type", "why"),
    [
        (b"a\0b", PLAIN, "NUL"),
        (b"caf\xe9", PLAIN, "not in UTF-8, from byte 4 on"),
        ("süß ".encode() + b"s\xfc\xdf", PLAIN, "not in UTF-8"),
        (b'<meta charset="utf-8"><p>caf\xe9', HTML, "not in utf-8"),
        (b"x" * (MAX_BYTES + 1), PLAIN, "larger than 2 MB"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_reason(
    original: bytes, media_type: str, why: str
) -> None:
    with pytest.raises(UnreadableTextError, match=why):
        readable(original, media_type)


@given(text=st.text(max_size=300), media_type=st.sampled_from([PLAIN, HTML, MARKDOWN]))
def test_whatever_is_pasted_becomes_text_that_can_be_quoted(text: str, media_type: str) -> None:
    found = readable(text.replace("\0", "").encode("utf-8", "ignore"), media_type)

    validate_readable(found)
    assert found == found.strip()
    assert "\n\n\n" not in found
