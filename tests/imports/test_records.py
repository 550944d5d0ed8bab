"""Files that are imported: once, whole, by the services, and never over what was recorded."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecasts.exceptions import RoleMissingError
from forecasts.imports.rows import Format
from forecasts.models import (
    Expert,
    ExpertRename,
    Forecast,
    LedgerEntry,
    Question,
    Role,
    Scorecard,
    Source,
    Topic,
    UnscorableStatement,
)
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.services.forecasts import correct_forecast
from forecasts.services.merges import merge_experts
from forecasts.services.questions import amend_question
from tests.factories import AFTER, make_expert, make_user
from tests.imports.files import (
    EXPERT,
    FORECAST,
    QUESTION,
    SOURCE,
    STATEMENT,
    WORLD,
    csv_file,
    faults_of,
    json_lines,
    take_in,
    take_in_world,
)

pytestmark = pytest.mark.django_db
NOTHING = {"new": 0, "changed": 0, "unchanged": 0, "refused": 0}


def test_each_table_is_recorded_as_its_service_does() -> None:
    take_in_world()

    forecast = Forecast.objects.get()
    assert (forecast.external_id, forecast.low, forecast.probability) == (
        "f1",
        Decimal("0.7"),
        Decimal("0.7"),
    )
    assert forecast.recorded_at == AFTER
    assert [entry.kind for entry in LedgerEntry.objects.all()] == [
        *("question", "forecast", "unscorable_statement")
    ]
    assert list(LedgerCheck().findings(lambda _: None)) == []
    assert Scorecard.objects.get().touches > 0
    assert UnscorableStatement.objects.get().expert == Expert.objects.get()
    assert Question.objects.get().deadline.isoformat() == "2026-03-02T00:00:00+00:00"


@pytest.mark.parametrize("table", WORLD)
def test_same_file_again_changes_nothing_and_says_so(table: str) -> None:
    take_in_world()
    before = LedgerEntry.objects.count()

    report = take_in(table, WORLD[table])

    assert report.numbers() == NOTHING | {"unchanged": 1}
    assert LedgerEntry.objects.count() == before


def test_who_was_merged_means_the_other_in_files() -> None:
    take_in_world()
    grace = make_expert(slug="grace")
    merge_experts(
        expert=Expert.objects.get(slug="ada"),
        into=grace,
        reason="One.",
        by=make_user(Role.LEAD),
        as_of=AFTER,
    )

    again = [take_in(table, WORLD[table]).numbers() for table in WORLD]
    new = FORECAST | {"external_id": "f2", "quote": "a hundred", "probability": "1"}
    report = take_in("forecasts", new)

    assert again == [NOTHING | {"unchanged": 1}] * len(WORLD)
    assert report.is_kept
    assert set(Forecast.objects.values_list("expert__slug", flat=True)) == {"grace"}


@pytest.mark.parametrize(
    ("table", "column", "value", "shown"),
    [
        ("sources", "outlet", "Another", "it is recorded as “The Paper”, not “Another”"),
        ("questions", "title", "Snow?", "it is recorded as “Will it rain?”, not “Snow?”"),
        ("questions", "deadline", "2026-04-01", "“2026-03-02T00:00:00Z”, not “2026-04-02T0"),
        ("forecasts", "probability", "0.8", "it is recorded as “0.700000”, not “0.8”"),
        ("forecasts", "quote", "no", "it is recorded as “70 per cent”, not “no”"),
        ("unscorable_statements", "reason", "judgment", "“no_threshold”, not “judgment”"),
        ("experts", "slug", "bob", "it is recorded as “ada”, not “bob”"),
    ],
)
def test_other_facts_under_the_same_id_are_refused_field_by_field(
    table: str, column: str, value: str, shown: str
) -> None:
    take_in_world()

    report = take_in(table, {**WORLD[table], column: value})

    assert [(line, name) for line, name, _ in faults_of(report)] == [(2, column)]
    assert shown in faults_of(report)[0][2]
    assert not report.is_kept


def test_reviewer_who_codes_is_not_told_what_was_recorded() -> None:
    take_in_world()
    both = make_user(Role.CODER, Role.REVIEWER)

    report = take_in("forecasts", {**FORECAST, "probability": "0.8"}, by=both)

    assert faults_of(report) == [
        (
            2,
            "probability",
            "it is recorded otherwise; an import overwrites nothing that was recorded",
        )
    ]
    assert report.shown["refused"][0].changes == ()


def test_editable_facts_of_experts_are_updated_with_the_difference_shown() -> None:
    take_in("experts", EXPERT)

    report = take_in("experts", {**EXPERT, "name": "Ada L.", "aliases": "Countess; A. L."})

    shown = report.shown["changed"][0]
    assert [(change.column, change.before, change.after) for change in shown.changes] == [
        ("name", "Ada", "Ada L."),
        ("aliases", "", "Countess, A. L."),
    ]
    expert = Expert.objects.get()
    assert (expert.name, ExpertRename.objects.get().before) == ("Ada L.", "Ada")
    assert sorted(alias.name for alias in expert.aliases.all()) == ["A. L.", "Countess"]


def test_expert_recorded_by_hand_is_known_by_the_slug_and_gets_its_id() -> None:
    make_expert(slug="ada", name="Ada")

    report = take_in("experts", EXPERT)

    assert report.numbers() == NOTHING | {"changed": 1}
    assert Expert.objects.get().external_id == "e1"


def test_slug_of_an_expert_with_another_id_is_refused() -> None:
    take_in("experts", EXPERT)

    report = take_in("experts", {**EXPERT, "external_id": "e2"})

    assert faults_of(report)[0][:2] == (2, "slug")
    assert Expert.objects.count() == 1


def test_one_refused_row_keeps_out_all_others() -> None:
    rows = [{**SOURCE, "external_id": str(n), "url": ""} for n in range(5)]
    rows[3]["date_basis"] = "guessed"

    report = take_in("sources", csv_file(*rows))

    assert report.numbers() == NOTHING | {"new": 4, "refused": 1}
    assert faults_of(report) == [
        (5, "date_basis", "'guessed' is none of printed, archived, inferred")
    ]
    assert Source.objects.count() == 0


def test_rehearsal_shows_what_would_happen_and_stores_nothing() -> None:
    report = take_in("sources", SOURCE, is_rehearsal=True)

    assert (report.numbers(), report.is_kept) == (NOTHING | {"new": 1}, False)
    assert Source.objects.count() == 0


def test_rule_of_the_service_refuses_the_row_that_breaks_it() -> None:
    take_in_world()
    later = {**FORECAST, "external_id": "f2", "stated_at": "2026-12-01", "quote": "later"}

    report = take_in("forecasts", csv_file({**FORECAST, "external_id": "f3"}, later))

    assert [(line, column) for line, column, _ in faults_of(report)] == [
        (3, "stated_at"),
        (2, ""),
    ] or [(line, column) for line, column, _ in faults_of(report)] == [(2, ""), (3, "stated_at")]
    assert Forecast.objects.count() == 1


def test_withdrawal_takes_back_what_stands_below_it_in_the_file() -> None:
    for table in ("experts", "sources", "questions"):
        take_in(table, WORLD[table])
    withdrawal = {
        **FORECAST,
        "external_id": "w1",
        "kind": "withdrawal",
        "stated_at": "2026-01-03",
        "probability": "",
    }

    report = take_in("forecasts", csv_file(withdrawal, {**FORECAST, "kind": "forecast"}))

    assert report.numbers() == NOTHING | {"new": 2}
    assert [row.kind for row in Forecast.objects.all()] == ["forecast", "withdrawal"]


def test_question_can_hang_on_one_above_it_in_the_file() -> None:
    Topic.objects.create(slug="war", name="War")
    child = {
        **QUESTION,
        "external_id": "q2",
        "slug": "flood",
        "depends_on": "q1",
        "depends_on_answer": "yes",
        "topics": "war",
    }

    report = take_in("questions", csv_file({**QUESTION, "topics": "", "depends_on": ""}, child))

    assert faults_of(report) == []
    assert report.numbers() == NOTHING | {"new": 2}
    flood = Question.objects.get(slug="flood")
    assert flood.depends_on is not None
    assert (flood.depends_on.slug, [topic.slug for topic in flood.topics.all()]) == (
        "rain",
        ["war"],
    )


def test_amended_question_is_still_what_the_file_says() -> None:
    take_in_world()
    amend_question(
        question=Question.objects.get(),
        changes={"title": "Will it pour?", "deadline": AFTER},
        reason="Clearer",
        by=make_user(Role.LEAD),
        as_of=AFTER,
    )

    assert take_in("questions", QUESTION).numbers() == NOTHING | {"unchanged": 1}


def test_corrected_forecast_is_not_imported_again() -> None:
    take_in_world()
    old = Forecast.objects.get()
    new = Forecast(
        expert=old.expert,
        question=old.question,
        source=old.source,
        basis="stated",
        stated_at=old.stated_at,
        quote=old.quote,
        probability=Decimal("0.6"),
    )
    correct_forecast(
        forecast=old, replacement=new, reason="Misread", by=make_user(Role.CODER), as_of=AFTER
    )

    assert take_in("forecasts", FORECAST).numbers() == NOTHING | {"unchanged": 1}


@pytest.mark.parametrize("format_", [Format.JSON, Format.JSON_LINES])
def test_json_has_values_of_its_own_kinds(format_: Format) -> None:
    for table in ("experts", "sources", "questions"):
        take_in(table, WORLD[table])
    row = {**FORECAST, "probability": 0.7, "low": "0.65", "high": None, "claims_yes": False}
    content = json_lines([row]) if format_ is Format.JSON_LINES else json.dumps([row]).encode()

    report = take_in("forecasts", content, format_=format_)

    assert report.numbers() == NOTHING | {"new": 1}
    forecast = Forecast.objects.get()
    assert (forecast.low, forecast.high, forecast.claims_yes) == (
        Decimal("0.65"),
        Decimal("0.7"),
        False,
    )


def test_records_are_named_by_external_id_and_sources_by_address() -> None:
    for table in ("experts", "sources", "questions"):
        take_in(table, WORLD[table])

    report = take_in(
        "forecasts",
        {**FORECAST, "expert": "e1", "question": "q1", "source": "https://paper.example/1"},
    )

    assert report.is_kept


def test_whoever_is_no_coder_imports_nothing() -> None:
    with pytest.raises(RoleMissingError):
        take_in("sources", SOURCE, by=make_user(Role.REVIEWER))


def test_many_batches_are_one_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecasts.services.imports.AT_ONCE", 3)
    take_in("sources", SOURCE)
    told: list[int] = []
    rows: list[dict[str, Any]] = [
        {
            **STATEMENT,
            "external_id": f"u{n}",
            "quote": f"Things {n}",
            "expert": "",
            "attributed_to": "many",
        }
        for n in range(10)
    ]

    report = take_in("unscorable_statements", csv_file(*rows), told=told.append)

    assert (report.numbers(), told) == (NOTHING | {"new": 10}, [3, 6, 9, 10])
    assert UnscorableStatement.objects.count() == 10


@pytest.mark.parametrize("is_again", [False, True])
@pytest.mark.parametrize("table", WORLD)
def test_queries_do_not_grow_with_the_rows(table: str, is_again: bool) -> None:
    take_in_world()
    by = make_user(Role.CODER)
    differs = {"experts": "slug", "questions": "slug", "sources": "url"}.get(table, "quote")

    def queries(first: int, n_rows: int) -> int:
        rows = [
            {**WORLD[table], "external_id": f"row-{n}", differs: f"https://x.dev/{n}"}
            if differs == "url"
            else {**WORLD[table], "external_id": f"row-{n}", differs: f"row-{n}"}
            for n in range(first, first + n_rows)
        ]
        if is_again:
            take_in(table, csv_file(*rows), by=by)
        with CaptureQueriesContext(connection) as captured:
            assert take_in(table, csv_file(*rows), by=by).is_kept
        return len(captured)

    few, many = queries(0, 2), queries(100, 40)

    assert many <= few + 2
