"""What an answer to a hostile request must not be."""

import gzip
import json
from collections.abc import Iterator

from tests.fuzz.attacks import Attack
from tests.fuzz.wires import Reply

LIMIT = 1.0
PROBLEM = "application/problem+json"


def faults(attack: Attack, reply: Reply) -> list[str]:
    """Everything that is wrong with the answer, but for how long it took.

    A request that breaks the rules of HTTP is refused by the web server before Hindcast sees it, in
    words of its own, or by hanging up.
    """
    is_ours = "X-Request-Id" in reply.headers
    if attack.is_broken and not is_ours and reply.status < 500 and not 200 <= reply.status < 400:
        return []
    return list(_found(attack, reply, is_ours=is_ours))


def _found(attack: Attack, reply: Reply, *, is_ours: bool) -> Iterator[str]:
    if reply.status == 0:
        yield f"no answer: {reply.body.decode(errors='replace')}"
        return
    if reply.status >= 500:
        yield f"status {reply.status}"
    if not is_ours:
        yield f"status {reply.status} without a request id"
    elif reply.status >= 400:
        yield from _problem(attack, reply)
    if "Set-Cookie" in reply.headers:
        yield "a cookie"


def _problem(attack: Attack, reply: Reply) -> Iterator[str]:
    given = reply.headers.get("Content-Type")
    if given != PROBLEM:
        yield f"status {reply.status} as {given}"
    elif attack.method != "HEAD":
        is_packed = reply.headers.get("Content-Encoding") == "gzip"
        try:
            told = json.loads(gzip.decompress(reply.body) if is_packed else reply.body)
        except ValueError:
            told = {}
        wanted = {"status": reply.status, "request_id": reply.headers["X-Request-Id"]}
        yield from (f"no {name} as it was" for name in wanted if told.get(name) != wanted[name])
