"""The page about webhooks says what is so: its programs verify, its events are all there are."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mail.webhooks.events import EVENTS, TEST
from mail.webhooks.signatures import new_secret, signed_headers
from tests.docs.pages import DOCS, FENCE, rows_of_table

PAGE = (DOCS / "how-to" / "webhooks.md").read_text()
PROGRAMS = [
    block.removeprefix("```python\n").removesuffix("```")
    for block in FENCE.findall(PAGE)
    if block.startswith("```python\n")
]
BODY = '{"type":"webhook.test","data":{"message":"ä"}}'.encode()


def verifier(program: str) -> Any:
    names: dict[str, Any] = {}
    exec(compile(program, "webhooks.md", "exec"), names)
    return names["event_in"]


def signed(secret: str, **changes: Any) -> dict[str, str]:
    facts = {"uid": "msg_1", "body": BODY, "keys": [secret], "as_of": datetime.now(UTC), **changes}
    return signed_headers(**facts)


def test_there_are_two_programs() -> None:
    assert len(PROGRAMS) == 2


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_page_takes_what_is_ours(program: str) -> None:
    secret, other = new_secret(), new_secret()

    events = [
        verifier(program)(secret, BODY, signed(secret, keys=keys))
        for keys in ([secret], [other, secret], [secret, other])
    ]

    assert events == [json.loads(BODY)] * 3


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "changes",
    [{"body": b"{}"}, {"keys": [new_secret()]}, {"as_of": datetime(2026, 1, 1, tzinfo=UTC)}],
    ids=["another body", "another secret", "another time"],
)
def test_a_program_of_the_page_refuses_what_is_not(program: str, changes: dict[str, Any]) -> None:
    secret = new_secret()

    with pytest.raises(Exception, match=r"(?i)signature found|not signed|too old"):
        verifier(program)(secret, BODY, signed(secret, **changes))


def test_the_page_lists_every_event() -> None:
    listed = [row[0].strip("`") for row in rows_of_table(PAGE, first_column="`type`")]

    assert listed == [*EVENTS, TEST]
