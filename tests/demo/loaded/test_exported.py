"""The demo has the same numbers everywhere: files, API, pages and mails, to the last digit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoDbBlocker

from forecasts.models import Expert
from forecasts.selectors.leaderboards import leaderboard
from forecasts.selectors.scorecards import UNREAD, current_scores
from forecasts.services.scorecards import recompute_scorecards
from mail.editing import digest_content
from mail.links import site_link
from mail.weeks import Week
from tests.demo.loaded.conftest import AS_OF

# Within the synthetic record, before most of its deadlines.
EARLIER = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
ADDED_BY_THE_API = {
    "expert",
    "synthetic",
    "as_of",
    "computed_at",
    "stale",
    "statistics_version",
    "options",
    "population",
    "notes",
    "permanent",
    "citation",
}

# Exports of smaller worlds are compared with the scores on both databases, in test_histories.
pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@dataclass(frozen=True, slots=True)
class Scored:
    """What score_file makes of the export."""

    experts: dict[str, dict[str, Any]]
    population: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def exported(
    loaded: list[str], django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Scored:
    with django_db_blocker.unblock():
        return export_and_score(tmp_path_factory.mktemp("now"), AS_OF)


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    with time_machine.travel(AS_OF, tick=False):
        yield


def export_and_score(folder: Path, as_of: datetime) -> Scored:
    track, scores = folder / "track.csv", folder / "scores.json"
    call_command("export_track", "--out", str(track), "--as-of", as_of.isoformat())
    call_command("score_file", str(track), "--json", str(scores), "--as-of", as_of.isoformat())
    return Scored(**json.loads(scores.read_text()))


def slugs_of_forecasters() -> list[str]:
    rows = Expert.objects.filter(forecasts__isnull=False).distinct()
    return list(rows.values_list("slug", flat=True))


def from_the_api(client: Client, slug: str, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/v1/experts/{slug}/scores/{query}").json()
    assert set(answer) >= ADDED_BY_THE_API
    return {name: value for name, value in answer.items() if name not in ADDED_BY_THE_API}


def test_every_statistic_of_the_api_is_that_of_score_file(client: Client, exported: Scored) -> None:
    found = {slug: from_the_api(client, slug) for slug in slugs_of_forecasters()}

    assert found == exported.experts
    assert sum(scores["n"] for scores in found.values()) > 1_000


def test_populations_of_the_api_are_those_of_score_file(client: Client, exported: Scored) -> None:
    for expert in Expert.objects.filter(slug__in=slugs_of_forecasters()):
        answer = client.get(f"/api/v1/experts/{expert.slug}/scores/").json()

        kind = "synthetic" if expert.synthetic else "real"
        assert answer["population"] == exported.population[kind]


def test_scores_of_a_past_instant_are_those_of_a_file_of_that_instant(
    client: Client, tmp_path: Path
) -> None:
    scored = export_and_score(tmp_path, EARLIER)

    found = {
        slug: from_the_api(client, slug, f"?as_of={EARLIER:%Y-%m-%dT%H:%M:%SZ}")
        for slug in scored.experts
    }

    assert found == scored.experts
    assert sum(scores["n"] for scores in found.values()) > 100


def test_asking_for_this_instant_gives_what_is_stored(client: Client) -> None:
    query = f"?as_of={AS_OF:%Y-%m-%dT%H:%M:%SZ}"

    for slug in slugs_of_forecasters():
        assert from_the_api(client, slug, query) == from_the_api(client, slug)


def test_populations_are_those_of_score_file(exported: Scored) -> None:
    for name, kind in {"real": False, "synthetic": True}.items():
        ids = list(Expert.objects.filter(synthetic=kind).values_list("pk", flat=True))

        found = {json.dumps(one.population) for one in current_scores(ids, as_of=AS_OF).values()}

        assert found == {json.dumps(exported.population[name])}


def test_leaderboard_shows_the_numbers_of_score_file(client: Client, exported: Scored) -> None:
    rows = client.get("/api/v1/leaderboard/?population=synthetic&limit=100").json()["results"]

    for row in rows:
        scores = exported.experts[row["expert"]["slug"]]
        assert {name: row[name] for name in ("n", "n_clusters", "tier")} == {
            name: scores[name] for name in ("n", "n_clusters", "tier")
        }
        for part in ("brier", "corp", "score_test"):
            assert row[part] == {name: scores[part][name] for name in row[part]}
    places = leaderboard(synthetic=True, as_of=AS_OF)
    assert {place.expert.slug: briefly(place.scores) for place in places} == {
        row["expert"]["slug"]: briefly(exported.experts[row["expert"]["slug"]]) for row in rows
    }


def briefly(scores: dict[str, Any]) -> dict[str, Any]:
    """Without what no leaderboard reads."""
    corp = {name: value for name, value in scores["corp"].items() if name != "band"}
    return {name: value for name, value in scores.items() if name not in UNREAD} | {"corp": corp}


def test_page_of_each_expert_shows_the_numbers_of_score_file(
    client: Client, exported: Scored
) -> None:
    for slug, scores in exported.experts.items():
        context = client.get(f"/experts/{slug}/").context

        assert context["scores"] == scores


def test_digest_tells_the_numbers_of_score_file(exported: Scored, tmp_path: Path) -> None:
    week = Week.containing(AS_OF.date())
    since = week.previous.freeze
    before = export_and_score(tmp_path, since)

    movers = digest_content(str(week), starts_at=since, as_of=AS_OF).movers

    slugs = {site_link("web:expert", slug): slug for slug in exported.experts}
    assert movers
    for mover in movers:
        then, now = (of.experts[slugs[mover.link]] for of in (before, exported))
        assert (mover.n_before, mover.brier_before) == (then["n"], then["brier"]["value"])
        assert (mover.n_after, mover.brier_after) == (now["n"], now["brier"]["value"])
        assert mover.wording in (None, (now["brier"]["best"], now["brier"]["worst"]))
        assert mover.interval in (None, tuple(now["brier"]["ci95"] or ()))
        drawn = mover.reliability.bins if mover.reliability else ()
        held = [row for row in now["bins"] if row["n"]]
        shares = [(row["n"], row["n_yes"], row["mean_probability"]) for row in held]
        assert [(row.n, row.n_yes, row.mean_probability) for row in drawn] in ([], shares)


def test_sweep_finds_nothing_to_do_after_the_load() -> None:
    assert recompute_scorecards(as_of=AS_OF) == 0
