"""The hostile corpus: for each path and method of the OpenAPI document, what nobody should send."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tests.fuzz.values import (
    BODIES,
    BROKEN_HEADERS,
    BROKEN_METHODS,
    CONTENT_TYPES,
    CURSORS,
    ENDINGS,
    HEADERS,
    LONG_QUERIES,
    MEMBERS,
    METHODS,
    ODD_NAMES,
    QUERIES,
    TEXTS,
)

JSON = ("Content-Type", "application/json")
FEWEST_NAMES = 4
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of an address. where: real values in the place of the path's parameters.

    query: what it cannot do without.
    """

    method: str
    path: str
    where: Mapping[str, str]
    query: str
    parameters: tuple[str, ...]
    example: Mapping[str, Any] | None

    @property
    def label(self) -> str:
        """As tables name it."""
        return f"{self.method} {self.path}"

    @property
    def address(self) -> str:
        """The path with real values."""
        return self.path.format(**self.where)


@dataclass(frozen=True, slots=True)
class Attack:
    """A request. is_broken: whether it breaks the rules of HTTP, so that servers may refuse it."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    is_broken: bool = False

    def __str__(self) -> str:
        told = [f"{self.method} {shortened(self.target)}"]
        told += [f"{name}: {shortened(value)}" for name, value in self.headers]
        told += [shortened(repr(self.body))] if self.body else []
        return " | ".join(told)


def shortened(text: str) -> str:
    """The text, as it fits into a line."""
    shown = text.encode("unicode_escape").decode()
    return shown if len(shown) <= 100 else f"{shown[:100]}… ({len(text):,})"


def operations(
    document: Any, names: Mapping[str, Mapping[str, str]], known: Mapping[str, Any]
) -> list[Operation]:
    """What the document describes.

    names: real values, by the part of the path before them; "" is a query that it needs. known:
    real members of bodies.
    """
    return [
        Operation(
            method.upper(),
            path,
            _where(path, names),
            names.get(_kind(path), {}).get("", ""),
            tuple(one["name"] for one in described.get("parameters", ()) if one["in"] == "query"),
            _example(described, known),
        )
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def _where(path: str, names: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    return {name: names[_kind(path)][name] for name in re.findall(r"{(\w+)}", path)}


def _kind(path: str) -> str:
    return path.removeprefix("/api/v1/").partition("/")[0]


def _example(described: Any, known: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    rows = [one["value"] for one in content.get("examples", {}).values()]
    row = next((row for row in rows if isinstance(row, dict)), None)
    return row and {name: known.get(name, value) for name, value in row.items()}


def attacks_on(operation: Operation) -> Iterator[Attack]:
    """Everything hostile that is known, for one operation."""
    return chain(
        _paths(operation),
        _queries(operation),
        _headers(operation),
        _methods(operation),
        _bodies(operation),
        _broken(operation),
    )


def _paths(operation: Operation) -> Iterator[Attack]:
    for name in operation.where:
        for text in TEXTS:
            where = {**operation.where, name: text}
            yield _attack(operation, operation.path.format(**where))
    for ending in ENDINGS:
        yield _attack(operation, operation.address.rstrip("/") + ending)


def _queries(operation: Operation) -> Iterator[Attack]:
    names = (*operation.parameters, *ODD_NAMES[: max(0, FEWEST_NAMES - len(operation.parameters))])
    given = [f"{name}={text}" for name in names for text in TEXTS]
    given += [f"cursor={text}" for text in CURSORS]
    given += [f"{name}=1" for name in ODD_NAMES]
    given += [f"{name}=1&{name}=2" for name in names] + [f"{name}[]=1" for name in names]
    for query in (*given, *QUERIES):
        yield _attack(operation, f"{operation.address}?{operation.query}{query}")


def _headers(operation: Operation) -> Iterator[Attack]:
    target = f"{operation.address}?{operation.query}" if operation.query else operation.address
    for header in HEADERS:
        yield _attack(operation, target, header)


def _methods(operation: Operation) -> Iterator[Attack]:
    for method in METHODS:
        yield Attack(method, operation.address)
        yield Attack(method, f"{operation.address}?limit=%00", (JSON,), b"{}")


def _bodies(operation: Operation) -> Iterator[Attack]:
    raw = BODIES if operation.example else BODIES[::10]
    for body in raw:
        yield _sent(operation, body)
    if operation.example is None:
        return
    right = json.dumps(operation.example).encode()
    for content_type in CONTENT_TYPES:
        yield _sent(operation, right, ("Content-Type", content_type))
    yield _sent(operation, b"[" + right + b"]" * 2)
    yield _sent(operation, b"[" + b",".join([right] * 1_001) + b"]")
    yield _sent(operation, b'"' + b"a" * (4 * 1024 * 1024) + b'"')
    for name in (*operation.example, "no_such", "id", "__class__"):
        for value in MEMBERS:
            yield _sent(operation, json.dumps({**operation.example, name: value}).encode())


def _broken(operation: Operation) -> Iterator[Attack]:
    method, address = operation.method, operation.address
    for query in LONG_QUERIES:
        yield Attack(method, f"{address}?{query}", is_broken=True)
    for target in (f"http://evil.example{address}", "*", f"{address} x", f"{address}\xff", "a:b"):
        yield Attack(method, target, is_broken=True)
    for odd in BROKEN_METHODS:
        yield Attack(odd, address, is_broken=True)
    for header in BROKEN_HEADERS:
        yield Attack(method, address, (header,), b"zz\r\n", is_broken=True)
    for body in (b"0\r\n\r\n", b"5\r\n[1,2]", b"ffffffffff\r\n", b"-1\r\n", b""):
        chunked = (JSON, ("Transfer-Encoding", "chunked"))
        yield Attack(method, address, chunked, body, is_broken=True)
    yield Attack(method, address, (JSON, ("Content-Length", "99")), b"{}", is_broken=True)
    yield Attack(method, address, (("Host", "localhost"), ("Host", "evil.example")), is_broken=True)
    yield Attack(method, address, tuple((f"X-{n}", "1") for n in range(200)), is_broken=True)


def _attack(operation: Operation, target: str, *headers: tuple[str, str]) -> Attack:
    body = b"" if operation.example is None else json.dumps(operation.example).encode()
    given = {name.lower() for name, _ in headers}
    more = (JSON,) if body and "content-type" not in given else ()
    return Attack(operation.method, target, (*headers, *more), body)


def _sent(operation: Operation, body: bytes, content_type: tuple[str, str] = JSON) -> Attack:
    return Attack(operation.method, operation.address, (content_type,), body)
