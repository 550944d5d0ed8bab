"""Figures of the whole: real and invented apart, now and as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from forecasts.models import Question, Role
from forecasts.selectors.agreements import reviewing_statistics
from forecasts.selectors.ledgers import ledger_head
from forecasts.selectors.totals import totals
from forecasts.services.resolutions import correct_resolution
from forecasts.services.undos import undo_verdict
from tests.api.worlds import NOW, World, amend_deadline, overturn
from tests.factories import AFTER, DEADLINE, START, make_forecast, make_question, make_user, resolve

DAY = timedelta(days=1)


def figures(reader: Client, query: str = "") -> Any:
    response = reader.get(f"/api/v1/statistics/{query}")
    assert response.status_code == 200, response.content
    return response.json()


def test_figures_of_a_small_world(reader: Client, world: World) -> None:
    head = ledger_head()

    found = figures(reader)

    assert found["real"] == {
        "n_experts": 1,
        "n_questions": 3,
        "questions": {
            "open": 1, "awaiting_condition": 0, "due": 1, "yes": 1, "no": 0, "ambiguous": 0,
            "annulled": 0,
        },
        "n_forecasts": 3,
        "n_scored": 1,
        "n_sources": 1,
        "n_unscorable": 1,
        "n_resolved": 1,
        "n_resolved_last_30_days": 0,
        "median_days_to_resolve": 1.0,
        "n_due": 1,
        "n_overdue": 1,
        "share_overdue": 1.0,
        "since": "2026-01-01T00:00:00Z",
        "undefined": {},
    }  # fmt: skip
    assert found["synthetic"]["n_experts"] == 0
    assert found["synthetic"]["undefined"] == {
        "median_days_to_resolve": "no question has been ruled on",
        "share_overdue": "nothing is due",
    }
    assert (found["ledger"]["number"], found["ledger"]["hash"]) == (head.number, head.hash)


def test_figures_of_the_past_do_not_know_what_came_later(reader: Client, world: World) -> None:
    overturn(world.question, "reopened", as_of=AFTER + 5 * DAY)

    before = figures(reader, "?as_of=2026-02-02")["real"]
    after = figures(reader)["real"]

    assert (before["questions"]["yes"], before["n_resolved_last_30_days"]) == (1, 1)
    assert (after["questions"]["yes"], after["n_scored"], after["n_due"]) == (0, 0, 2)
    assert figures(reader, "?as_of=2025-12-31")["real"]["n_questions"] == 0


@pytest.mark.django_db
def test_figures_are_those_of_reviewing_where_everything_was_answered() -> None:
    for days in (1, 3, 20, 40):
        resolve(make_forecast().question, "no", as_of=DEADLINE + days * DAY)
    early = make_forecast("0.4", question=make_question(deadline=NOW + DAY)).question
    resolve(early, "yes", as_of=START + 9 * DAY, known_at=START + 7 * DAY)
    waiting = make_forecast().question
    child = make_question(depends_on=waiting, depends_on_answer="yes")
    make_forecast(question=child)
    reopened = make_forecast().question
    resolve(reopened, "yes", as_of=AFTER)
    correct_resolution(
        question=reopened, lead=make_user(Role.LEAD), answer="reopened", reason="No.",
        as_of=NOW - DAY,
    )  # fmt: skip
    amend_deadline(waiting, as_of=NOW - DAY)
    mistaken = make_forecast().question
    resolve(mistaken, "yes", as_of=NOW)
    undo_verdict(
        verdict=mistaken.verdicts.get(), by=mistaken.verdicts.get().reviewer,
        as_of=NOW + timedelta(minutes=5),
    )  # fmt: skip

    found = totals(NOW + DAY)[False]
    pace = reviewing_statistics(as_of=NOW + DAY).pace

    assert sum(found.questions.values()) == found.n_questions == Question.objects.count()
    assert (found.n_resolved, found.median_days, found.n_due, found.n_overdue) == (
        pace.n_resolved,
        pace.median_days,
        pace.n_due,
        pace.n_overdue,
    )
    assert found.questions["awaiting_condition"] == 1
    assert totals(NOW)[False].questions["yes"] == found.questions["yes"] + 1
