"""Hostile values: what a query, a path, a header and a body can hold that nobody means."""

import base64
import json
from typing import Any


def cursor(*content: object) -> str:
    """As the API writes them, with what it never would."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


# Percent-encoded, as they stand in an address.
TEXTS = (
    *("%00", "a%00b", "%", "%zz", "%u0041", "%25%32%35", "+", "%20", "%09", "%0A", "%7F"),
    # No UTF-8: stray bytes, overlong forms, half characters, beyond the last.
    *("%FF", "%FF%FE", "%C0%AF", "%E0%80%80", "%ED%A0%80", "%F4%90%80%80", "%80abc"),
    # Direction, invisible and combining marks, an emoji in parts, what is no character.
    *("%E2%80%AEabc", "%E2%81%A6", "%E2%80%8B", "e" + "%CC%81" * 300, "%EF%BF%BF"),
    *("%F0%9F%91%A8%E2%80%8D" * 40, "%F0%9F%92%A9" * 60, "%EF%BB%BFada", "%E2%80%A8"),
    # Numbers.
    *("0", "-0", "-1", "1e400", "-1e-400", "NaN", "-Infinity", "0x10", "1_000", "9" * 400),
    *(str(2**63), str(-(2**63) - 1), "%D9%A1%D9%A2", "%C2%B2", "1.0000000000000000000000001"),
    # Times.
    *("2026-13-45", "2026-02-30T25:61:61Z", "0000-00-00", "99999-01-01", "2026-W53-7"),
    *("9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00.9999999999Z", "2026-01-01T00:00:00"),
    # What other languages read as something else.
    *("null", "true", "[]", "{}", "[[[[" * 200, "a" * 3000, ",,,,", "a," * 300, "a.b." * 300),
    *("%27%20OR%201%3D1--", "..%2F..%2Fetc%2Fpasswd", "%3Cscript%3E", "%0D%0ASet-Cookie:x=1"),
    *("%24%7Bjndi%3Aldap%3A//x%7D", "%7B%7B7*7%7D%7D", "a%3Bb%7Cc", "%5C%5C%2e%2e%5C"),
)
NO_TIMES: tuple[Any, ...] = (None, [], {"a": []}, "9999-12-31T23:59:59-23:59")
CURSORS = (
    *(cursor(), cursor("deadline"), cursor("password", "x", 1, 0), cursor("deadline", 5, 1, 0)),
    *(cursor("deadline", "2026-01-01T00:00:00+00:00", pk, 0) for pk in (2**70, -1, "1", True)),
    *(cursor("-stated_at", at, 1, 0) for at in NO_TIMES),
    *(cursor("name", value, 1, 0) for value in ("a\0b", "a" * 1000, "\ud800", "")),
    *(cursor("position", value, 0, 0) for value in (10**30, -5, "x", True)),
    *(cursor("slug", "a", 1, 2), cursor("slug", "a", 1, [])),
    *(base64.urlsafe_b64encode(raw).decode() for raw in (b"[" * 1000, b"\xff\xfe", b"NaN", b"1")),
    *("%C3%A9", "====", "a" * 2500),
)
ODD_NAMES = ("no_such", "limit[]", "limit[0]", "%00", "%FF", "__proto__", "a" * 1000, "%E2%80%AE")
QUERIES = (
    *(
        "&" * 1000,
        "=",
        "&=&",
        "%3D=%26",
        "?",
        "??=",
        "a[b][c]" * 200 + "=1",
        "a" * 2000,
        ";",
        "a;b=1",
    ),
    *("=1&=2&=3", "#x", "%26limit=1", "limit=1;ordering=name", "[]=1", "%5B%5D=1", "_=1", "0=1"),
    "&".join(f"a{number}=1" for number in range(450)),
    "&".join(["limit=1"] * 400),
)
# More than gunicorn takes in a line.
LONG_QUERIES = ("&".join(f"a{number}=1" for number in range(1_000)), "a=" + "b" * 8_000)
# What stands in the place of a path's last slash, or of all of it.
ENDINGS = (
    *("", "//", "/./", "/../", "/%2e%2e/", "%2F", ";x=1/", "/%00", "/%20", "/.json", "/index.php"),
    *(
        "/" + "a" * 2000 + "/",
        "/" + "a/" * 500,
        "/%FF/",
        "/\\",
        "/%5C",
        "/%E2%80%AE/",
        "/..%2f..%2f",
    ),
)
METHODS = (
    *("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY"),
    *("FOO", "A" * 19),
)
# No methods to gunicorn.
BROKEN_METHODS = ("get", "G\xc4T", "", "GET\t", "A" * 40, "G,T")
LONG = "a" * 5000
HEADERS = (
    *(("Accept", value) for value in (
        *("*", LONG, ",;q=,", "text/html", "application/json;q=nan", "*/*;q=-1", ";" * 1000),
        *("application/json; indent=99999999999", "application/json; indent=x", "\xff\xfe"),
        *("application/jsonl," * 300, "application/json; version=999", "image/png", ""),
        *("text/csv; charset=utf-16", "application/json/json", "text/csv;q=0, */*", "a/b" * 1000),
    )),
    *(("Accept-Encoding", value) for value in (
        *("gzip;q=x", "br", "identity;q=0, *;q=0", "gzip," * 1000, "gzip;q=0", "\xff", LONG),
    )),
    *(("Accept-Language", value) for value in (LONG, "en;q=2", "xx-" * 500, "\xff")),
    *(("Accept-Charset", value) for value in ("utf-7", "\xff")),
    *((name, value) for name in ("If-None-Match", "If-Match") for value in (
        *('"' * 500, "W/", "*", '"a",' * 1000, "\xff", "W/*", LONG),
    )),
    *((name, value) for name in ("If-Modified-Since", "If-Unmodified-Since") for value in (
        *("Thu, 99 Foo 0000", "Sun, 06 Nov 99999 08:49:37 GMT", "0", "-1", "\xff", LONG),
        *("Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"),
        "Sun, 00 Jan 0000 00:00:00 GMT",
    )),
    *(("Range", value) for value in (
        *("bytes=0-1,2-3", "bytes=-0", "bytes=99999999999999999999-", "bytes=5-1", "items=0-5"),
        *("bytes=", "bytes=0-" + ",0-" * 1000, "bytes=-99999999999999999999", "bytes=a-b", "\xff"),
        "bytes=\u00b2-",
    )),
    *(("If-Range", value) for value in ("*", '"x"', "Thu, 99 Foo 0000", "\xff")),
    *(("Host", value) for value in (
        *("evil.example", "", "a:b", "[::1", "127.0.0.1:99999", "localhost@evil", LONG, "\xff"),
        *("localhost, evil.example", "localhost/evil", ".", "localhost."),
    )),
    *((name, value) for name in (
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
        *("Forwarded", "X-Real-IP"),
    ) for value in ("evil.example", "1" * 4000, "\xff", "https", ",,,,")),
    *(("X-Original-URL", "/admin/"), ("X-Rewrite-URL", "/admin/"), ("X-Host", "evil.example")),
    *(("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "PUT")),
    *(("Content-Type", value) for value in (
        *("application/json; charset=nonsense", "multipart/form-data", "text/plain", "\xff"),
        *("multipart/form-data; boundary=", "application/x-www-form-urlencoded", LONG, ""),
    )),
    *(("Idempotency-Key", value) for value in ("", "a" * 256, "\xff", "a\tb", LONG)),
    *(("Authorization", value) for value in (
        *("", "Bearer", "Bearer ", "Basic YTpi", "Bearer \xff", "Bearer hc_x_y", "bearer " * 500),
        *("Bearer " + LONG, "Digest username=x", "hc_00000000_" + "A" * 43, "Bearer a b c"),
    )),
    *(("X-Request-Id", value) for value in (LONG, "\xff", "<script>", "", "a b")),
    *(("Cookie", value) for value in ("session=x; " * 300, "session=\xff", "=;=;", "csrf" * 900)),
    *(("Origin", value) for value in ("null", "https://evil.example", "\xff")),
    *(("Access-Control-Request-Method", "DELETE"), ("Access-Control-Request-Headers", LONG)),
    *(("Referer", "\xff" * 100), ("User-Agent", "\xff" * 1000), ("Via", "1.1 x, " * 300)),
    *(("TE", "trailers, deflate"), ("Upgrade", "h2c"), ("X_Under", "1")),
    *(("Connection", "close, upgrade, x-y"), ("Max-Forwards", "-1"), ("Content-Encoding", "gzip")),
    *(("Content-Length", value) for value in ("0", "00", "1", "17")),
)  # fmt: skip
# What no server has to understand: two lengths, or a body that is not as it was announced.
BROKEN_HEADERS = (
    *(("Content-Length", value) for value in ("abc", "-1", "9" * 30, "1, 2", "+1", "\xb2")),
    *(("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "gzip, chunked")),
    *(
        ("Host", "a\x00b"),
        ("Accept", "a\x00b"),
        ("X Y", "1"),
        ("", "1"),
        ("Expect", "nonsense"),
        ("Accept", "a" * 70_000),
    ),
)
BODIES = (
    *(
        b"",
        b" ",
        b"null",
        b"true",
        b"0",
        b'""',
        b"[]",
        b"{}",
        b"[null]",
        b"[[]]",
        b"[{}]",
        b"[1,2]",
    ),
    *(
        b"1e400",
        b"-1e400",
        b"NaN",
        b"[Infinity]",
        b'{"a":NaN}',
        b"9" * 5000,
        b"[" + b"9" * 5000 + b"]",
    ),
    *(b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 40_000, b"[" * 33 + b"]" * 33),
    *(
        b"\xff\xfe",
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
    ),
    *(b'{"a":"\\ud800"}', b'{"\\udfff":1}', b'"\\ud800\\udc00"', b'{"a":1,"a":2}', b'{"":1}'),
    *(b'{"a":1}{"b":2}', b'{"a":1', b"{'a':1}", b'{"a":1,}', b"/* */{}", b"<a/>", b"a=1&b=2"),
    *(
        b"\x00",
        b'"\x00"',
        b'"\\u0000"',
        b'{"\\u0000":1}',
        b"\x1f\x8b\x08\x00",
        b'"' + b"a" * 300_000 + b'"',
    ),
    *(
        b"[" + b"{}," * 1000 + b"{}]",
        b"[" + b"1," * 20_000 + b"1]",
        b"{" + b'"a":1,' * 9_000 + b'"b":1}',
    ),
    *(
        b'{"' + b"a" * 50_000 + b'":1}',
        b'{"__proto__":{"a":1},"constructor":1}',
        b"-",
        b"[1e-99999]",
    ),
)
CONTENT_TYPES = (
    *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *("application/json; charset=utf-16", "application/json; charset=nonsense", "application/xml"),
    *("application/json, text/plain", "APPLICATION/JSON", "application/*", "*/*", "json", "\xff"),
)
# For each member of a body that would be right otherwise.
MEMBERS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, 1e308, -0.0, 1e-400),
    *("", " ", "\0", "a\0b", "\x1b[31m", "\u202eabc", "\u2066", "\u200b", "\ufeff", "\uffff"),
    *("e" + "\u0301" * 500, "\U0001f4a9" * 100, "a" * 100_000, "\n\n", "\u2028", "\r\nX: 1", "NaN"),
    *("1e400", "-1", "0.5", "2026-13-45", "0000-00-00T00:00:00Z", "99999-01-01T00:00:00Z"),
    *(
        "9999-12-31T23:59:59-23:59",
        "2026-01-01",
        "javascript:alert(1)",
        "http://",
        "//a",
        "http://[::1",
    ),
    *(
        "http://127.0.0.1/",
        "https://a" + "a" * 3000,
        "http://a\0b/",
        "=1+1",
        "<script>",
        "' OR 1=1--",
    ),
    *(
        [],
        {},
        [None],
        [[]],
        [{}],
        ["a"] * 1000,
        {"a": 1},
        [1, "a", None],
        {"": ""},
        [[[[[["x"]]]]]],
    ),
)
