"""From bytes to text, in the charset that the page names, as far as it can be believed."""

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Charsets of texts; Python's codecs know more, some of which unpack or compute.
CHARSETS = re.compile(
    r"ascii|utf-8|utf-16(-[lb]e)?|iso8859-\d+|cp125\d|cp1361|cp866|cp87[45]|cp932|cp949|cp950"
    r"|koi8-[rtu]|mac-\w+|gb2312|gbk|gb18030|hz|big5|big5hkscs|shift_jis(x0213|_2004)?"
    r"|euc_\w+|iso2022_\w+"
)
IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
IN_PAGE = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
HEAD = 2048


def decoded(body: bytes, content_type: str) -> str:
    """The text; what cannot be read is replaced, so that no page fails for its charset."""
    for mark, charset in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, errors="replace")
    charset = _named(IN_HEADER.search(content_type)) or charset_of(body)
    if charset:
        return body.decode(charset, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # Cut in the middle of a letter, or else what browsers take a page for that does not say.
        is_cut = error.start > len(body) - 4
        return body.decode("utf-8" if is_cut else "cp1252", errors="replace")


def charset_of(body: bytes) -> str:
    """What the page itself names; "" for nothing that is known."""
    charset = _named(IN_PAGE.search(body[:HEAD]))
    # A page whose letters can be read as far as here is not in UTF-16, whatever it says.
    return "utf-8" if charset.startswith("utf-16") else charset


def _named(match: re.Match[str] | re.Match[bytes] | None) -> str:
    if match is None:
        return ""
    name = match[1].decode("ascii", "ignore") if isinstance(match[1], bytes) else match[1]
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    # Pages that say Latin-1 mean Windows' letters; so do browsers.
    if found in {"ascii", "iso8859-1"}:
        return "cp1252"
    return found if CHARSETS.fullmatch(found) else ""
