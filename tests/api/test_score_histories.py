"""A series of scores: each point is what scores/ gives as of its moment, in few queries."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from forecasts.models import Expert, Forecast, Question, QuestionFamily, Role, Topic
from forecasts.services.codings import record_coding
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from tests.api.parts import make_parts
from tests.api.sharing import shared
from tests.api.worlds import NOW, correct, number
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_user,
    resolve,
)
from tests.forecasts.disputes import decide, make_open_dispute

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("past")]
DAY = timedelta(days=1)
QUERIES = (
    "",
    "step=week&from=2026-01-05&to=2026-05-20",
    "step=quarter&from=2025-06-01",
    "step=week&from=2026-01-01&topic=weather",
    "step=week&from=2026-02-01&disputed=exclude",
    "step=month&from=2026-01-01&coding=inferred&late=exclude",
    "step=month&horizon=under_1_month&early=include",
)


def make_past() -> None:
    """Every kind of change, at another time each."""
    make_parts()
    coder, lead = make_user(Role.CODER), make_user(Role.LEAD)
    ada, bob = (Expert.objects.get(slug=slug) for slug in ("ada", "bob"))
    asked = {question.slug: question for question in Question.objects.all()}
    said = Forecast.objects.get(expert=ada, question=asked["rain"])
    correct(said, as_of=AFTER + 10 * DAY, probability=number("0.3"))
    record_coding(
        forecast=Forecast.objects.get(expert=ada, question=asked["storm"]),
        coder=make_user(Role.CODER), low=number("0"), mid=number("0.1"), high=number("0.2"),
        as_of=AFTER + 20 * DAY,
    )  # fmt: skip
    correct_resolution(
        question=asked["strike"], lead=lead, answer="reopened", reason="Misread.",
        as_of=AFTER + 30 * DAY,
    )  # fmt: skip
    amend_question(
        question=asked["merger"], changes={"deadline": AFTER + 60 * DAY}, reason="It says so.",
        by=lead, as_of=AFTER + 70 * DAY,
    )  # fmt: skip
    edit_question(
        question=asked["rain"], topics=[Topic.objects.get(slug="politics")], by=coder,
        as_of=AFTER + 25 * DAY,
    )  # fmt: skip
    family = QuestionFamily.objects.create(slug="floods", title="Floods")
    for place in range(3):
        question = make_question(by=coder, family=family, as_of=START)
        for expert, text in ((ada, "0.7"), (bob, "0.4"), (make_expert(), "0.6")):
            make_forecast(
                text, expert=expert, question=question, by=coder,
                as_of=START + place * 7 * DAY, stated_at=START,
            )  # fmt: skip
        resolve(question, "yes" if place else "no", as_of=AFTER + place * 12 * DAY)
    decide(make_open_dispute(asked["vote"], as_of=AFTER + 72 * DAY))
    make_open_dispute(said.source, as_of=AFTER + 80 * DAY)


@pytest.fixture(scope="module")
def past(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with shared(django_db_blocker, make_past):
        yield


def history(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/experts/ada/scores/history/?{query}")
    assert response.status_code == 200, response.content
    return response.json()


def options(query: str) -> str:
    parts = [part for part in query.split("&") if part.split("=")[0] not in ("step", "from", "to")]
    return "".join(f"&{part}" for part in parts if part)


@pytest.mark.parametrize("query", QUERIES)
def test_each_point_is_what_scores_give_as_of_it(reader: Client, query: str) -> None:
    points = history(reader, query)["results"]

    for point in points:
        scores = reader.get(
            f"/api/v1/experts/ada/scores/?as_of={point['as_of']}{options(query)}"
        ).json()
        shown = {name: scores[name] for name in point if name != "undefined"}
        reasons = {
            name: why for name, why in scores["undefined"].items() if name.split(".")[0] in point
        }
        assert point == shown | {"undefined": reasons}
    assert len({str(point["brier"]) for point in points}) > 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "from=2026-01-10&to=2026-03-15",
            ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-15T00:00:00Z"],
        ),
        ("from=2026-02-01&to=2026-02-01", ["2026-02-01T00:00:00Z"]),
        (
            "step=week&from=2026-01-05&to=2026-01-13",
            ["2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", "2026-01-13T00:00:00Z"],
        ),
        (
            "step=quarter&from=2025-11-30T00:00:00-02:00",
            ["2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z", "2026-06-01T12:00:00Z"],
        ),
        (
            "step=year&from=2023-06-01&to=2025-01-01",
            ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"],
        ),
    ],
)
def test_points_are_where_the_calendar_turns_and_at_the_end(
    reader: Client, query: str, expected: list[str]
) -> None:
    assert [point["as_of"] for point in history(reader, query)["results"]] == expected


def test_usual_series_are_twelve_beginnings_of_months_and_now(reader: Client) -> None:
    found = history(reader)

    moments = [point["as_of"] for point in found["results"]]
    assert (len(moments), moments[0], moments[-2:]) == (
        13,
        "2025-07-01T00:00:00Z",
        ["2026-06-01T00:00:00Z", "2026-06-01T12:00:00Z"],
    )
    assert (found["begins"], found["ends"], found["step"]) == (moments[0], moments[-1], "month")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=2026-05-01&to=2026-04-01", "from"),
        ("to=2026-06-02", "to"),
        ("step=day", "step"),
        ("step=week&from=2020-01-01", "from"),
        ("from=soon", "from"),
        ("as_of=2026-01-01", "as_of"),
        ("known_until=2026-01-01", "known_until"),
        ("topic=none", "topic"),
    ],
)
def test_what_cannot_be_is_named(reader: Client, query: str, name: str) -> None:
    response = reader.get(f"/api/v1/experts/ada/scores/history/?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [name]


def test_the_most_points_are_answered(reader: Client) -> None:
    assert len(history(reader, "step=month&from=2016-07-01&to=2026-06-01")["results"]) == 120


def test_table_has_a_row_for_each_point(reader: Client) -> None:
    address = "/api/v1/experts/ada/scores/history/?from=2026-03-01&format=csv"
    text = reader.get(f"{address}&fields=as_of,n,brier.value").content.decode()

    lines = text.splitlines()
    assert lines[0] == "as_of,n,brier.value"
    assert [line.split(",")[0] for line in lines[1:]] == [
        *(f"2026-0{month}-01T00:00:00Z" for month in (3, 4, 5, 6)),
        NOW.isoformat().replace("+00:00", "Z"),
    ]


def test_with_very_many_rows_what_needs_all_experts_is_left_out(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = history(reader, "from=2026-03-01")["results"]
    monkeypatch.setattr("forecasts.selectors.score_histories.MOST_ROWS", 3)

    alone = history(reader, "from=2026-03-01")["results"]

    for point, own in zip(whole, alone, strict=True):
        same = set(point) - {"shrunk", "undefined"}
        assert {name: own[name] for name in same} == {name: point[name] for name in same}
        assert set(own["shrunk"].values()) == {None}
        assert own["undefined"]["shrunk.brier"].startswith("left out of a history")
