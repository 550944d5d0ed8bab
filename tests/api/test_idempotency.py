"""The same write with the same Idempotency-Key is done once, and answered again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from forecasts.models import KeptAnswer, Role, Scope, Source
from forecasts.services.kept_answers import forget_answers
from tests.api.worlds import NOW, World
from tests.api.writing import PATHS, SOURCE, body_for, everything, forecast, make_writer, send

pytestmark = pytest.mark.django_db
NOTED = {name: value for name, value in SOURCE.items() if name != "url"}


@pytest.fixture
def token() -> str:
    return make_writer(roles=list(Role))[1]


@pytest.mark.parametrize("scope", Scope)
def test_same_request_is_answered_again(
    reader: Client, world: World, token: str, scope: Scope
) -> None:
    body = body_for(scope, world)
    first = send(reader, token, PATHS[scope], body, Idempotency_Key="a key")
    after_first = everything()

    again = send(reader, token, PATHS[scope], body, Idempotency_Key="a key")

    assert first.status_code in {201, 202}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Cache-Control"] == "no-store"
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (
        None,
        "true",
    )
    assert everything() == after_first


def test_same_json_is_the_same_request(reader: Client, token: str) -> None:
    turned = dict(reversed(SOURCE.items()))
    send(reader, token, "sources/", SOURCE, Idempotency_Key="a")

    again = send(reader, token, "sources/", turned, Idempotency_Key="a")

    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_request_with_the_same_key_is_refused(
    reader: Client, world: World, token: str
) -> None:
    send(reader, token, "sources/", SOURCE, Idempotency_Key="a")
    before = everything()

    answers = [
        send(reader, token, "sources/", {**SOURCE, "title": "Another"}, Idempotency_Key="a"),
        send(reader, token, "sources/", [SOURCE], Idempotency_Key="a"),
        send(reader, token, "forecasts/", forecast(world), Idempotency_Key="a"),
    ]

    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "idempotency_key_reused"
    assert everything() == before


def test_keys_of_others_are_their_own(reader: Client, token: str) -> None:
    other = make_writer()[1]

    answers = [send(reader, who, "sources/", NOTED, Idempotency_Key="a") for who in (token, other)]

    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, None]
    assert KeptAnswer.objects.count() == 2


def test_refusals_are_not_kept(reader: Client, world: World, token: str) -> None:
    wrong, right = forecast(world, low=0.9), forecast(world)

    refusal = send(reader, token, "forecasts/", wrong, Idempotency_Key="a")
    made = send(reader, token, "forecasts/", right, Idempotency_Key="a")

    assert (refusal.status_code, made.status_code) == (422, 201)


def test_answer_is_kept_for_a_day(reader: Client, token: str) -> None:
    n_before, seen = Source.objects.count(), []

    for hours in (0, 23.99, 24, 47.9):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            answer = send(reader, token, "sources/", NOTED, Idempotency_Key="a")
        seen.append(answer.headers.get("Idempotent-Replayed"))

    assert seen == [None, "true", None, "true"]
    assert Source.objects.count() == n_before + 2


def test_sweep_forgets_what_is_kept_no_more(reader: Client, token: str) -> None:
    send(reader, token, "sources/", NOTED, Idempotency_Key="a")

    n_forgotten = [forget_answers(as_of=NOW + timedelta(hours=hours)) for hours in (24, 25, 26)]

    assert n_forgotten == [0, 1, 0]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "tab\t", "ä", "line\nbreak", "\x7f"])
def test_key_that_cannot_be_kept_is_refused(reader: Client, token: str, key: str) -> None:
    response = send(reader, token, "sources/", SOURCE, Idempotency_Key=key)

    assert (response.status_code, KeptAnswer.objects.count()) == (400, 0)
    assert "Idempotency-Key" in response.json()["detail"]
    assert not Source.objects.filter(url=SOURCE["url"]).exists()


def test_longest_key_is_kept(reader: Client, token: str) -> None:
    assert send(reader, token, "sources/", NOTED, Idempotency_Key="~" * 255).status_code == 201
