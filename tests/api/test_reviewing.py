"""Figures about reviewing: what they say, and what they never name."""

from typing import Any

import pytest
from django.test import Client

from forecasts.models import Role
from forecasts.selectors.agreements import public_label
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, LINKS, make_question, make_user

ALLOWED = {
    "population", "as_of", "n_verdicts", "n_hand_ons", "n_settled", "n_waiting_for_lead",
    "agreement.alpha", "agreement.ci95", "agreement.n_units",
    "pairs.reviewers", "pairs.n", "pairs.n_agreed", "pairs.share",
    "pace.n_resolved", "pace.median_days", "pace.n_late", "pace.share_late",
    "pace.n_due", "pace.n_overdue", "pace.share_overdue",
    "undefined.agreement.ci95",
}  # fmt: skip


def names(value: Any, path: str = "") -> set[str]:
    """Every field of the answer, however deep."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return set().union(*(names(part, path) for part in value))
    if isinstance(value, dict):
        parts = (names(part, f"{path}.{key}".lstrip(".")) for key, part in value.items())
        return set().union(*parts)
    return {path}


@pytest.fixture
def figures(reader: Client, db: None) -> Any:
    """After three questions on which two reviewers agreed twice."""
    people = [make_user(Role.REVIEWER, username=name) for name in ("zz-ada", "zz-bea")]
    for says in ("yes", "no", "annulled"):
        question = make_question(required_verdicts=2)
        for reviewer in people:
            give_verdict(
                question=question, reviewer=reviewer, known_at=DEADLINE, links=LINKS,
                answer="no" if (says, reviewer) == ("annulled", people[1]) else says, as_of=AFTER,
            )  # fmt: skip
    response = reader.get("/api/v1/reviewing/")
    assert "zz-" not in response.content.decode()
    return response.json(), [public_label(user) for user in people]


def test_only_these_fields_are_published(figures: Any) -> None:
    assert names(figures[0]) == ALLOWED


def test_figures_are_those_of_the_verdicts(figures: Any) -> None:
    body, labels = figures

    assert body["pairs"] == [{"reviewers": labels, "n": 3, "n_agreed": 2, "share": 0.666666666667}]
    # 2 yes, 3 no and 1 annulled: D_o = 2/6; D_e = (36 - 14)/(6·5).
    assert body["agreement"] == {
        "alpha": round(1 - (2 / 6) / (22 / 30), 12),
        "ci95": None,
        "n_units": 3,
    }
    assert body["pace"]["median_days"] == 1.0
    assert (body["n_verdicts"], body["n_waiting_for_lead"]) == (6, 1)


def test_invented_questions_are_asked_for(reader: Client, figures: Any) -> None:
    body = reader.get("/api/v1/reviewing/?population=synthetic").json()

    assert (body["population"], body["n_verdicts"], body["pairs"]) == ("synthetic", 0, [])


def test_unknown_population_is_a_problem(reader: Client, db: None) -> None:
    response = reader.get("/api/v1/reviewing/?population=all")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == "population"
