"""Every field that the public can read is on a list: nobody adds a staff fact unseen.

The list is tests/api/allowed_fields.txt. Who adds a line to it says that everybody may know this.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from api.health import JOBS
from forecasts.models import Role
from forecasts.services.blindness import lift_blindness
from forecasts.services.codings import record_coding
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.verdicts import give_verdict
from mail.models import Heartbeat
from tests.api.test_schemas import ANSWERS, resolved
from tests.api.worlds import (
    NOW,
    World,
    correct,
    make_lead,
    number,
)
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    make_expert,
    make_forecast,
    make_user,
)
from tests.forecasts.disputes import decide, make_open_dispute

LIST = Path(__file__).parent / "allowed_fields.txt"
ALLOWED = {line for line in LIST.read_text().splitlines() if line and not line.startswith("#")}
EXPANDED = {
    "/api/v1/forecasts/": "expand=expert,question,source&include=superseded",
    "/api/v1/unscorable-statements/": "expand=expert,source",
}


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator(api_version="v1").get_schema(request=None, public=True)


def documented(schema: Any, document: Any, name: str) -> Iterator[str]:
    """The dotted names of what an answer of this shape can hold."""
    schema = resolved(schema, document)
    for part in schema.get("oneOf", schema.get("anyOf", ())):
        yield from documented(part, document, name)
    if "items" in schema:
        yield from documented(schema["items"], document, name)
    for field, inner in schema.get("properties", {}).items():
        yield f"{name}.{field}"
        yield from documented(inner, document, f"{name}.{field}")


def answered(value: Any, schema: Any, document: Any, name: str) -> Iterator[str]:
    """The dotted names of what an answer holds; of free-form objects none."""
    schema = resolved(schema, document)
    if isinstance(value, list):
        for one in value:
            yield from answered(one, schema.get("items", {}), document, name)
    if isinstance(value, dict) and "additionalProperties" not in schema:
        for field, part in value.items():
            yield f"{name}.{field}"
            inner = schema.get("properties", {}).get(field, {})
            yield from answered(part, inner, document, f"{name}.{field}")


def fill(world: World) -> None:
    """Something of everything that staff do."""
    bob = make_expert(slug="bob", name="Bob")
    make_forecast("0.3", expert=bob, question=world.question)
    record_coding(
        forecast=world.worded, coder=make_user(Role.CODER), low=number("0.5"), mid=number("0.6"),
        high=number("0.7"), as_of=AFTER,
    )  # fmt: skip
    lift_blindness(question=world.waiting, lead=make_lead(), reason="Quoted.", as_of=AFTER)
    give_verdict(
        question=world.waiting, reviewer=make_user(Role.REVIEWER), answer="no",
        known_at=DEADLINE, links=LINKS, as_of=AFTER,
    )  # fmt: skip
    correct(world.stated, as_of=AFTER, probability=number("0.6"))
    decide(make_open_dispute(world.question))
    for job in JOBS:
        Heartbeat.objects.create(job=job, beaten_at=timezone.now())
    recompute_scorecards(as_of=NOW)


def schema_of(document: Any, path: str) -> Any:
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    return content["application/json"]["schema"]


def test_only_what_is_on_the_list_is_documented(document: Any) -> None:
    found = {
        name.removeprefix("/api/v1/")
        for path in ANSWERS
        for name in documented(schema_of(document, path), document, f"{path} ")
    }

    assert sorted(found - ALLOWED) == []
    assert sorted(ALLOWED - found) == []


@pytest.mark.parametrize("path", ANSWERS)
def test_only_what_is_on_the_list_is_answered(
    reader: Client, world: World, document: Any, path: str
) -> None:
    fill(world)
    dispute = make_open_dispute(world.stated)
    address = ANSWERS[path].format(
        dispute=dispute.pk, forecast=world.stated.pk, source=world.source.pk
    )

    body = reader.get(f"/api/v1/{address}").json()

    found = answered(body, schema_of(document, path), document, f"{path} ")
    assert {name.removeprefix("/api/v1/") for name in found} <= ALLOWED


@pytest.mark.parametrize("path", EXPANDED)
def test_what_is_shown_whole_has_no_more_than_it_has_itself(
    reader: Client, world: World, path: str
) -> None:
    fill(world)
    whole = {
        "expert": "experts/{slug}/ ",
        "question": "questions/ .results",
        "source": "sources/ .results",
    }

    rows = reader.get(f"{path}?{EXPANDED[path]}").json()["results"]

    assert rows
    for row in rows:
        for name in row.keys() & whole.keys():
            fields = {f"{whole[name]}.{field}" for field in row[name] or {}}
            assert fields <= ALLOWED


def test_list_is_sorted_and_names_nobody() -> None:
    lines = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]

    assert lines == sorted(set(lines))
    for word in ("email", "coder.", "reviewer.", "recorded_by", "resolved_by", "coded_by"):
        assert [line for line in lines if line.endswith(word)] == []
