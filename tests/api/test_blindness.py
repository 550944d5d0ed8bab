"""What nobody may read: verdicts before the ruling, staff, addresses."""

import pytest
from django.test import Client

from forecasts.models import Role
from forecasts.services.blindness import lift_blindness
from forecasts.services.verdicts import give_verdict
from mail.models import Subscriber
from tests.api.worlds import HIDDEN_LINK, SECRETS, World, make_lead, overturn
from tests.factories import AFTER, DEADLINE, make_expert, make_user

PATHS = (
    "",
    "experts/",
    "experts/ada/",
    "experts/ada/scores/",
    "experts/ada/scores/?coding=inferred&early=include",
    "experts/ada/forecasts/?include=superseded",
    "questions/",
    "questions/flood/",
    "questions/storm/",
    "questions/dam/",
    "sources/",
    "topics/",
    "lexicons/",
    "lexicons/house/",
    "leaderboard/",
    "leaderboard/?ranking=calibration&as_of=2026-03-01",
    "compare/?expert=ada&expert=bob",
    "unscorable-statements/",
    "reviewing/",
    "coding/",
    "statistics/",
    "experts/ada/calibration/",
    "experts/ada/scores/history/",
    "forecasts/?expand=expert,question,source",
    "disputes/",
    "health/",
    "schema/",
)


@pytest.mark.parametrize("path", PATHS)
def test_staff_subscribers_and_open_verdicts_never_appear(
    reader: Client, world: World, path: str
) -> None:
    Subscriber.objects.create(email="hidden@subscriber.example")
    make_lead()
    make_expert(slug="bob")

    text = reader.get(f"/api/v1/{path}").content.decode()

    for secret in (*SECRETS, HIDDEN_LINK, "@example.org"):
        assert secret not in text


def test_evidence_appears_with_the_ruling(reader: Client, world: World) -> None:
    give_verdict(
        question=world.waiting,
        reviewer=make_user(Role.REVIEWER),
        answer="no",
        known_at=DEADLINE,
        links=[HIDDEN_LINK],
        as_of=AFTER,
    )

    question = reader.get("/api/v1/questions/storm/").json()

    assert question["state"] == "no"
    assert [item["url"] for item in question["evidence"]] == [HIDDEN_LINK]


def test_reopened_question_hides_its_evidence_again(reader: Client, world: World) -> None:
    overturn(world.question, "reopened", as_of=AFTER)

    question = reader.get("/api/v1/questions/flood/").json()

    assert (question["state"], question["ruling"], question["evidence"]) == ("due", None, [])


def test_lifted_blindness_is_public_and_names_nobody(reader: Client, world: World) -> None:
    lift_blindness(
        question=world.waiting, lead=make_lead(), reason="The criteria quote it.", as_of=AFTER
    )

    body = reader.get("/api/v1/questions/storm/")
    page = reader.get("/questions/storm/").content.decode()

    assert body.json()["blindness_lifted"] == {
        "lifted_at": "2026-02-01T00:00:00Z",
        "reason": "The criteria quote it.",
    }
    assert "Reviewers may read the forecasts" in page
    assert "The criteria quote it." in page
    assert "hidden-lead" not in body.content.decode() + page
