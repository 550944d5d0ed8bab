"""No list costs more queries because it is longer."""

from collections.abc import Callable
from datetime import timedelta
from itertools import combinations, count
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve as resolve_url

from forecasts.models import (
    Expert,
    ExpertRename,
    Forecast,
    Question,
    QuestionFamily,
    Role,
    Source,
    Topic,
    TopicChange,
)
from forecasts.services.codings import record_coding
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from tests.api.worlds import NOW, amend_deadline, correct, number
from tests.factories import (
    AFTER,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import make_open_dispute
from tests.queries import counted_queries

LISTS = (
    "experts/",
    "experts/?topic=topic-0",
    "forecasts/",
    "forecasts/?expert=ada&topic=topic-0&basis=stated",
    "questions/",
    "questions/?expert=ada&topic=topic-0",
    "sources/",
    "topics/",
    "lexicons/",
    "unscorable-statements/",
    "disputes/",
    "experts/ada/forecasts/",
    "experts/ada/forecasts/?include=superseded",
    "corrections/",
    "exports/",
)
MOST_OF_A_LIST = 8
COSTS = {
    "experts/ada/scores/": 5,
    "experts/ada/scores/?topic=topic-0": 9,
    "experts/ada/scores/?as_of=2026-03-01": 10,
    "questions/shared/": 7,
    "leaderboard/": 5,
    "leaderboard/?ranking=calibration": 5,
    "leaderboard/?as_of=2026-03-01": 5,
    "compare/?expert=ada&expert=bob": 7,
    "sources/{source}/": 2,
    "experts/ada/calibration/": 9,
    "experts/ada/calibration/?as_of=2026-03-01": 14,
    "experts/ada/scores/history/?to=2026-03-01": 12,
    "experts/ada/scores/history/?step=week&from=2026-01-01&to=2026-05-01": 12,
    "statistics/": 9,
    "coding/": 3,
}
"""How many queries each takes, whatever the database."""


@pytest.fixture
def grow(db: None) -> Callable[[int], None]:
    """Adds as many of everything as asked for."""
    coder, other = make_user(Role.CODER), make_user(Role.CODER)
    ada, bob = (make_expert(slug=name.lower(), name=name) for name in ("Ada", "Bob"))
    lead = make_user(Role.LEAD)
    shared = make_question(slug="shared", by=coder, required_verdicts=1)

    names = (f"topic-{n}" for n in count())

    def add_one() -> None:
        source = make_source(by=coder)
        name = next(names)
        topic = Topic.objects.create(slug=name, name=name)
        parent = make_question(by=coder, topics=[topic])
        own = make_question(by=coder, topics=[topic], depends_on=parent, depends_on_answer="yes")
        common: dict[str, Any] = {"by": coder, "source": source}
        worded = make_forecast(None, expert=ada, question=own, **common)
        for reader in (coder, other):
            code(worded, reader)
        make_forecast("0.6", expert=make_expert(), question=shared, **common)
        said = [
            make_forecast("0.7", expert=expert, question=parent, **common) for expert in (ada, bob)
        ]
        correct(said[0], as_of=START, probability=number("0.6"))
        resolve(parent, "yes")
        correct_resolution(
            question=parent, lead=lead, answer="ambiguous", reason="Unclear", as_of=AFTER
        )
        record_unscorable_statement(
            source=source, quote="may", reason="no_threshold", expert=ada, by=coder, as_of=START
        )
        for record in (ada, shared, worded, source):
            make_open_dispute(record)

    def grow(most: int) -> None:
        for _ in range(most):
            add_one()
        recompute_scorecards(as_of=AFTER + timedelta(days=60), limit=500)

    return grow


def code(forecast: Forecast, coder: Any) -> None:
    record_coding(
        forecast=forecast, coder=coder, low=number(".6"), mid=number(".7"), high=number(".8"),
        as_of=START,
    )  # fmt: skip


def n_queries(reader: Client, path: str) -> int:
    path = path.format(source=Source.objects.latest("pk").pk)
    with counted_queries() as queries:
        response = reader.get(f"/api/v1/{path}")
    assert response.status_code == 200
    return len(queries)


def test_lists_cost_the_same_for_3_as_for_15(reader: Client, grow: Callable[[int], None]) -> None:
    grow(3)
    few = {path: n_queries(reader, path) for path in (*LISTS, *COSTS)}
    grow(12)
    many = {path: n_queries(reader, path) for path in (*LISTS, *COSTS)}

    assert many == few
    assert {path: many[path] for path in COSTS} == COSTS
    assert max(many[path] for path in LISTS) <= MOST_OF_A_LIST


VALUES = {
    "expert": "ada",
    "question": "shared",
    "topic": "topic-0",
    "family": "floods",
    "basis": "stated",
    "status": "open",
    "reason": "no_threshold",
    "date_basis": "printed",
    "synthetic": "false",
    "include": "superseded",
    "ranking": "calibration",
    "population": "real",
    "min_n": "0",
    "as_of": "2026-03-01",
    "known_until": "2026-02-01",
    "horizon": "1_to_3_months",
    "coding": "inferred",
    "late": "exclude",
    "early": "include",
    "disputed": "exclude",
    "limit": "3",
}
KINDS = {"experts/": "person", "corrections/": "forecast"}
SOMETIME = "2026-01-02"
PATHS = (
    *("experts/", "forecasts/", "experts/ada/forecasts/", "questions/", "sources/", "topics/"),
    "lexicons/",
    *("unscorable-statements/", "disputes/", "corrections/", "exports/", "leaderboard/"),
)


def options_of(path: str) -> list[str]:
    """Each option, every choice of what is shown whole, and all at once: what they cost adds up."""
    view: Any = vars(resolve_url(f"/api/v1/{path}").func)["cls"]
    names = sorted({*view().known_parameters()} - {"cursor", "ordering"})
    given = [f"{name}={value_of(path, name)}" for name in names]
    orderings = [
        f"ordering={sign}{name}" for name in getattr(view, "orderings", ()) for sign in ("", "-")
    ]
    single = ["", *given, *orderings, "format=csv", "format=jsonl"]
    whole = expansions(view)
    return [*single, *whole, "&".join([*given, *orderings[:1], *whole[-1:]])]


def expansions(view: Any) -> list[str]:
    """Every choice of what is shown whole; all of it comes last."""
    names = sorted(view.expandable)
    chosen = (some for n in range(1, len(names) + 1) for some in combinations(names, n))
    return [f"expand={','.join(some)}" for some in chosen]


def value_of(path: str, name: str) -> str:
    return KINDS.get(path, "forecast") if name == "kind" else VALUES.get(name, SOMETIME)


@pytest.mark.once  # what is asked depends on the options, not on who answers
@pytest.mark.parametrize("path", PATHS)
def test_no_options_make_a_list_cost_more_than_8_queries(
    reader: Client, grow: Callable[[int], None], path: str
) -> None:
    grow(3)
    QuestionFamily.objects.create(slug="floods", title="Floods")

    costs = {option: n_queries(reader, f"{path}?{option}") for option in options_of(path)}

    assert {option: n for option, n in costs.items() if n > MOST_OF_A_LIST} == {}


def test_list_of_the_past_costs_no_more_where_much_has_changed_since(
    reader: Client, grow: Callable[[int], None]
) -> None:
    """Deadlines moved, names and topics changed, and questions hang on one another in a chain."""
    grow(3)
    ada, last = Expert.objects.get(slug="ada"), Question.objects.get(slug="shared")
    later = NOW - timedelta(days=1)
    amend_deadline(last, as_of=later)
    ExpertRename.objects.create(expert=ada, before="A.", renamed_at=later)
    TopicChange.objects.create(
        question=last, topic=Topic.objects.get(slug="topic-0"), was_on=True, changed_at=later
    )
    for _ in range(6):
        last = make_question(depends_on=last, depends_on_answer="yes")
        make_forecast("0.3", expert=ada, question=last)
    options = "as_of=2026-04-01&topic=topic-0&disputed=exclude&ranking=calibration"

    costs = {
        path: n_queries(reader, path)
        for path in (f"leaderboard/?{options}", "forecasts/?expand=expert,question,source")
    }

    assert max(costs.values()) <= MOST_OF_A_LIST, costs


@pytest.mark.parametrize("query", ["limit=0", "cursor=nonsense", "ranking=x", "limit="])
def test_refusing_a_page_of_the_leaderboard_reads_nothing(
    reader: Client, db: None, query: str
) -> None:
    with counted_queries() as queries:
        response = reader.get(f"/api/v1/leaderboard/?{query}")

    assert (response.status_code, queries) == (400, [])
