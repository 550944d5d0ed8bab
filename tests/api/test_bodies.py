"""Bodies: whatever is sent is read, or answered with what is wrong and where."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from forecasts.models import Scope
from tests.api.keys import bearing, make_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.endpoints")]
INVALID = "urn:hindcast:problem:invalid-body"


@pytest.fixture
def token() -> str:
    return make_key(Scope.FORECASTS)[1]


def send(reader: Client, token: str, body: Any, kind: str = "application/json") -> Any:
    return reader.generic("POST", "/api/v1/rows/", body, kind, headers=bearing(token))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "Expecting property name"),
        (b"[1,]", "Expecting value"),
        (b"\xff\xfe", "it is not UTF-8."),
        (b"[" * 100_000, "nested deeper than 32 levels"),
        (b"[" * 33 + b"]" * 33, "nested deeper than 32 levels"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested deeper than 32 levels"),
        (b"[NaN]", "NaN is no number of JSON."),
        (b"[-Infinity]", "-Infinity is no number of JSON."),
        (b'[{"quote": "a", "quote": "b"}]', '"quote" is given twice.'),
        (b'[{"quote": "\\ud800"}]', "half a character"),
        (b"9" * 5000, "Exceeds the limit"),
        (b" ", "Expecting value"),
    ],
)
def test_body_that_is_no_json_is_explained(
    reader: Client, token: str, body: bytes, said: str
) -> None:
    response = send(reader, token, body)

    problem = response.json()
    assert (response.status_code, problem["type"]) == (400, INVALID)
    assert [error["pointer"] for error in problem["errors"]] == [""]
    assert said in problem["detail"]


def test_whole_characters_may_be_escaped(reader: Client, token: str) -> None:
    assert send(reader, token, b'[{"quote": "\\ud83d\\ude00"}]').status_code == 200


def test_every_fault_has_a_pointer_to_its_place(reader: Client, token: str) -> None:
    rows = [{"quote": "fine"}, {"quote": "much too long"}, {"links": ["https://a.dev", "b"]}, 4]

    response = send(reader, token, json.dumps(rows))

    problem = response.json()
    assert (response.status_code, problem["type"]) == (400, INVALID)
    assert [error["pointer"] for error in problem["errors"]] == [
        "/1/quote",
        "/2/quote",
        "/2/links/1",
        "/3",
    ]
    assert problem["errors"][1]["detail"] == "This field is required."


def test_body_that_is_no_list_is_pointed_at_as_a_whole(reader: Client, token: str) -> None:
    problem = send(reader, token, b'"text"').json()

    assert [error["pointer"] for error in problem["errors"]] == [""]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "a" * 5000])
def test_only_json_is_taken(reader: Client, token: str, kind: str) -> None:
    response = send(reader, token, b"[]", kind)

    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"


def test_body_that_is_too_large_is_not_read(reader: Client, token: str, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert send(reader, token, b"[" + b" " * 98 + b"]").status_code == 200
    response = send(reader, token, b"[" + b" " * 99 + b"]")

    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
