"""Scores of any past moment, and corrections in the open."""

from datetime import timedelta
from typing import Any

from django.test import Client

from forecasts.models import Scorecard
from forecasts.services.scorecards import recompute_scorecards
from tests.api.worlds import NOW, World, amend_deadline, correct, number, overturn
from tests.factories import AFTER, START, make_forecast

CORRECTED = AFTER + timedelta(days=30)


def scores(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/experts/ada/scores/{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_score_before_and_after_a_correction(reader: Client, world: World) -> None:
    overturn(world.question, "no", as_of=CORRECTED)

    before = scores(reader, "?as_of=2026-03-02T00:00:00Z")
    after = scores(reader, "?as_of=2026-03-03T00:00:00Z")

    assert (before["brier"]["value"], after["brier"]["value"]) == (0.04, 0.64)
    assert (before["as_of"], before["computed_at"], before["stale"]) == (
        "2026-03-02T00:00:00Z",
        "2026-03-02T00:00:00Z",
        False,
    )
    assert scores(reader, "?as_of=2026-01-15")["n"] == 0


def test_outdated_scores_are_computed_anew(reader: Client, world: World) -> None:
    overturn(world.question, "no", as_of=CORRECTED)

    now = scores(reader)

    assert Scorecard.objects.get(expert=world.expert).scores["brier"]["value"] == 0.04
    assert (now["brier"]["value"], now["stale"]) == (0.64, False)
    assert now["computed_at"] == NOW.isoformat().replace("+00:00", "Z")


def test_expert_without_a_forecast_has_empty_scores(reader: Client, world: World) -> None:
    recompute_scorecards(as_of=NOW)
    Scorecard.objects.all().delete()
    world.expert.pk = None
    world.expert.slug = "new"
    world.expert.save()

    empty = reader.get("/api/v1/experts/new/scores/").json()

    shown = [empty[name] for name in ("n", "tier", "computed_at", "stale")]
    assert shown == [0, "none", None, False]


def test_overturned_ruling_stays_to_be_seen(reader: Client, world: World) -> None:
    overturn(world.question, "no", as_of=CORRECTED)

    question = reader.get("/api/v1/questions/flood/").json()

    assert (question["state"], question["ruling"]["reason"]) == ("no", "It was misread.")
    assert question["earlier_rulings"] == [
        {
            "answer": "yes",
            "known_at": "2026-01-31T00:00:00Z",
            "resolved_at": "2026-02-01T00:00:00Z",
            "basis": "verdicts",
            "reason": "",
            "superseded_at": "2026-03-03T00:00:00Z",
            "superseded_by": question["ruling"],
        }
    ]


def test_amendment_is_shown_with_its_reason(reader: Client, world: World) -> None:
    amend_deadline(world.waiting, as_of=AFTER)

    assert reader.get("/api/v1/questions/storm/").json()["amendments"] == [
        {
            "field": "deadline",
            "before": "2026-01-31T00:00:00Z",
            "after": "2026-02-01T00:00:00Z",
            "reason": "The source says so.",
            "amended_at": "2026-02-01T00:00:00Z",
        }
    ]


def test_corrected_row_is_shown_only_where_asked_for(reader: Client, world: World) -> None:
    newer = correct(world.stated, as_of=AFTER, probability=number("0.6"))
    path = "/api/v1/experts/ada/forecasts/?question=flood"

    shown = reader.get(path).json()["results"]
    everything = reader.get(path + "&include=superseded").json()["results"]

    assert [(row["id"], row["corrects"], row["correction_reason"]) for row in shown] == [
        (newer.pk, world.stated.pk, "Misheard.")
    ]
    assert [(row["id"], row["fate"], row["superseded"]) for row in everything] == [
        (newer.pk, "scored", None),
        (
            world.stated.pk,
            "superseded",
            {"by": newer.pk, "reason": "Misheard.", "at": "2026-02-01T00:00:00Z"},
        ),
    ]


def test_what_became_of_each_statement(reader: Client, world: World) -> None:
    common: dict[str, Any] = {
        "expert": world.expert,
        "question": world.question,
        "source": world.source,
    }
    early = make_forecast("0.5", stated_at=START - timedelta(days=9), quote="first", **common)
    late = make_forecast(
        "0.9", stated_at=AFTER, quote="at last", as_of=AFTER + timedelta(days=1), **common
    )

    rows = reader.get("/api/v1/experts/ada/forecasts/?question=flood").json()["results"]

    fates = {row["id"]: (row["fate"], row["is_scored"], row["brier"]) for row in rows}
    assert fates == {
        early.pk: ("updated", False, None),
        world.stated.pk: ("scored", True, 0.04),
        late.pk: ("too_late", False, None),
    }
