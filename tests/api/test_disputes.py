"""Disputes in the API: what is public of them, and nothing else; marks on what they are about."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from forecasts.models import Role
from forecasts.services.disputes import acknowledge_dispute, dismiss_dispute
from mail.disputes import receive_dispute
from tests.api.worlds import NOW, World
from tests.factories import make_expert, make_forecast, make_question, make_user
from tests.forecasts.disputes import decide, make_dispute, make_open_dispute

HOST = "http://testserver"
RECEIVED = NOW - timedelta(days=7)


def get(reader: Client, path: str) -> Any:
    response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def results(reader: Client, path: str) -> list[Any]:
    found: list[Any] = get(reader, path)["results"]
    return found


def test_dispute_has_these_fields_and_no_others(reader: Client, world: World) -> None:
    lead = make_user(Role.LEAD, username="hidden-lead")
    dispute = receive_dispute(
        record=world.stated, text="I said 70.", name="Ada", speaks_as="expert",
        link="https://ada.org/seventy", email="hidden@subscriber.example", nonce=uuid4(),
        network="198.51.100.77/32", as_of=RECEIVED,
    )  # fmt: skip
    acknowledge_dispute(dispute=dispute, lead=lead, as_of=RECEIVED + timedelta(hours=1))
    dispute.refresh_from_db()
    first = decide(dispute, lead=lead, outcome="rejected", answer="No.")
    decide(
        dispute, lead=lead, outcome="partly", answer="Half.", replaces=first.pk,
        as_of=RECEIVED + timedelta(days=1),
    )  # fmt: skip

    shown = get(reader, f"disputes/{dispute.pk}/")

    assert shown == {
        "id": dispute.pk,
        "status": "decided",
        "about": {
            "kind": "forecast",
            "id": world.stated.pk,
            "expert": "ada",
            "question": "flood",
        },
        "synthetic": False,
        "text": "I said 70.",
        "name": "Ada",
        "speaks_as": "expert",
        "link": "https://ada.org/seventy",
        "received_at": "2026-05-25T12:00:00Z",
        "acknowledge_by": "2026-05-27T12:00:00Z",
        "acknowledged_at": "2026-05-25T13:00:00Z",
        "decide_by": "2026-06-08T12:00:00Z",
        "decided_at": "2026-05-25T14:00:00Z",
        "decision": {
            "outcome": "partly",
            "answer": "Half.",
            "decided_at": "2026-05-26T12:00:00Z",
        },
        "earlier_decisions": [
            {
                "outcome": "rejected",
                "answer": "No.",
                "decided_at": "2026-05-25T14:00:00Z",
                "superseded_at": "2026-05-26T12:00:00Z",
            }
        ],
        "page": f"{HOST}/disputes/{dispute.pk}/",
    }
    assert results(reader, "disputes/") == [shown]
    for path in ("disputes/", "experts/ada/forecasts/", "questions/flood/"):
        text = reader.get(f"/api/v1/{path}").content.decode()
        for secret in ("hidden", "198.51", str(dispute.nonce)):
            assert secret not in text


def test_what_is_not_acknowledged_is_not_there(reader: Client, world: World) -> None:
    waiting, spam = (make_dispute(world.expert, as_of=RECEIVED) for _ in range(2))
    dismiss_dispute(dispute=spam, lead=make_user(Role.LEAD), reason="Spam", as_of=RECEIVED)

    assert results(reader, "disputes/") == []
    for pk in (waiting.pk, spam.pk, 0, 10**18, 10**30):
        assert reader.get(f"/api/v1/disputes/{pk}/").status_code == 404


def test_filters_narrow_the_list(reader: Client, world: World) -> None:
    about = {
        "expert": world.expert,
        "question": world.question,
        "forecast": world.stated,
        "source": world.source,
        "elsewhere": make_expert(slug="bob"),
        "unanswered": make_question(slug="unanswered"),
    }
    disputes = {name: make_open_dispute(record, as_of=RECEIVED) for name, record in about.items()}
    decide(disputes["forecast"])
    names = {dispute.pk: name for name, dispute in disputes.items()}

    def found(query: str) -> set[str]:
        return {names[row["id"]] for row in results(reader, f"disputes/?{query}")}

    assert found("status=decided") == {"forecast"}
    assert found("status=open") == set(names.values()) - {"forecast"}
    assert found("expert=ada") == {"expert", "question", "forecast", "source"}
    assert found("expert=bob&status=open") == {"elsewhere"}
    assert found("question=flood") == {"question", "forecast", "source"}
    assert found("question=unanswered") == {"unanswered"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=new", "status"),
        ("expert=nobody", "expert"),
        ("question=%00", "question"),
        ("email=a@a.org", "email"),
        ("ordering=nonce", "ordering"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
    ],
)
def test_what_no_filter_can_be_is_named(
    reader: Client, world: World, query: str, parameter: str
) -> None:
    response = reader.get(f"/api/v1/disputes/?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_pages_follow_one_another(reader: Client, world: World) -> None:
    made = [make_open_dispute(world.expert, as_of=RECEIVED).pk for _ in range(5)]

    seen, address = [], "disputes/?limit=2"
    while address:
        page = get(reader, address)
        seen += [row["id"] for row in page["results"]]
        address = (page["next"] or "").partition("/api/v1/")[2]

    assert seen == made[::-1]


def test_records_say_that_they_are_disputed(reader: Client, world: World) -> None:
    dispute = make_open_dispute(world.question, as_of=RECEIVED)
    link = f"{HOST}/api/v1/disputes/{dispute.pk}/"

    def marks() -> dict[str, Any]:
        rows = {
            "expert": get(reader, "experts/ada/"),
            "question": get(reader, "questions/flood/"),
            "listed": results(reader, "questions/?expert=ada&status=resolved")[0],
            "forecast": results(reader, "experts/ada/forecasts/?question=flood")[0],
            "source": results(reader, "sources/")[0],
            "statement": results(reader, "unscorable-statements/")[0],
        }
        return {name: (row["disputed"], row["disputes"]) for name, row in rows.items()}

    during = marks()
    decide(dispute)

    assert during == {
        **dict.fromkeys(("expert", "source", "statement"), (False, [])),
        **dict.fromkeys(("question", "listed", "forecast"), (True, [link])),
    }
    assert set(map(str, marks().values())) == {"(False, [])"}


def test_records_say_where_they_can_be_disputed(reader: Client, world: World) -> None:
    paths = {
        "experts/ada/": "expert/ada",
        "questions/flood/": "question/flood",
    }
    forms = {path: get(reader, path)["dispute_form"] for path in paths}
    lists = {
        "forecast": results(reader, "experts/ada/forecasts/")[0],
        "source": results(reader, "sources/")[0],
        "statement": results(reader, "unscorable-statements/")[0],
    }

    assert forms == {path: f"{HOST}/disputes/new/{end}/" for path, end in paths.items()}
    for kind, row in lists.items():
        assert row["dispute_form"] == f"{HOST}/disputes/new/{kind}/{row['id']}/"
        assert reader.get(row["dispute_form"].removeprefix(HOST)).status_code == 200


def test_scores_leave_out_what_is_disputed_on_request(reader: Client, world: World) -> None:
    other = make_forecast("0.6", question=world.question)
    make_open_dispute(world.stated, as_of=RECEIVED)
    path = "experts/ada/scores/"

    with_it, without = get(reader, path), get(reader, f"{path}?disputed=exclude")
    before = get(reader, f"{path}?disputed=exclude&as_of=2026-05-24")

    assert (with_it["n"], without["n"], before["n"]) == (1, 0, 1)
    assert without["options"]["disputed"] == "exclude"
    assert any("disputed=exclude" in note for note in without["notes"])
    board = get(reader, "leaderboard/?disputed=exclude")
    assert {row["expert"]["slug"]: row["n"] for row in board["results"]} == {
        "ada": 0,
        other.expert.slug: 1,
    }
