"""Whatever is asked, the answer is an answer or a problem, never a crash."""

import base64
import json
from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.worlds import World

LISTS = ("experts/", "questions/", "sources/", "topics/", "unscorable-statements/", "leaderboard/")
PATHS = (
    *LISTS,
    "experts/ada/forecasts/",
    "experts/ada/scores/",
    "compare/",
    "questions/flood/",
    "ledger/",
    "ledger/head/",
    "exports/",
    "exports/2026-06-01/forecasts.csv",
    "health/",
    "",
)
PARAMETERS = (
    "limit", "cursor", "ordering", "expert", "topic", "status", "deadline_after", "population",
    "as_of", "known_until", "horizon", "coding", "late", "early", "ranking", "include", "synthetic",
    "kind", "after", "no_such",
)  # fmt: skip


def cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


VALUES = (
    "%00", "%FF%FE", "%ED%A0%80", "-1", "9" * 400, "1e400", "NaN", "-Infinity", "%27%20OR%201=1--",
    "%E2%80%AE", "%0D%0ASet-Cookie:x=1", "..%2F..%2Fetc%2Fpasswd", "<script>", "%F0%9F%92%A9" * 50,
    "A" * 5000, "[[[[" * 200, "[]", "{}", "null", "true", "0", "%25%32%35", "%", "+", "2026-13-45",
    "2026-02-30T25:61:61Z", "0000-00-00", "99999-01-01", "2026-01-01T00:00:00.9999999999Z",
)  # fmt: skip
CURSORS = (
    cursor(),
    cursor("deadline"),
    cursor("deadline", "2026-01-01T00:00:00", 1, 0),
    cursor("deadline", "2026-01-01T00:00:00+00:00", 2**70, 0),
    cursor("deadline", "2026-01-01T00:00:00+00:00", -1, 0),
    cursor("deadline", "2026-01-01T00:00:00+00:00", "1", 0),
    cursor("deadline", "2026-01-01T00:00:00+00:00", True, 0),
    cursor("deadline", "9999-12-31T23:59:59-23:59", 1, 0),
    cursor("deadline", 5, 1, 0),
    cursor("deadline", {"a": []}, 1, 0),
    cursor("deadline", None, 1, 0),
    cursor("deadline", "2026-01-01T00:00:00+00:00", 1, 2),
    cursor("name", "a\x00b", 1, 0),
    cursor("name", "a" * 1000, 1, 0),
    cursor("position", 10**30, 0, 0),
    cursor("position", -5, 0, 0),
    cursor("position", "x", 0, 0),
    cursor("password", "x", 1, 0),
    base64.urlsafe_b64encode(b"[" * 1000).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    "%C3%A9",
)


def knows(reader: Client, path: str, name: str) -> bool:
    """Whether the value is looked at: of a parameter that there is not, nothing but the name is."""
    answer = reader.get(f"/api/v1/{path}?{name}=0")
    refused = f'There is no parameter \\"{name}\\"'
    return answer.status_code != 400 or refused not in answer.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_strange_parameters(reader: Client, world: World, path: str) -> None:
    queries = [
        f"{name}={value}"
        for name in PARAMETERS
        for value in (VALUES if knows(reader, path, name) else VALUES[:3])
    ]
    queries += [f"cursor={text}" for text in CURSORS]
    queries += [f"ordering=name&cursor={text}" for text in CURSORS]
    queries += ["a" * 8000, "&" * 3000, "a[b][c]" * 300 + "=1", "=", "&=&", "%3D=%26"]
    statuses = {query: reader.get(f"/api/v1/{path}?{query}").status_code for query in queries}

    bad = {query: status for query, status in statuses.items() if status >= 500}
    if path == "health/":
        bad = {query: status for query, status in bad.items() if status != 503}
    assert bad == {}


@pytest.mark.parametrize("path", PATHS)
def test_more_parameters_than_anybody_needs(reader: Client, world: World, path: str) -> None:
    query = "&".join(f"a{number}=1" for number in range(5000))

    response = reader.get(f"/api/v1/{path}?{query}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "slug", ["a" * 5000, "%00", "%FF", "..", "%2e%2e", "é", "a b", "-", "_", "%0A", "0" * 300]
)
@pytest.mark.parametrize("kind", ["experts", "questions"])
def test_strange_slugs(reader: Client, world: World, kind: str, slug: str) -> None:
    response = reader.get(f"/api/v1/{kind}/{quote(slug, safe='%')}/")

    assert response.status_code in {400, 404}


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*"},
        {"accept": "a" * 5000},
        {"accept": ",;q=,"},
        {"if-none-match": '"' * 500},
        {"if-none-match": "W/"},
        {"if-modified-since": "Thu, 99 Foo 0000"},
        {"accept-encoding": "gzip;q=x, \x00"},
        {"host": "evil.example"},
        {"content-type": "application/json; charset=nonsense"},
        {"content-length": "abc"},
        {"range": "bytes=0-1,2-3"},
        {"x-http-method-override": "DELETE"},
    ],
)
def test_strange_headers(reader: Client, world: World, headers: dict[str, str]) -> None:
    response = reader.get("/api/v1/experts/", headers=headers)

    assert response.status_code < 500
