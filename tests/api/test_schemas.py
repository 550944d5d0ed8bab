"""The OpenAPI document holds, and every answer has the shape that it promises."""

# mypy: disable-error-code="import-untyped"

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from api.health import JOBS
from forecasts.models import Role, Scope
from mail.models import Heartbeat
from tests.api.worlds import World
from tests.api.writing import PATHS, body_for, make_writer, send
from tests.factories import make_expert
from tests.forecasts.disputes import make_open_dispute

pytestmark = pytest.mark.once

ANSWERS = {
    "/api/v1/": "",
    "/api/v1/experts/": "experts/",
    "/api/v1/experts/{slug}/": "experts/ada/",
    "/api/v1/experts/{slug}/scores/": "experts/ada/scores/",
    "/api/v1/experts/{slug}/scores/history/": "experts/ada/scores/history/",
    "/api/v1/experts/{slug}/calibration/": "experts/ada/calibration/",
    "/api/v1/experts/{slug}/forecasts/": "experts/ada/forecasts/",
    "/api/v1/forecasts/": "forecasts/",
    "/api/v1/forecasts/{id}/": "forecasts/{forecast}/",
    "/api/v1/questions/": "questions/?limit=1",
    "/api/v1/questions/{slug}/": "questions/flood/",
    "/api/v1/sources/": "sources/",
    "/api/v1/sources/{id}/": "sources/{source}/",
    "/api/v1/topics/": "topics/",
    "/api/v1/lexicons/": "lexicons/",
    "/api/v1/lexicons/{name}/": "lexicons/kent/",
    "/api/v1/unscorable-statements/": "unscorable-statements/",
    "/api/v1/corrections/": "corrections/",
    "/api/v1/disputes/": "disputes/",
    "/api/v1/disputes/{id}/": "disputes/{dispute}/",
    "/api/v1/leaderboard/": "leaderboard/",
    "/api/v1/compare/": "compare/?expert=ada&expert=bob",
    "/api/v1/ledger/head/": "ledger/head/",
    "/api/v1/reviewing/": "reviewing/",
    "/api/v1/exports/": "exports/",
    "/api/v1/coding/": "coding/",
    "/api/v1/statistics/": "statistics/",
    "/api/v1/health/": "health/",
}


# No JSON: tests/api/test_ledgers.py and test_exports.py check them.
STREAMS = {"/api/v1/ledger/", "/api/v1/exports/{day}/{name}"}
WRITES = {
    "/api/v1/sources/": (Scope.SOURCES, "201"),
    "/api/v1/questions/": (Scope.QUESTIONS, "201"),
    "/api/v1/forecasts/": (Scope.FORECASTS, "201"),
    "/api/v1/questions/{slug}/evidence/": (Scope.EVIDENCE, "202"),
}


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator(api_version="v1").get_schema(request=None, public=True)


def check(
    document: Any, path: str, status: str, kind: str, body: Any, *, method: str = "get"
) -> None:
    content = document["paths"][path][method]["responses"][status]["content"]
    validate(document, content[kind]["schema"], body)


def validate(document: Any, schema: Any, body: Any) -> None:
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(body)


def test_document_is_valid_without_a_warning() -> None:
    call_command(
        "spectacular", "--api-version", "v1", "--validate", "--fail-on-warn", stdout=StringIO()
    )


