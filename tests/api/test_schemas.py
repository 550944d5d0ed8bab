"""The OpenAPI document holds, and every answer has the shape that it promises."""

# mypy: disable-error-code="import-untyped"

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from api.health import JOBS
from mail.models import Heartbeat
from tests.api.worlds import World

ANSWERS = {
    "/api/v1/": "",
    "/api/v1/experts/": "experts/",
    "/api/v1/experts/{slug}/": "experts/ada/",
    "/api/v1/experts/{slug}/scores/": "experts/ada/scores/",
    "/api/v1/experts/{slug}/forecasts/": "experts/ada/forecasts/",
    "/api/v1/questions/": "questions/?limit=1",
    "/api/v1/questions/{slug}/": "questions/flood/",
    "/api/v1/sources/": "sources/",
    "/api/v1/topics/": "topics/",
    "/api/v1/unscorable-statements/": "unscorable-statements/",
    "/api/v1/leaderboard/": "leaderboard/",
    "/api/v1/health/": "health/",
}


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator(api_version="v1").get_schema(request=None, public=True)


def check(document: Any, path: str, status: str, kind: str, body: Any) -> None:
    content = document["paths"][path]["get"]["responses"][status]["content"]
    schema = {**content[kind]["schema"], "components": document["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)


def test_document_is_valid_without_a_warning() -> None:
    call_command(
        "spectacular", "--api-version", "v1", "--validate", "--fail-on-warn", stdout=StringIO()
    )


def test_every_path_is_checked_here(document: Any) -> None:
    assert set(document["paths"]) == set(ANSWERS)


@pytest.mark.parametrize("path", ANSWERS)
def test_answer_has_the_promised_shape(
    reader: Client, world: World, document: Any, path: str
) -> None:
    for job in JOBS:
        Heartbeat.objects.create(job=job, beaten_at=timezone.now())

    response = reader.get(f"/api/v1/{ANSWERS[path]}")

    assert response.status_code == 200
    check(document, path, "200", "application/json", response.json())


@pytest.mark.parametrize("path", [path for path in ANSWERS if path != "/api/v1/health/"])
def test_problem_has_the_promised_shape(
    reader: Client, world: World, document: Any, path: str
) -> None:
    address = ANSWERS[path].partition("?")[0]

    response = reader.get(f"/api/v1/{address}?nothing=1")

    check(document, path, "400", "application/problem+json", response.json())


def test_late_service_has_the_promised_shape(reader: Client, db: None, document: Any) -> None:
    body = reader.get("/api/v1/health/").json()

    check(document, "/api/v1/health/", "503", "application/problem+json", body)


def test_every_field_of_the_scores_is_documented(
    reader: Client, world: World, document: Any
) -> None:
    body = reader.get("/api/v1/experts/ada/scores/").json()

    missing = undocumented(body, document["components"]["schemas"], "Scores")
    assert missing == []


def undocumented(value: Any, schemas: Any, name: str) -> list[str]:
    """Names of fields that the schema does not have, however deep."""
    properties = schemas[name]["properties"]
    missing = [f"{name}.{field}" for field in value if field not in properties]
    for field, part in value.items():
        inner = properties.get(field, {})
        reference = str(inner.get("$ref") or inner.get("items", {}).get("$ref", ""))
        parts = part if isinstance(part, list) else [part]
        for one in parts:
            if reference and isinstance(one, dict):
                missing += undocumented(one, schemas, reference.rpartition("/")[2])
    return missing
