"""What is read of a page: text for people, in whatever charset, and nothing that steers."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.models.evidence_copies import MAX_TITLE
from forecasts.texts import readings
from forecasts.texts.readings import MAX_TEXT, UNKNOWN, media_type_of, title_and_text

pytestmark = pytest.mark.once

HTML = "text/html"


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/html", "text/html"),
        ("Text/HTML; charset=utf-8", "text/html"),
        (" application/pdf ;x", "application/pdf"),
        ("image/svg+xml", "image/svg+xml"),
        ("", UNKNOWN),
        ("html", UNKNOWN),
        ("text/html, text/plain", UNKNOWN),
        ("text/<script>", UNKNOWN),
        ("text/" + "x" * 200, UNKNOWN),
        ("tëxt/html", UNKNOWN),
    ],
)
def test_media_types_are_what_they_can_be(content_type: str, expected: str) -> None:
    assert media_type_of(content_type) == expected


@pytest.mark.parametrize(
    ("html", "title", "text"),
    [
        ("<title>A &amp; B</title><p>One<p>Two", "A & B", "One\nTwo"),
        ("<p>one <b>two</b>\n three</p>", "", "one two\nthree"),
        ("a<br>b<br/>c", "", "a\nb\nc"),
        ("<script>alert(1)</script>x<style>p{}</style>y", "", "xy"),
        ("<script/>alert(1)</script>x", "", "x"),
        ("<svg><title>Icon</title><script/></svg>x", "", "x"),
        ("<template><template>a</template>b</template>c", "", "c"),
        ("<noscript>Turn it on</noscript>x", "", "x"),
        ("<script>never closed", "", ""),
        ("<title>One</title><title>Two</title><p>x", "One", "Two\nx"),
        ("<title>never closed", "never closed", ""),
        ("<!-- no -->x", "", "x"),
        ("<!DOCTYPE html><?php echo 1 ?>x", "", "x"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "", "<script>alert(1)</script>"),
        ("&#0;&#x1b;[2J&#xd800;&#x202e;x&#x2066;", "", "\ufffd[2J\ufffdx"),
        ("a\0b\u202ec\u200bd\u2028e\x85f\ue000g", "", "abcd\ne\nfg"),
        ("می\u200cشود 👩\u200d🚀", "", "می\u200cشود 👩\u200d🚀"),
        ("<TITLE>A\n\n\tB</TITLE>", "A B", ""),
        ("< p>x <", "", "< p>x <"),
        ("", "", ""),
    ],
)
def test_a_page_is_read_as_people_see_it(html: str, title: str, text: str) -> None:
    body = html.encode("utf-8", "surrogatepass")

    assert title_and_text(body, "text/html; charset=utf-8") == (title, text)


LETTERS = "Ölpreis “gefallen”"


@pytest.mark.parametrize(
    ("charset", "content_type", "prefix"),
    [
        ("utf-8", "text/html; charset=utf-8", ""),
        ("utf-8", 'text/html; charset="UTF-8"', ""),
        ("utf-8", HTML, ""),
        ("utf-8-sig", "text/html; charset=latin-1", ""),
        ("utf-16", "text/html; charset=utf-8", ""),
        ("utf-16-le", "text/html; charset=utf-16le", ""),
        ("cp1252", HTML, ""),
        ("cp1252", "text/html; charset=iso-8859-1", ""),
        ("cp1252", "text/html; charset=us-ascii", ""),
        ("cp1252", HTML, '<meta charset="windows-1252">'),
        ("gb18030", HTML, "<META http-equiv=content-type content='text/html; charset=gb18030'>"),
        ("utf-8", HTML, "<meta charset=utf-16>"),
        ("utf-8", "text/html; charset=zip", ""),
        ("utf-8", "text/html; charset=unicode_escape", ""),
        ("utf-8", "text/html; charset=idna", ""),
        ("utf-8", "text/html; charset=utf-7", ""),
        ("utf-8", "text/html; charset=no\0such", ""),
        ("utf-8", "text/html; charset=" + "x" * 5000, ""),
    ],
)
def test_letters_are_read_in_the_charset_they_were_written_in(
    charset: str, content_type: str, prefix: str
) -> None:
    body = f"{prefix}<p>{LETTERS}".encode(charset)

    assert title_and_text(body, content_type) == ("", LETTERS)


@pytest.mark.parametrize(
    ("charset", "letters", "name"),
    [
        ("shift_jis", "石油価格", "Shift_JIS"),
        ("euc-kr", "석유", "euc-kr"),
        ("koi8-r", "нефть", "KOI8-R"),
        ("cp1251", "нефть", "windows-1251"),
        ("big5", "石油", "big5"),
        ("iso2022_jp", "石油", "iso-2022-jp"),
        ("iso8859-15", "20 €", "iso-8859-15"),
    ],
)
def test_charsets_of_the_world_are_known(charset: str, letters: str, name: str) -> None:
    body = f"<title>{letters}</title>".encode(charset)

    assert title_and_text(body, f"text/html; charset={name}") == (letters, "")


def test_what_cannot_be_read_is_replaced() -> None:
    assert title_and_text(b"a\xff\xfeb", "text/html; charset=utf-8") == ("", "a\ufffd\ufffdb")


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/plain", "<p>x"),
        ("text/csv; charset=utf-8", "<p>x"),
        ("application/json", "<p>x"),
        ("application/ld+json", "<p>x"),
        ("image/svg+xml", "<p>x"),
        ("application/pdf", ""),
        ("image/png", ""),
        ("", ""),
    ],
)
def test_texts_are_read_as_they_are_and_other_files_not_at_all(
    content_type: str, text: str
) -> None:
    assert title_and_text(b"<p>x", content_type) == ("", text)


def test_huge_titles_and_texts_are_cut() -> None:
    long = b"<title>" + b"T" * 5000 + b"</title>" + b"word " * 150_000

    title, text = title_and_text(long, HTML)

    assert (len(title), len(text)) == (MAX_TITLE, MAX_TEXT)


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<!--",
        "<!",
        "<?",
        "<![CDATA[",
        "<a b='",
        "</",
        "&#",
        "<a<",
        "<div>",
        " ",
        "\u0301\u0327",
    ],
)
def test_a_page_that_is_made_to_take_long_is_left_in_time(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MAX_SECONDS", 0.5)
    body = (unit * (5_000_000 // len(unit))).encode()
    started = time.monotonic()

    title_and_text(body, HTML)

    assert time.monotonic() - started < 12


@given(
    st.binary(max_size=2000), st.sampled_from(["", "utf-8", "utf-16", "gbk", "iso2022_jp", "hz"])
)
def test_whatever_is_sent_can_be_stored_and_shown(body: bytes, charset: str) -> None:
    title, text = title_and_text(body, f"text/html; charset={charset}")

    assert title == " ".join(title.split())
    allowed = {"\n", "\u200c", "\u200d"}
    assert {
        character
        for character in title + text
        if character not in allowed and unicodedata.category(character)[0] == "C"
    } == set()