def test_reading_needs_no_key_and_writing_one(document: Any) -> None:
    needs = {
        (method, path): {} in operation["security"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }

    assert needs == {(method, path): method == "get" for method, path in needs}


def test_every_path_is_checked_here(document: Any) -> None:
    assert set(document["paths"]) == {*ANSWERS, *STREAMS, *WRITES}


@pytest.mark.parametrize("path", ANSWERS)
def test_answer_has_the_promised_shape(
    reader: Client, world: World, document: Any, path: str
) -> None:
    make_expert(slug="bob")
    for job in JOBS:
        Heartbeat.objects.create(job=job, beaten_at=timezone.now())

    dispute = make_open_dispute(world.stated)

    response = reader.get(
        f"/api/v1/{ANSWERS[path]}".format(
            dispute=dispute.pk, forecast=world.stated.pk, source=world.source.pk
        )
    )

    assert response.status_code == 200
    check(document, path, "200", "application/json", response.json())


@pytest.mark.parametrize("path", [path for path in ANSWERS if path != "/api/v1/health/"])
def test_problem_has_the_promised_shape(
    reader: Client, world: World, document: Any, path: str
) -> None:
    address = ANSWERS[path].partition("?")[0].format(dispute=1, forecast=1, source=1)

    response = reader.get(f"/api/v1/{address}?nothing=1")

    check(document, path, "400", "application/problem+json", response.json())


def test_late_service_has_the_promised_shape(reader: Client, db: None, document: Any) -> None:
    body = reader.get("/api/v1/health/").json()

    check(document, "/api/v1/health/", "503", "application/problem+json", body)


@pytest.mark.parametrize("path", WRITES)
def test_writing_has_the_promised_shape(
    reader: Client, world: World, document: Any, path: str
) -> None:
    scope, status = WRITES[path]
    token, body = make_writer(roles=list(Role))[1], body_for(scope, world)
    operation = document["paths"][path]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]

    dry = send(reader, token, f"{PATHS[scope]}?dry_run=true", [body])
    made = send(reader, token, PATHS[scope], body)
    bad = send(reader, token, PATHS[scope], [{**body, "nothing": 1}])

    assert operation["security"] == [{"key": [scope]}]
    for one in (body, [body]):
        validate(document, schema, one)
    with pytest.raises(ValidationError):
        validate(document, schema, {**body, "nothing": 1})
    check(document, path, status, "application/json", made.json(), method="post")
    check(document, path, "200", "application/json", dry.json(), method="post")
    check(document, path, "400", "application/problem+json", bad.json(), method="post")


def test_examples_of_bodies_are_such_bodies(document: Any) -> None:
    for path in WRITES:
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert len(content["examples"]) == 2
        for example in content["examples"].values():
            validate(document, content["schema"], example["value"])


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/experts/{slug}/scores/",
        "/api/v1/leaderboard/",
        "/api/v1/compare/",
        "/api/v1/reviewing/",
        "/api/v1/coding/",
        "/api/v1/statistics/",
        "/api/v1/experts/{slug}/calibration/",
        "/api/v1/experts/{slug}/scores/history/",
    ],
)
def test_every_number_is_documented_and_says_when_it_is_null(
    reader: Client, world: World, document: Any, path: str
) -> None:
    make_expert(slug="bob")
    body = reader.get(f"/api/v1/{ANSWERS[path]}").json()
    content = document["paths"][path]["get"]["responses"]["200"]["content"]

    found = list(faults(body, content["application/json"]["schema"], document, path))

    assert found == []


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"{address}{sign}{query}", path)
        for address, path, sign in (
            ("experts/ada/scores/", "/api/v1/experts/{slug}/scores/", "?"),
            ("leaderboard/", "/api/v1/leaderboard/", "?"),
            ("compare/?expert=ada&expert=bob", "/api/v1/compare/", "&"),
        )
        for query in ("topic=weather", "as_of=2026-01-02", "horizon=over_12_months&late=exclude")
    ],
)
def test_answer_with_options_has_the_promised_shape(
    reader: Client, world: World, document: Any, address: str, path: str
) -> None:
    make_expert(slug="bob")

    response = reader.get(f"/api/v1/{address}")

    assert response.status_code == 200
    check(document, path, "200", "application/json", response.json())


def faults(value: Any, schema: Any, document: Any, name: str) -> Iterator[str]:
    """Names of fields that the schema does not have or explain, however deep."""
    schema = resolved(schema, document)
    if isinstance(value, list) and "items" in schema:
        for one in value:
            yield from faults(one, schema["items"], document, name)
    if not (isinstance(value, dict) and "properties" in schema):
        return
    for field, part in value.items():
        inner, path = schema["properties"].get(field), f"{name}.{field}"
        if inner is None:
            yield f"{path} is not in the schema"
            continue
        if "number" in inner.get("type", ()) and "null" in inner.get("type", ()):
            text = inner.get("description", "")
            yield from () if " Null " in text else (f"{path} does not say when it is null",)
        yield from faults(part, inner, document, path)


def resolved(schema: Any, document: Any) -> Any:
    """The schema that a reference, perhaps to something nullable, stands for."""
    for one in (schema, *schema.get("allOf", ()), *schema.get("oneOf", ())):
        reference = one.get("$ref", "").rpartition("/")[2]
        if reference and reference != "NullEnum":
            return document["components"]["schemas"][reference]
    return schema
