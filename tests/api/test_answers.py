"""Each endpoint's exact answer for a small world."""

from typing import Any

import pytest
from django.test import Client

from api.notes import TOO_FEW
from forecasts.models import LexiconPhrase, ProposalDecision, Role, Scorecard
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.services.codings import record_coding
from forecasts.services.proposals import decide_proposal
from forecasts.services.statements import record_unscorable_statement
from tests.api.worlds import World, number
from tests.factories import (
    AFTER,
    START,
    make_article,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

HOST = "http://testserver/api/v1"
WAITING_COPY = {"state": "waiting", "sha256": None, "kept_at": None, "media_type": None}


def get(reader: Client, path: str) -> Any:
    response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


def test_index_lists_the_endpoints(reader: Client) -> None:
    endpoints = get(reader, "")["endpoints"]

    assert endpoints == {
        name: f"{HOST}/{name.replace('ledger-', 'ledger/')}/"
        for name in (
            "experts",
            "forecasts",
            "questions",
            "sources",
            "topics",
            "lexicons",
            "leaderboard",
            "compare",
            "unscorable-statements",
            "ledger",
            "ledger-head",
            "reviewing",
            "coding",
            "statistics",
            "corrections",
            "disputes",
            "exports",
            "health",
            "schema",
            "docs",
        )
    }


def test_expert(reader: Client, world: World) -> None:
    expected = {
        "slug": "ada",
        "name": "Ada",
        "synthetic": False,
        "external_id": "",
        "kind": "person",
        "affiliation": "Institute",
        "description": "",
        "links": ["https://ada.org"],
        "aliases": ["A. Lovelace"],
        "merged": [],
        "n_forecasts": 3,
        "n_unscorable": 1,
        "disputed": False,
        "disputes": [],
        "dispute_form": "http://testserver/disputes/new/expert/ada/",
        "urls": {
            "self": f"{HOST}/experts/ada/",
            "scores": f"{HOST}/experts/ada/scores/",
            "history": f"{HOST}/experts/ada/scores/history/",
            "calibration": f"{HOST}/experts/ada/calibration/",
            "forecasts": f"{HOST}/experts/ada/forecasts/",
        },
    }

    assert get(reader, "experts/ada/") == expected
    assert get(reader, "experts/") == {"next": None, "previous": None, "results": [expected]}


def test_scores_are_those_stored(reader: Client, world: World) -> None:
    card = Scorecard.objects.get(expert=world.expert)

    scores = get(reader, "experts/ada/scores/")

    nothing = {"n_experts": None, "mean": None, "variance": None, "within": None}
    assert scores == {
        "expert": {"slug": "ada", "name": "Ada", "synthetic": False},
        "synthetic": False,
        "as_of": "2026-02-01T00:00:00Z",
        "computed_at": "2026-02-01T00:00:00Z",
        "stale": False,
        "statistics_version": STATISTICS_VERSION,
        "permanent": f"{HOST}/experts/ada/scores/?as_of=2026-02-01T00%3A00%3A00Z",
        "citation": scores["citation"],
        "options": {
            "known_until": None,
            "topic": None,
            "horizon": None,
            "coding": "all",
            "late": "include",
            "early": "exclude",
            "disputed": "include",
        },
        **card.scores,
        "corp": card.scores["corp"] | scores["corp"],
        "shrunk": dict.fromkeys(("brier", "relative", "reliability", "relative_reliability")),
        "undefined": scores["undefined"],
        "population": {"brier": nothing, "relative": nothing},
        "notes": [TOO_FEW],
    }
    assert (scores["n"], scores["brier"]["value"]) == (1, 0.04)
    assert scores["undefined"]["shrunk.brier"].startswith("fewer than 2 experts")


def test_forecast_stated_as_a_number(reader: Client, world: World) -> None:
    rows = get(reader, "experts/ada/forecasts/?question=flood")["results"]

    assert rows == [
        {
            "id": world.stated.pk,
            "expert": {"slug": "ada", "name": "Ada", "synthetic": False},
            "question": {"slug": "flood", "title": world.question.title},
            "source": {
                "id": world.source.pk,
                "outlet": "The Paper",
                "title": "Next year",
                "url": "https://paper.example/next",
                "published_at": "2026-01-01T00:00:00Z",
                "date_basis": "printed",
            },
            "kind": "forecast",
            "basis": "stated",
            "quote": "80 percent",
            "quotation": None,
            "phrase": "will",
            "claims_yes": True,
            "stated_at": "2026-01-01T00:00:00Z",
            "recorded_at": "2026-01-01T00:00:00Z",
            "external_id": "",
            "probability": 0.8,
            "low": 0.8,
            "high": 0.8,
            "codings": [],
            "n_codings": 0,
            "adopted": None,
            "fate": "scored",
            "is_scored": True,
            "coded_after_known": False,
            "brier": 0.04,
            "brier_best": 0.04,
            "brier_worst": 0.04,
            "corrects": None,
            "correction_reason": None,
            "superseded": None,
            "disputed": False,
            "disputes": [],
            "dispute_form": f"http://testserver/disputes/new/forecast/{world.stated.pk}/",
        }
    ]


def test_single_coding_is_nobodys_number_but_the_coders(reader: Client, world: World) -> None:
    row = get(reader, "experts/ada/forecasts/?question=storm")["results"][0]

    names = ("probability", "low", "high", "is_scored", "fate", "codings", "n_codings", "adopted")
    assert {name: row[name] for name in names} == {
        "probability": None,
        "low": None,
        "high": None,
        "is_scored": False,
        "fate": "open",
        "codings": [
            {
                "low": 0.6,
                "mid": 0.8,
                "high": 0.9,
                "coded_at": "2026-01-01T00:00:00Z",
                "is_blind": True,
                "lexicon": None,
                "label": "one coder's reading, not the speaker's number",
            }
        ],
        "n_codings": 1,
        "adopted": None,
    }


def test_adopted_range_is_shown_with_its_readings_and_its_date(
    reader: Client, world: World
) -> None:
    record_coding(
        forecast=world.worded, coder=make_user(Role.CODER), low=number("0.5"),
        mid=number("0.6"), high=number("0.7"), as_of=AFTER,
        entry=LexiconPhrase.objects.get(lexicon__name="icd-203", phrase="likely"),
    )  # fmt: skip

    row = get(reader, "experts/ada/forecasts/?question=storm")["results"][0]

    assert [(one["low"], one["mid"], one["high"]) for one in row["codings"]] == [
        (0.6, 0.8, 0.9),
        (0.5, 0.6, 0.7),
    ]
    assert row["adopted"] == {
        "low": 0.55,
        "probability": 0.7,
        "high": 0.8,
        "n_codings": 2,
        "adopted_at": "2026-02-01T00:00:00Z",
        "lexicons": [{"name": "icd-203", "version": "2015"}],
    }
    assert [(one["is_blind"], one["lexicon"]) for one in row["codings"]] == [
        (True, None),
        (True, {"name": "icd-203", "version": "2015", "phrase": "likely"}),
    ]
    assert (row["n_codings"], row["probability"]) == (2, 0.7)


def test_readings_that_lie_apart_are_no_number(reader: Client, world: World) -> None:
    record_coding(
        forecast=world.worded, coder=make_user(Role.CODER), low=number("0.1"),
        mid=number("0.2"), high=number("0.3"), as_of=START,
    )  # fmt: skip

    row = get(reader, "experts/ada/forecasts/?question=storm")["results"][0]

    assert (row["n_codings"], row["adopted"], row["probability"]) == (2, None, None)
    assert {one["label"] for one in row["codings"]} == {
        "one coder's reading, not the speaker's number"
    }


def test_lexicons_and_their_phrases(reader: Client, db: None) -> None:
    rows = get(reader, "lexicons/")["results"]
    kent = get(reader, "lexicons/kent/")
    missing = reader.get("/api/v1/lexicons/kent/?version=1965")

    assert [(row["name"], row["version"]) for row in rows] == [
        ("house", "1"),
        ("icd-203", "2015"),
        ("ipcc", "AR6"),
        ("kent", "1964"),
    ]
    assert rows[0]["url"] is None
    assert kent == rows[3] | {"phrases": kent["phrases"]}
    assert len(kent["phrases"]) == kent["n_phrases"]
    assert kent["phrases"][0] == {
        "phrase": "almost certain",
        "low": 0.87,
        "mid": 0.93,
        "high": 0.99,
        "speaks_for": True,
        "is_wide": False,
        "note": "",
    }
    assert get(reader, "lexicons/kent/?version=1964") == kent
    for odd in ("%00", "a%00b", "9" * 300, "%F0%9F%98%80"):
        assert reader.get(f"/api/v1/lexicons/kent/?version={odd}").status_code == 404
    assert missing.status_code == 404
    assert missing.json()["detail"] == 'There is no lexicon "kent" in version "1965".'


@pytest.mark.parametrize(
    ("answer", "briers"), [("yes", (0.09, 0.01, 0.25)), ("no", (0.49, 0.25, 0.81))]
)
def test_adopted_range_gives_the_best_and_the_worst_score(
    reader: Client, world: World, answer: str, briers: tuple[float, ...]
) -> None:
    question = make_question(slug="hail")
    worded = make_forecast(None, expert=world.expert, question=question)
    for low, mid in ((".6", ".8"), (".4", ".6")):
        record_coding(
            forecast=worded, coder=make_user(Role.CODER), low=number(low), mid=number(mid),
            high=number(".9"), as_of=START,
        )  # fmt: skip
    before = get(reader, "questions/hail/")["forecasts"][0]
    resolve(question, answer)

    after = get(reader, "experts/ada/forecasts/?question=hail")["results"][0]

    assert [after[name] for name in ("low", "probability", "high")] == [0.5, 0.7, 0.9]
    assert tuple(after[name] for name in ("brier", "brier_best", "brier_worst")) == briers
    assert get(reader, "questions/hail/")["forecasts"] == [after]
    assert (before["brier"], before["brier_best"], before["brier_worst"]) == (None, None, None)


def test_question_with_a_ruling(reader: Client, world: World) -> None:
    question = get(reader, "questions/flood/")

    forecasts = question.pop("forecasts")
    assert [row["id"] for row in forecasts] == [world.stated.pk]
    assert question == {
        "slug": "flood",
        "title": world.question.title,
        "state": "yes",
        "opens_at": "2026-01-01T00:00:00Z",
        "deadline": "2026-01-31T00:00:00Z",
        "topics": ["weather"],
        "family": {"slug": "floods", "title": "Floods"},
        "condition": None,
        "ruling": {
            "answer": "yes",
            "known_at": "2026-01-31T00:00:00Z",
            "resolved_at": "2026-02-01T00:00:00Z",
            "basis": "verdicts",
            "reason": "",
        },
        "n_forecasts": 1,
        "synthetic": False,
        "external_id": "",
        "disputed": False,
        "disputes": [],
        "dispute_form": "http://testserver/disputes/new/question/flood/",
        "recorded_at": "2026-01-01T00:00:00Z",
        "resolution_criteria": "It happens.",
        "required_verdicts": 1,
        "amendments": [],
        "earlier_rulings": [],
        "evidence": [{"url": "https://example.org/evidence", "sha256": None, "copy": WAITING_COPY}],
        "notes": [],
        "blindness_lifted": None,
    }


def test_question_with_a_condition_shows_where_that_stands(reader: Client, world: World) -> None:
    question = get(reader, "questions/dam/")

    assert question["state"] == "open"
    assert question["condition"] == {
        "question": {"slug": "storm", "title": "Will it storm?"},
        "needed_answer": "yes",
        "state": "due",
    }


def test_sources_topics_and_statements(reader: Client, world: World) -> None:
    brief = {
        "id": world.source.pk,
        "outlet": "The Paper",
        "title": "Next year",
        "url": "https://paper.example/next",
        "published_at": "2026-01-01T00:00:00Z",
        "date_basis": "printed",
    }

    assert get(reader, "sources/")["results"] == [
        {
            **brief,
            "sha256": None,
            "note": "",
            "synthetic": False,
            "external_id": "",
            "recorded_at": "2026-01-01T00:00:00Z",
            "n_forecasts": 3,
            "n_unscorable": 1,
            "n_rejected": 0,
            "disputed": False,
            "disputes": [],
            "dispute_form": f"http://testserver/disputes/new/source/{world.source.pk}/",
        }
    ]
    assert get(reader, "topics/")["results"] == [
        {"slug": "weather", "name": "Weather", "n_questions": 1}
    ]
    statement = get(reader, "unscorable-statements/")["results"][0]
    pk = statement.pop("id")
    assert statement == {
        "expert": {"slug": "ada", "name": "Ada", "synthetic": False},
        "attributed_to": None,
        "quote": "something may happen",
        "quotation": None,
        "reason": "no_threshold",
        "reason_text": "Names nothing that could be checked",
        "note": "",
        "source": brief,
        "disputed": False,
        "disputes": [],
        "dispute_form": f"http://testserver/disputes/new/statement/{pk}/",
        "recorded_at": "2026-01-01T00:00:00Z",
        "external_id": "",
    }


def test_quotes_of_a_text_that_was_taken_in_have_their_place(reader: Client, db: None) -> None:
    article = make_article("Nobody knows. It will rain, she said. The sun was out.")
    coder = make_user(Role.CODER)
    forecast = make_forecast("0.9", source=article.source, quote="It will rain", by=coder)
    record_unscorable_statement(
        source=article.source, quote="Nobody knows", reason="no_threshold", attributed_to="her",
        by=coder, as_of=START,
    )  # fmt: skip
    for proposal in article.proposals.all():
        decide_proposal(
            proposal=proposal, kind=ProposalDecision.Kind.REJECTED, seen=None, by=coder, as_of=START
        )

    place = get(reader, f"forecasts/{forecast.pk}/")["quotation"]
    left_out = get(reader, "unscorable-statements/")["results"][0]["quotation"]
    source = get(reader, f"sources/{article.source_id}/")

    assert place == {
        "start": 14,
        "end": 26,
        "exact": "It will rain",
        "prefix": "Nobody knows. ",
        "suffix": ", she said. The sun was out.",
    }
    assert (left_out["start"], left_out["exact"]) == (0, "Nobody knows")
    n_rejected = article.proposals.count()
    assert n_rejected
    assert (source["n_unscorable"], source["n_rejected"]) == (1, n_rejected)


def test_source_has_an_address(reader: Client, world: World) -> None:
    one = get(reader, f"sources/{world.source.pk}/")

    assert one == get(reader, "sources/")["results"][0]
    assert get(reader, f"sources/{one['id']}/?fields=id,outlet") == {
        "id": one["id"],
        "outlet": "The Paper",
    }


@pytest.mark.parametrize("pk", [0, 999_999, 2**70])
def test_source_that_there_is_not_is_said_to_be_missing(reader: Client, db: None, pk: int) -> None:
    response = reader.get(f"/api/v1/sources/{pk}/")

    assert (response.status_code, response.json()["detail"]) == (404, f"There is no source {pk}.")


def test_leaderboard_ranks_nobody_with_too_few(reader: Client, world: World) -> None:
    scores = get(reader, "experts/ada/scores/")

    assert get(reader, "leaderboard/")["results"] == [
        {
            "rank": None,
            "reason": "fewer than 10 clusters of questions that others answered, too",
            "expert": {"slug": "ada", "name": "Ada", "synthetic": False},
            "n": 1,
            "n_clusters": 1,
            "tier": "raw",
            "brier": {"value": 0.04, "ci95": None},
            "skill": {
                "relative": None,
                "relative_se": None,
                "n_relative": 0,
                "n_relative_clusters": 0,
            },
            "shrunk": {"relative": None, "relative_reliability": None},
            "corp": {"mcb": 0.04, "mcb_floor": scores["corp"]["mcb_floor"]},
            "score_test": {"p_value": scores["score_test"]["p_value"]},
            "computed_at": "2026-02-01T00:00:00Z",
            "stale": False,
        }
    ]
