"""No list costs more queries because it is longer."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve as resolve_url

from forecasts.models import Forecast, QuestionFamily, Role, Source, Topic
from forecasts.services.codings import record_coding
from forecasts.services.experts import record_unscorable_statement
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from tests.api.worlds import correct, number
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
    "unscorable-statements/",
    "disputes/",
    "experts/ada/forecasts/",
    "experts/ada/forecasts/?include=superseded",
    "corrections/",
    "exports/",
)
MOST_OF_A_LIST = 8
MOST_EXPANDED = 7
COSTS = {
    "experts/ada/scores/": 5,
    "experts/ada/scores/?topic=topic-0": 12,
    "experts/ada/scores/?as_of=2026-03-01": 12,
    "questions/shared/": 9,
    "leaderboard/": 5,
    "leaderboard/?ranking=calibration": 5,
    "leaderboard/?as_of=2026-03-01": 8,
    "compare/?expert=ada&expert=bob": 7,
    "sources/{source}/": 2,
    "experts/ada/calibration/": 10,
    "experts/ada/calibration/?as_of=2026-03-01": 17,
    "experts/ada/scores/history/?to=2026-03-01": 10,
    "experts/ada/scores/history/?step=week&from=2026-01-01&to=2026-05-01": 10,
    "statistics/": 10,
    "coding/": 2,
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
    assert max(many[path] for path in LISTS) == MOST_OF_A_LIST


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
}
KINDS = {"experts/": "person", "corrections/": "forecast"}
SOMETIME = "2026-01-02"


def options_of(path: str) -> list[str]:
    """Each option of a list by itself, and all filters at once."""
    view: Any = vars(resolve_url(f"/api/v1/{path}").func)["cls"]
    filters = [*(view.filterset_class.base_filters if view.filterset_class else ())]
    filters += [name for name in view.parameters if name != "include"]
    given = [f"{name}={value_of(path, name)}" for name in filters]
    orderings = [f"ordering={sign}{name}" for name in view.orderings for sign in ("", "-")]
    expanded = [f"expand={','.join(view.expandable)}"] if view.expandable else []
    include = ["include=superseded"] if "include" in view.parameters else []
    return ["", *given, *orderings, *expanded, *include, "format=csv",
            "&".join([*given, *expanded, *include])]  # fmt: skip


def most_of(option: str) -> int:
    """What is shown whole is read with what belongs to it."""
    return MOST_OF_A_LIST + (MOST_EXPANDED if "expand=" in option else 0)


def value_of(path: str, name: str) -> str:
    return KINDS.get(path, "forecast") if name == "kind" else VALUES.get(name, SOMETIME)


@pytest.mark.once  # what is asked depends on the options, not on who answers
@pytest.mark.parametrize(
    "path",
    [
        *("experts/", "forecasts/", "experts/ada/forecasts/", "questions/", "sources/", "topics/"),
        *("unscorable-statements/", "disputes/", "corrections/", "exports/"),
    ],
)
def test_no_option_makes_a_list_cost_more_than_8_queries(
    reader: Client, grow: Callable[[int], None], path: str
) -> None:
    grow(3)
    QuestionFamily.objects.create(slug="floods", title="Floods")

    costs = {option: n_queries(reader, f"{path}?{option}") for option in options_of(path)}

    assert {option: n for option, n in costs.items() if n > most_of(option)} == {}


@pytest.mark.parametrize("query", ["limit=0", "cursor=nonsense", "ranking=x", "limit="])
def test_refusing_a_page_of_the_leaderboard_reads_nothing(
    reader: Client, db: None, query: str
) -> None:
    with counted_queries() as queries:
        response = reader.get(f"/api/v1/leaderboard/?{query}")

    assert (response.status_code, queries) == (400, [])
