"""Writing: who may, what is stored, what is refused and where, all of it or nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.transaction import get_connection
from django.test import Client

from forecasts.exceptions import BusyError
from forecasts.models import Evidence, Forecast, LedgerEntry, Question, Role, Scope, Source
from forecasts.selectors.ledger_checks import LedgerCheck
from tests.api.worlds import NOW, World
from tests.api.writing import (
    EVIDENCE,
    PATHS,
    QUESTION,
    SOURCE,
    body_for,
    everything,
    forecast,
    make_writer,
    pointers,
    send,
)
from tests.factories import make_expert, make_question, make_source, make_user
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
ROLES = {
    Scope.SOURCES: (Role.CODER, Role.LEAD),
    Scope.QUESTIONS: (Role.CODER, Role.LEAD),
    Scope.FORECASTS: (Role.CODER, Role.LEAD),
    Scope.EVIDENCE: (Role.REVIEWER, Role.LEAD),
}


@pytest.fixture
def token() -> str:
    return make_writer()[1]


def test_source_is_recorded(reader: Client, world: World) -> None:
    user = make_user(Role.CODER)
    token = make_writer(user=user)[1]

    response = send(reader, token, "sources/", SOURCE)

    source = Source.objects.latest("pk")
    assert (response.status_code, response.headers["Cache-Control"]) == (201, "no-store")
    assert (source.recorded_by, source.recorded_at) == (user, NOW)
    assert source.published_at == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert response.headers["Location"] == f"http://testserver/api/v1/sources/{source.pk}/"
    found = reader.get(response.headers["Location"]).json()
    assert response.json() == {"dry_run": False, "results": [found]}
    assert found == next(
        row for row in reader.get("/api/v1/sources/").json()["results"] if row["id"] == source.pk
    )


def test_question_is_recorded(reader: Client, world: World, token: str) -> None:
    response = send(reader, token, "questions/", QUESTION)

    question = Question.objects.get(slug="frost")
    assert response.status_code == 201
    assert response.headers["Location"] == "http://testserver/api/v1/questions/frost/"
    assert question.deadline == datetime(2027, 1, 1, tzinfo=UTC)
    assert [topic.slug for topic in question.topics.all()] == ["weather"]
    assert question.family is not None
    assert question.family.slug == "floods"
    listed = reader.get("/api/v1/questions/?family=floods&ordering=-recorded_at").json()
    assert response.json()["results"][0] == listed["results"][0]
    found = reader.get(response.headers["Location"]).json()
    assert {name: found[name] for name in listed["results"][0]} == listed["results"][0]


def test_question_can_hang_on_another(reader: Client, world: World, token: str) -> None:
    more = {"depends_on": "flood", "depends_on_answer": "no", "required_verdicts": 2}

    response = send(reader, token, "questions/", {**QUESTION, **more})

    assert response.status_code == 201
    row = response.json()["results"][0]
    assert (row["state"], row["condition"]["question"]["slug"]) == ("annulled", "flood")


def test_forecast_is_recorded_and_entered_in_the_ledger(
    reader: Client, world: World, token: str
) -> None:
    before = LedgerEntry.objects.count()

    response = send(reader, token, "forecasts/", forecast(world))

    made = Forecast.objects.latest("pk")
    assert response.status_code == 201, response.content
    assert response.headers["Location"] == f"http://testserver/api/v1/forecasts/{made.pk}/"
    assert (made.probability, made.low, made.high) == (Decimal("0.25"),) * 3
    assert response.json()["results"] == [reader.get(response.headers["Location"]).json()]
    assert LedgerEntry.objects.count() == before + 1


def test_words_and_withdrawals_are_recorded(reader: Client, world: World, token: str) -> None:
    words = {"basis": "inferred", "phrase": "hardly", "claims_yes": False, "probability": None}
    later = {"kind": "withdrawal", "stated_at": "2026-01-07T00:00:00Z", "probability": None}

    first = send(reader, token, "forecasts/", forecast(world, **words))
    second = send(reader, token, "forecasts/", forecast(world, **later))

    assert (first.status_code, second.status_code) == (201, 201)
    assert [row.kind for row in Forecast.objects.order_by("-pk")[:2]] == ["withdrawal", "forecast"]


def test_evidence_is_taken_without_a_word_about_it(reader: Client, world: World) -> None:
    token = make_writer(roles=[Role.REVIEWER])[1]

    first = send(reader, token, "questions/storm/evidence/", EVIDENCE)
    again = send(reader, token, "questions/storm/evidence/", [EVIDENCE])

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.status_code, first.json()) == (202, {"dry_run": False, "n_taken": 1})
    assert Evidence.objects.get(question=world.waiting).url == EVIDENCE["url"]
    shown = reader.get("/api/v1/questions/storm/").content.decode()
    assert EVIDENCE["url"] not in shown


def test_evidence_for_no_question_is_not_found(reader: Client, world: World) -> None:
    token = make_writer(roles=[Role.REVIEWER])[1]

    assert send(reader, token, "questions/nothing/evidence/", EVIDENCE).status_code == 404


@pytest.mark.parametrize("scope", Scope)
def test_writing_needs_a_key(reader: Client, world: World, scope: Scope) -> None:
    before = everything()

    response = send(reader, None, PATHS[scope], body_for(scope, world))

    assert (response.status_code, everything()) == (401, before)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("scope", Scope)
def test_writing_needs_its_scope(reader: Client, world: World, scope: Scope) -> None:
    token = make_writer(*(set(Scope) - {scope}))[1]
    before = everything()

    response = send(reader, token, PATHS[scope], body_for(scope, world))

    assert (response.status_code, everything()) == (403, before)
    assert scope in response.json()["detail"]


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("scope", Scope)
def test_key_can_what_its_user_can(
    reader: Client, world: World, scope: Scope, role: Role | None
) -> None:
    roles = [role] if role else []
    token = make_writer(user=make_user(*roles, is_superuser=role is None))[1]
    before = everything()

    response = send(reader, token, PATHS[scope], body_for(scope, world))

    if role in ROLES[scope]:
        assert response.status_code in {201, 202}
    else:
        assert (response.status_code, everything()) == (403, before)
        assert response.json()["errors"][0]["code"] == "role_missing"


LONG = "x" * 100_000
TEXTS: list[Any] = [None, 1, True, [], {}, "", " ", "\x00", "a\u202eb", "a\x1bb", LONG]
TIMES: list[Any] = [
    *(None, 5, True, [], "", "yesterday", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"),
    *("1989-12-31T23:59:59Z", "2200-01-01T00:00:01Z", "0001-01-01T00:00:00+23:59", LONG, "\x00"),
    *("9999-12-31T23:59:59-23:59", "2026-02-30", "+02026-01-01T00:00:00Z"),
]
NUMBERS: list[Any] = [
    *(True, [], {}, "", "x", -0.1, 1.1, 25, 1e300, -1e-300, 10**400, 0.1 + 0.2, 0.1234567),
    *(
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e-1",
        "0,5",
        "\u0660.\u0665",
        "0_1",
        " 0.5",
        "50 %",
        "9" * 5000,
    ),
]
SLUGS: list[Any] = [None, 1, True, [], {}, "", "nothing", "a b", "../x", "\x00", LONG, "ädä"]
HOSTILE: dict[str, dict[str, list[Any]]] = {
    "sources/": {
        "outlet": [*TEXTS, "two\nlines"],
        "title": [*TEXTS, "x" * 401],
        "url": [
            *(1, [], "ftp://a.example", "javascript:alert(1)", "paper.example", "\x00"),
            *("https://a.example/\u202e", "https://a.example/" + LONG, "http://", "https://[::1"),
        ],
        "published_at": [*TIMES, "2026-01-01"],
        "date_basis": [None, "", 1, [], "guessed", "PRINTED"],
        "note": [1, [], "\x00", "x" * 2001],
        "sha256": [1, "abc", "G" * 64, "A" * 64],
        "synthetic": [0, 1, "true", [], "no"],
    },
    "questions/": {
        "slug": [*(one for one in TEXTS if one != 1), 1, "a b", "x" * 101, "a/b", "ä"],
        "title": [*TEXTS, "two\nlines", "x" * 301],
        "resolution_criteria": TEXTS,
        "opens_at": [one for one in TIMES if one is not None],
        "deadline": TIMES,
        "topics": [1, "weather", {}, [1], [None], ["nothing"], ["weather"] * 21, [[]], ["\x00"]],
        "family": SLUGS[1:],
        "depends_on": SLUGS[1:],
        "depends_on_answer": ["", 1, "maybe", "annulled", []],
        "required_verdicts": [0, 3, -1, True, "1", 1.5, 10**30, []],
        "interim_days": [-1, 3651, True, "1", 0.5, 10**30],
        "synthetic": [0, "false", []],
    },
    "forecasts/": {
        "expert": SLUGS,
        "question": SLUGS,
        "source": [None, 0, -1, True, "1", 1.5, 10**30, 2**63, 987654, [], {}],
        "kind": ["", 1, "update", []],
        "basis": [None, "", 1, "said", []],
        "stated_at": [*TIMES, "2026-01-01"],
        "quote": [*TEXTS, "x" * 601],
        "phrase": [1, [], "\x00", "two\nlines", "x" * 201],
        "claims_yes": [0, 1, "yes", []],
        "probability": NUMBERS,
        "low": NUMBERS,
        "high": NUMBERS,
    },
}
CASES = [
    (path, name, values) for path, fields in HOSTILE.items() for name, values in fields.items()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}{case[1]}")
def test_what_a_field_cannot_hold_is_refused_in_its_place(
    reader: Client, world: World, token: str, case: tuple[str, str, list[Any]]
) -> None:
    path, name, values = case
    valid = {"sources/": SOURCE, "questions/": QUESTION, "forecasts/": forecast(world)}[path]
    before = everything()

    answers = [send(reader, token, path, {**valid, name: value}) for value in values]
    together = send(reader, token, path, [{**valid, name: value} for value in values])

    for value, answer in zip(values, answers, strict=True):
        assert answer.status_code == 400, (value, answer.content)
        assert {where.split("/")[1] for where in pointers(answer)} == {name}, value
    rows = {where.split("/")[1] for where in pointers(together)}
    assert rows == {str(number) for number in range(len(values))}
    assert everything() == before


@pytest.mark.parametrize("name", ["slug", "title", "resolution_criteria", "deadline"])
def test_missing_member_is_named(reader: Client, token: str, name: str) -> None:
    body = {key: value for key, value in QUESTION.items() if key not in (name, "topics", "family")}

    response = send(reader, token, "questions/", body)

    assert (response.status_code, set(pointers(response))) == (400, {f"/{name}"})


def test_unknown_member_is_refused_with_the_nearest(
    reader: Client, world: World, token: str
) -> None:
    response = send(reader, token, "forecasts/", [forecast(world, probabilty=0.5, recorded_by=1)])

    errors = {error["pointer"]: error.get("suggestion") for error in response.json()["errors"]}
    assert response.status_code == 400
    assert errors["/0/probabilty"] == "probability"
    assert set(errors) == {"/0/probabilty", "/0/recorded_by"}


@pytest.mark.parametrize("body", [[], None, 1, "x", [1], [[]], [None], {}, True])
def test_body_of_another_shape_is_refused(reader: Client, token: str, body: Any) -> None:
    assert send(reader, token, "forecasts/", body).status_code == 400


@pytest.mark.parametrize("given", [0, 1, "0", "1", "0.123456", "1.000000", 1e-06, 0.25])
def test_probability_is_exact(reader: Client, world: World, token: str, given: Any) -> None:
    response = send(reader, token, "forecasts/", forecast(world, probability=given))

    assert response.status_code == 201, response.content
    assert Forecast.objects.latest("pk").probability == Decimal(str(given))


def refused(response: Any, status: int, errors: dict[str, str]) -> bool:
    problem = response.json()
    assert (response.status_code, pointers(response)) == (status, errors)
    return bool(problem["type"] == "urn:hindcast:problem:refused")


def test_rules_refuse_with_their_codes(reader: Client, world: World, token: str) -> None:
    later = (NOW + timedelta(seconds=1)).isoformat()
    invented = make_expert(slug="eve", synthetic=True)
    before = everything()
    rows = [
        forecast(world, stated_at=later),
        forecast(world),
        forecast(world, probability=None),
        forecast(world, low=0.5),
        forecast(world, basis="inferred", probability=None),
        forecast(world, kind="withdrawal", stated_at="2025-01-01T00:00:00Z"),
        forecast(world, expert=invented.slug),
    ]

    response = send(reader, token, "forecasts/", rows)

    errors = {
        "/0/stated_at": "future_time",
        "/2/probability": "probability_missing",
        "/3/probability": "probability_range",
        "/4/phrase": "phrase_missing",
        "/5": "nothing_to_withdraw",
        "/6": "synthetic_mix",
    }
    assert refused(response, 422, errors)
    assert everything() == before


def test_what_is_recorded_already_is_a_conflict(reader: Client, world: World, token: str) -> None:
    question = {**QUESTION, "slug": "flood"}
    source = {**SOURCE, "url": world.source.url}
    assert send(reader, token, "forecasts/", forecast(world)).status_code == 201
    before = everything()

    answers = [
        send(reader, token, "questions/", question),
        send(reader, token, "sources/", source),
        send(reader, token, "forecasts/", forecast(world)),
        send(reader, token, "sources/", [SOURCE, SOURCE]),
    ]

    assert refused(answers[0], 409, {"/slug": "duplicate_question"})
    assert refused(answers[1], 409, {"/url": "duplicate_source"})
    assert refused(answers[2], 409, {"": "duplicate_forecast"})
    assert refused(answers[3], 409, {"/1/url": "duplicate_source"})
    assert everything() == before


def test_external_id_names_one_row(reader: Client, world: World, token: str) -> None:
    named = {"external_id": "row-7"}
    more = {"stated_at": "2026-01-05T00:00:00Z", **named}
    first = [
        send(reader, token, "questions/", {**QUESTION, **named}),
        send(reader, token, "sources/", {**SOURCE, **named}),
        send(reader, token, "forecasts/", forecast(world, **named)),
    ]
    before = everything()

    again = [
        send(reader, token, "questions/", {**QUESTION, **named, "slug": "frost-2"}),
        send(reader, token, "sources/", {**SOURCE, **named, "url": "https://paper.example/2"}),
        send(reader, token, "forecasts/", forecast(world, **more)),
        send(reader, token, "forecasts/", [forecast(world, external_id="x" * 201)]),
    ]

    assert [one.json()["results"][0]["external_id"] for one in first] == ["row-7"] * 3
    for one in again[:3]:
        assert refused(one, 409, {"/external_id": "duplicate_external_id"})
    assert again[3].status_code == 400
    assert everything() == before


def test_rules_of_questions_and_sources(reader: Client, world: World, token: str) -> None:
    condition = {"depends_on": "storm", "depends_on_answer": "yes"}
    questions = [
        {**QUESTION, "slug": "a", "opens_at": "2027-01-02T00:00:00Z"},
        {**QUESTION, "slug": "b", "depends_on": "storm"},
        {**QUESTION, "slug": "c", "depends_on_answer": "yes"},
        {**QUESTION, **condition, "slug": "d", "synthetic": True},
    ]
    before = everything()

    asked = send(reader, token, "questions/", questions)
    printed = send(reader, token, "sources/", {**SOURCE, "published_at": "2026-06-01T12:00:01Z"})

    errors = {
        "/0/deadline": "deadline_order",
        "/1/depends_on_answer": "condition_incomplete",
        "/2/depends_on_answer": "condition_incomplete",
        "/3/depends_on": "synthetic_mix",
    }
    assert refused(asked, 422, errors)
    assert refused(printed, 422, {"/published_at": "future_time"})
    assert everything() == before


@pytest.mark.parametrize("scope", Scope)
def test_dry_run_leaves_no_trace(reader: Client, world: World, scope: Scope) -> None:
    token = make_writer(roles=list(Role))[1]
    body, before = body_for(scope, world), everything()

    dry = send(reader, token, f"{PATHS[scope]}?dry_run=true", body, Idempotency_Key="a")
    assert everything() == before
    wet = send(reader, token, f"{PATHS[scope]}?dry_run=false", body, Idempotency_Key="a")

    assert (dry.status_code, dry.json()["dry_run"]) == (200, True)
    assert wet.status_code in {201, 202}
    assert "Location" not in dry.headers
    for one in dry.json().get("results", ()):
        (row,) = wet.json()["results"]
        changing = {"id", "dispute_form"}
        assert {name: one[name] for name in one.keys() - changing} == {
            name: row[name] for name in row.keys() - changing
        }


def test_dry_run_refuses_as_the_write_would(reader: Client, world: World, token: str) -> None:
    row = forecast(world, low=0.5)

    dry = send(reader, token, "forecasts/?dry_run=true", row).json()
    wet = send(reader, token, "forecasts/", row).json()

    assert dry["errors"] == wet["errors"]


@pytest.mark.parametrize(
    "query", ["dry_run=yes", "dryrun=true", "limit=5", "format=csv", "expand=x"]
)
def test_parameters_of_writing_are_checked(reader: Client, token: str, query: str) -> None:
    response = send(reader, token, f"sources/?{query}", SOURCE)

    assert response.status_code == 400
    assert not Source.objects.filter(url=SOURCE["url"]).exists()


def test_thousand_rows_are_all_or_nothing(reader: Client, world: World, token: str) -> None:
    rows = [forecast(world, quote=f"{number} times") for number in range(1000)]
    wrong = [*rows[:17], forecast(world, probability=2), *rows[18:]]
    before = everything()

    refusal = send(reader, token, "forecasts/", wrong)
    assert (refusal.status_code, set(pointers(refusal))) == (400, {"/17/probability"})
    too_many = send(reader, token, "forecasts/", [*rows, forecast(world)])
    assert (too_many.status_code, everything()) == (413, before)
    made = send(reader, token, "forecasts/", rows)

    assert made.status_code == 201
    assert "Location" not in made.headers
    assert [row["quote"] for row in made.json()["results"]] == [row["quote"] for row in rows]
    assert Forecast.objects.count() == len(before["forecasts.Forecast"]) + 1000


@pytest.mark.parametrize("scope", [Scope.SOURCES, Scope.QUESTIONS, Scope.FORECASTS])
def test_queries_do_not_grow_with_rows(reader: Client, world: World, scope: Scope) -> None:
    token = make_writer()[1]
    coder = make_user(Role.CODER)
    for number in range(12):
        make_question(slug=f"more-{number}", by=coder)
    counts = []

    for start, stop in ((0, 2), (2, 12)):
        rows = [
            {
                Scope.SOURCES: {**SOURCE, "url": f"https://a.example/{number}"},
                Scope.QUESTIONS: {**QUESTION, "slug": f"new-{number}"},
                Scope.FORECASTS: forecast(world, question=f"more-{number}"),
            }[scope]
            for number in range(start, stop)
        ]
        with counted_queries() as queries:
            assert send(reader, token, PATHS[scope], rows).status_code == 201
        counts.append(len(queries))

    assert counts[1] <= counts[0] + 2, counts
    assert counts[0] < 60


def test_large_bodies_are_refused_unread(reader: Client, token: str) -> None:
    response = send(reader, token, "sources/", b"[" + b" " * (4 * 1024 * 1024) + b"]")

    assert response.status_code == 413


def test_other_sites_hear_that_it_can_be_written(reader: Client, world: World) -> None:
    for scope in Scope:
        response = reader.options(f"/api/v1/{PATHS[scope]}")

        allowed = "OPTIONS, POST" if scope == Scope.EVIDENCE else "GET, HEAD, OPTIONS, POST"
        names = set(response.headers["Access-Control-Allow-Methods"].split(", "))
        assert names == set(allowed.split(", "))
        assert "Idempotency-Key" in response.headers["Access-Control-Allow-Headers"]


def test_only_json_is_read_and_told(reader: Client, world: World, token: str) -> None:
    as_form = reader.post("/api/v1/sources/", SOURCE, headers={"authorization": f"Bearer {token}"})
    as_csv = send(reader, token, "sources/", SOURCE, Accept="text/csv")

    assert (as_form.status_code, as_csv.status_code) == (415, 406)
    assert not Source.objects.filter(url=SOURCE["url"]).exists()


def test_source_read_by_another_name_stays_an_own_row(reader: Client, token: str) -> None:
    first = make_source(url="")

    response = send(reader, token, "sources/", [{**SOURCE, "url": None}] * 2)

    assert response.status_code == 201
    assert Source.objects.filter(url="").exclude(pk=first.pk).count() == 2


def test_address_without_its_slash_asks_for_the_same_again(reader: Client, token: str) -> None:
    response = send(reader, token, "sources", SOURCE)

    assert (response.status_code, response.headers["Location"]) == (308, "/api/v1/sources/")


def test_evidence_is_only_written(reader: Client, world: World) -> None:
    response = reader.get("/api/v1/questions/storm/evidence/")

    assert (response.status_code, response.headers["Content-Type"]) == (
        405,
        "application/problem+json",
    )


def test_questions_of_one_list_can_hang_on_one_that_is_ruled(
    reader: Client, world: World, token: str
) -> None:
    condition = {"depends_on": "flood", "depends_on_answer": "no"}
    rows = [{**QUESTION, **condition, "slug": f"new-{number}"} for number in range(3)]

    response = send(reader, token, "questions/", rows)

    assert [row["state"] for row in response.json()["results"]] == ["annulled"] * 3
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def test_who_waits_too_long_is_asked_to_try_again(
    reader: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(**_: Any) -> None:
        raise BusyError

    monkeypatch.setattr("api.views.records.record_sources", hang)

    response = send(reader, token, "sources/", SOURCE)

    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    assert response.json()["errors"][0]["code"] == "busy"


def test_only_what_is_stored_rings_the_bell(
    reader: Client,
    token: str,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The shared world is never committed: its ring waits, and stands for all that come after.
    monkeypatch.setattr(get_connection(), "run_on_commit", [])
    plain = {name: QUESTION[name] for name in QUESTION.keys() - {"topics", "family"}}

    with django_capture_on_commit_callbacks() as after_dry:
        send(reader, token, "questions/?dry_run=true", plain)
    with django_capture_on_commit_callbacks() as after_wet:
        send(reader, token, "questions/", plain)

    assert (len(after_dry), len(after_wet)) == (0, 1)
