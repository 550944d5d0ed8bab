"""Recording experts, sources, questions, forecasts and readings at a coder's desk."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasts.models import (
    Coding,
    Expert,
    Forecast,
    Question,
    QuestionFamily,
    Role,
    Source,
    Topic,
    UnscorableStatement,
    User,
)
from forecasts.services.codings import record_coding
from forecasts.services.hand_ons import hand_on_question
from tests.desk.conftest import sign_in
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(coder: User) -> Client:
    return sign_in(coder)


def add(client: Client, model: str, **fields: Any) -> Any:
    return client.post(reverse(f"admin:forecasts_{model}_add"), fields)


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


NO_ALIASES = {
    "aliases-TOTAL_FORMS": "0",
    "aliases-INITIAL_FORMS": "0",
}
EXPERT = {"name": "Ada", "slug": "ada", "kind": "person", **NO_ALIASES}
QUESTION = {
    "title": "Will it rain?",
    "slug": "rain",
    "resolution_criteria": "It rains.",
    "deadline_date": "2026-03-31",
    "required_verdicts": "1",
}
SOURCE = {
    "outlet": "The Paper",
    "title": "Rain",
    "published_at": "2026-01-01T12:00",
    "date_basis": "printed",
}


def forecast_fields(**fields: Any) -> dict[str, Any]:
    rows = {
        "expert": lambda: make_expert().pk,
        "question": lambda: make_question().pk,
        "source": lambda: make_source().pk,
    }
    return {
        **{name: fields.pop(name, None) or make() for name, make in rows.items()},
        "stated_at": "2026-01-01T00:00",
        "quote": "It will rain.",
        "kind": "forecast",
        "basis": "stated",
        "claims_yes": "on",
        "probability": "0.7",
        **fields,
    }


class TestExperts:
    """Plain rows, for editors only."""

    def test_an_expert_is_recorded_with_aliases_and_links(self, client: Client) -> None:
        fields = EXPERT | {
            "links": "https://a.example.org/\nhttps://b.example.org/",
            "aliases-TOTAL_FORMS": "1",
            "aliases-0-name": "A. Lovelace",
        }

        response = add(client, "expert", **fields)

        expert = Expert.objects.get()
        assert response.status_code == 302
        assert expert.links == ["https://a.example.org/", "https://b.example.org/"]
        assert [alias.name for alias in expert.aliases.all()] == ["A. Lovelace"]

    def test_an_expert_is_changed_and_its_links_are_shown_as_lines(self, client: Client) -> None:
        expert = make_expert(links=["https://a.example.org/", "https://b.example.org/"])
        url = reverse("admin:forecasts_expert_change", args=[expert.pk])

        page = client.get(url).content.decode()
        client.post(url, EXPERT | {"slug": expert.slug, "links": "https://c.example.org/"})

        assert "https://a.example.org/\nhttps://b.example.org/</textarea>" in page
        assert Expert.objects.get().links == ["https://c.example.org/"]

    def test_nothing_is_stored_of_an_expert_whose_alias_is_refused(self, client: Client) -> None:
        fields = EXPERT | {"aliases-TOTAL_FORMS": "1", "aliases-0-name": "evil\u202e"}

        response = add(client, "expert", **fields)

        assert response.status_code == 200
        assert not Expert.objects.exists()

    def test_an_administrator_is_not_an_editor(self, administrator: User) -> None:
        response = add(sign_in(administrator), "expert", **EXPERT)

        assert errors(response) == {
            "__all__": [
                "Only a coder or lead may do this; being an administrator does not make one."
            ]
        }
        assert not Expert.objects.exists()

    @pytest.mark.parametrize(
        ("model", "table", "fields"),
        [
            ("topic", Topic, {"name": "War", "slug": "war"}),
            ("questionfamily", QuestionFamily, {"title": "War", "slug": "war"}),
        ],
    )
    def test_topics_and_families_are_recorded(
        self, client: Client, model: str, table: Any, fields: dict[str, str]
    ) -> None:
        assert add(client, model, **fields).status_code == 302
        assert table.objects.get().slug == "war"


class TestSources:
    """Sources are recorded through their service."""

    def test_a_source_says_who_recorded_it_and_when(self, client: Client, coder: User) -> None:
        response = add(client, "source", **SOURCE)

        source = Source.objects.get()
        assert response.status_code == 302
        assert (source.recorded_by, source.recorded_at) == (coder, AFTER)

    def test_a_source_from_the_future_is_refused_at_its_field(self, client: Client) -> None:
        response = add(client, "source", **SOURCE | {"published_at": "2026-02-02T00:00"})

        assert errors(response) == {"published_at": ["This time lies in the future."]}
        assert b'value="The Paper"' in response.content

    def test_a_source_cannot_be_recorded_twice(self, client: Client) -> None:
        fields = SOURCE | {"url": "https://example.org/rain"}
        add(client, "source", **fields)

        response = add(client, "source", **fields)

        assert response.status_code == 200
        assert Source.objects.count() == 1

    def test_what_cannot_be_scored_is_kept(self, client: Client, coder: User) -> None:
        source = make_source(by=coder)
        fields = {"source": source.pk, "quote": "Perhaps.", "reason": "judgment"}

        both = add(client, "unscorablestatement", **fields)
        kept = add(client, "unscorablestatement", **fields, attributed_to="many experts")

        assert "Name an expert or whom it is attributed to" in errors(both)["attributed_to"][0]
        assert kept.status_code == 302
        assert UnscorableStatement.objects.get().recorded_by == coder


class TestQuestions:
    """Questions are edited until somebody forecasts."""

    @pytest.mark.parametrize(
        ("time", "deadline"),
        [("", "2026-04-01T00:00Z"), ("18:30", "2026-03-31T18:30Z")],
    )
    def test_a_bare_date_means_the_end_of_that_day_in_utc(
        self, time: str, deadline: str, roles: None
    ) -> None:
        client = sign_in(make_user(Role.CODER, time_zone="Asia/Tokyo"))
        topic = Topic.objects.create(slug="weather", name="Weather")

        response = add(client, "question", **QUESTION, deadline_time=time, topics=[topic.pk])

        question = Question.objects.get()
        assert response.status_code == 302
        assert question.deadline == datetime.fromisoformat(deadline)
        assert list(question.topics.all()) == [topic]

    def test_a_question_without_forecast_is_edited(self, client: Client, coder: User) -> None:
        question = make_question(by=coder)

        response = client.post(
            reverse("admin:forecasts_question_change", args=[question.pk]),
            QUESTION | {"title": "Will it snow?"},
        )

        assert response.status_code == 302
        assert Question.objects.get().title == "Will it snow?"

    @pytest.mark.parametrize("has", ["forecast", "hand-on"])
    def test_what_is_frozen_is_shown_and_not_asked(self, client: Client, has: str) -> None:
        question = make_question()
        if has == "forecast":
            make_forecast(question=question)
        else:
            reviewer = make_user(Role.REVIEWER)
            hand_on_question(question=question, reviewer=reviewer, as_of=AFTER)
        url = reverse("admin:forecasts_question_change", args=[question.pk])
        page = client.get(url)

        topic = Topic.objects.create(slug="weather", name="Weather")
        response = client.post(
            url, {"topics": topic.pk, "required_verdicts": "2", "title": "Another"}
        )

        assert set(page.context["adminform"].form.fields) == {"interim_days", "topics"}
        assert b"This question has a forecast" in page.content
        assert response.status_code == 302
        question.refresh_from_db()
        assert list(question.topics.all()) == [topic]
        assert (question.required_verdicts, question.title != "Another") == (1, True)

    def test_a_circle_of_conditions_is_refused_at_its_field(
        self, client: Client, coder: User
    ) -> None:
        parent = make_question(by=coder)
        child = make_question(by=coder, depends_on=parent, depends_on_answer="yes")

        response = client.post(
            reverse("admin:forecasts_question_change", args=[parent.pk]),
            QUESTION | {"depends_on": child.pk, "depends_on_answer": "yes"},
        )

        assert list(errors(response)) == ["depends_on"]
        assert b"Will it rain?" in response.content

    @pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "soon", "2026-02-30", "\0"])
    def test_dates_that_are_none_are_refused(self, client: Client, date: str) -> None:
        response = add(client, "question", **QUESTION | {"deadline_date": date})

        assert response.status_code == 200
        assert list(errors(response)) == ["deadline"]

    def test_half_a_condition_is_refused(self, client: Client) -> None:
        response = add(client, "question", **QUESTION, depends_on_answer="yes")

        assert errors(response) == {
            "depends_on_answer": ["A condition is a question and the answer it needs."]
        }


class TestForecasts:
    """Forecasts are recorded and corrected, never changed."""

    def test_a_number_is_recorded(self, client: Client, coder: User) -> None:
        response = add(client, "forecast", **forecast_fields())

        forecast = Forecast.objects.get()
        assert response.headers["Location"] == "/admin/forecasts/forecast/"
        assert (forecast.probability, forecast.low, forecast.high) == (Decimal("0.7"),) * 3
        assert (forecast.recorded_by, forecast.recorded_at) == (coder, AFTER)

    def test_after_words_the_coder_is_asked_for_a_reading(self, client: Client) -> None:
        response = add(
            client,
            "forecast",
            **forecast_fields(basis="inferred", probability="", phrase="it is possible"),
        )

        pk = Forecast.objects.get().pk
        assert response.headers["Location"] == f"/admin/forecasts/forecast/{pk}/code/"

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"probability": ""}, "probability"),
            ({"probability": "1.5"}, "probability"),
            ({"probability": "NaN"}, "probability"),
            ({"probability": "0.7", "low": "0.8", "high": "0.9"}, "probability"),
            ({"basis": "inferred", "probability": ""}, "phrase"),
            ({"basis": "inferred", "phrase": "maybe"}, "probability"),
            ({"basis": "inferred", "probability": "", "phrase": "maybe", "low": "0.1"}, "low"),
            ({"kind": "withdrawal"}, "probability"),
            ({"kind": "withdrawal", "probability": ""}, "__all__"),
            ({"stated_at": "2026-03-01T00:00"}, "stated_at"),
            ({"quote": ""}, "quote"),
            ({"quote": "evil\u202e"}, "quote"),
            ({"quote": "nul\0"}, "quote"),
            ({"phrase": "two\nlines"}, "phrase"),
            ({"expert": "999"}, "expert"),
        ],
    )
    def test_what_is_refused_is_said_at_its_field(
        self, client: Client, fields: dict[str, str], field: str
    ) -> None:
        response = add(client, "forecast", **forecast_fields(**fields))

        assert response.status_code == 200
        assert list(errors(response)) == [field]
        assert not Forecast.objects.exists()

    def test_the_same_forecast_is_not_recorded_twice(self, client: Client) -> None:
        fields = forecast_fields()
        add(client, "forecast", **fields)

        response = add(client, "forecast", **fields)

        assert errors(response) == {
            "__all__": [
                "This forecast is recorded already: same expert, question, source, time and quote."
            ]
        }

    def test_a_correction_supersedes(self, client: Client) -> None:
        original = make_forecast("0.7")
        url = reverse("admin:forecasts_forecast_correct", args=[original.pk])
        page = client.get(url).content.decode()
        fields = forecast_fields(
            expert=original.expert_id, question=original.question_id, source=original.source_id,
            probability="0.6", low="0.6", high="0.6",
        )  # fmt: skip

        without_reason = client.post(url, fields)
        response = client.post(url, fields | {"correction_reason": "Misread."})
        too_late = client.post(url, fields | {"correction_reason": "Again."})

        assert original.quote in page
        assert list(errors(without_reason)) == ["correction_reason"]
        replacement = Forecast.objects.in_force().get()
        assert response.headers["Location"].endswith(f"/{replacement.pk}/change/")
        assert (replacement.supersedes, replacement.probability) == (original, Decimal("0.6"))
        assert too_late.status_code == 409
        assert b"was corrected meanwhile" in too_late.content

    def test_a_corrected_row_says_so(self, client: Client) -> None:
        original = make_forecast("0.7")
        Forecast.objects.filter(pk=original.pk).supersede(as_of=AFTER)

        page = client.get(reverse("admin:forecasts_forecast_change", args=[original.pk])).content

        assert b"counts as if it had never stood" in page

    def test_the_list_finds_what_waits_for_my_reading(self, client: Client, coder: User) -> None:
        mine, theirs, coded, _stated = (
            make_forecast(None), make_forecast(None), make_forecast(None), make_forecast("0.1")
        )  # fmt: skip
        for forecast, people in ((theirs, [coder]), (coded, [make_user(Role.CODER)] * 1)):
            for person in people:
                read(forecast, person)
        read(coded, make_user(Role.CODER))

        page = client.get("/admin/forecasts/forecast/?coding=mine")

        assert list(page.context["cl"].result_list) == [mine]


def read(forecast: Forecast, coder: User) -> None:
    numbers: dict[str, Any] = {"low": Decimal("0.1"), "mid": Decimal("0.2"), "high": Decimal("0.3")}
    record_coding(forecast=forecast, coder=coder, as_of=AFTER, **numbers)


class TestCodings:
    """Readings are blind."""

    def test_a_reading_is_recorded(self, client: Client, coder: User) -> None:
        forecast = make_forecast(None, phrase="it is possible")
        url = reverse("admin:forecasts_forecast_code", args=[forecast.pk])

        page = client.get(url).content.decode()
        response = client.post(url, {"low": "0.1", "mid": "0.2", "high": "0.4"})

        assert "it is possible" in page
        assert response.status_code == 302
        coding = Coding.objects.get()
        assert (coding.coder, coding.mid) == (coder, Decimal("0.2"))

    @pytest.mark.parametrize(
        ("numbers", "field"),
        [
            (("0.3", "0.2", "0.4"), "mid"),
            (("-1", "0.2", "0.4"), "low"),
            (("0.1", "0.2", "2"), "high"),
            (("0.1", "Infinity", "0.4"), "mid"),
            (("0.1", "0.2222222", "0.4"), "mid"),
        ],
    )
    def test_numbers_out_of_range_or_order_are_refused(
        self, client: Client, numbers: tuple[str, str, str], field: str
    ) -> None:
        url = reverse("admin:forecasts_forecast_code", args=[make_forecast(None).pk])
        low, mid, high = numbers

        response = client.post(url, {"low": low, "mid": mid, "high": high, "note": "typed"})

        assert list(response.context["form"].errors) == [field]
        assert b"typed</textarea>" in response.content
        assert not Coding.objects.exists()

    def test_nobody_reads_a_forecast_twice(self, client: Client, coder: User) -> None:
        forecast = make_forecast(None)
        read(forecast, coder)
        url = reverse("admin:forecasts_forecast_code", args=[forecast.pk])

        response = client.post(url, {"low": "0", "mid": "0", "high": "0"})

        assert response.context["form"].errors == {
            "__all__": ["You have already given your reading of this forecast."]
        }


@pytest.mark.parametrize("model", ["forecast", "question", "unscorablestatement", "source"])
def test_the_number_of_queries_does_not_grow_with_a_list(client: Client, model: str) -> None:
    topic = Topic.objects.create(slug="t", name="T")
    counts = []

    for n in (3, 12):
        for _ in range(n):
            forecast = make_forecast(question=make_question(topics=[topic]))
            UnscorableStatement.objects.create(
                expert=forecast.expert, source=forecast.source, quote="maybe", reason="judgment",
                recorded_at=START, recorded_by=forecast.recorded_by,
            )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"admin:forecasts_{model}_changelist"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


@pytest.mark.parametrize("query", ["?q=%00", "?kind__exact=%00", "?show=%00", "?p=%00"])
def test_a_nul_in_an_address_is_a_bad_request(client: Client, query: str) -> None:
    assert client.get(f"/admin/forecasts/forecast/{query}").status_code == 400


def test_an_id_out_of_range_is_refused_and_not_a_failure(client: Client) -> None:
    response = add(client, "forecast", **forecast_fields(expert="9" * 30))

    # SQLite cannot even ask for such a row; PostgreSQL knows that there is none.
    assert response.status_code in {200, 400}
    assert not Forecast.objects.exists()


def test_opening_before_the_deadline_is_checked(client: Client) -> None:
    late = (DEADLINE + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M")

    response = add(client, "question", **QUESTION, opens_at=late)

    assert "deadline" in str(errors(response))


def test_the_slug_and_the_synthetic_mark_of_an_expert_stay(client: Client) -> None:
    expert = make_expert(slug="ada", name="Ada")
    url = reverse("admin:forecasts_expert_change", args=[expert.pk])

    response = client.post(url, EXPERT | {"name": "Ada L.", "slug": "other", "synthetic": "on"})

    assert response.status_code == 302
    expert.refresh_from_db()
    assert (expert.name, expert.slug, expert.synthetic) == ("Ada L.", "ada", False)
    assert [row.before for row in expert.renames.all()] == ["Ada"]


def test_the_slug_and_the_synthetic_mark_of_a_question_stay_from_the_beginning(
    client: Client,
) -> None:
    question = make_question(slug="rain")
    url = reverse("admin:forecasts_question_change", args=[question.pk])

    response = client.post(url, QUESTION | {"slug": "other", "synthetic": "on"})

    assert response.status_code == 302
    question.refresh_from_db()
    assert (question.title, question.slug, question.synthetic) == ("Will it rain?", "rain", False)


def test_a_source_is_not_changed_by_hand(client: Client) -> None:
    source = make_source()
    url = reverse("admin:forecasts_source_change", args=[source.pk])

    assert client.post(url, {"synthetic": "on"}).status_code == 403
    source.refresh_from_db()
    assert not source.synthetic


@pytest.mark.parametrize("role", [Role.CODER, None])
def test_deadline_that_is_only_read_is_the_end_of_a_day_and_not_midnight(
    roles: None, role: Role | None
) -> None:
    question = make_forecast().question
    user = make_user(role) if role else make_user(is_superuser=True)
    client = sign_in(user)

    page = client.get(f"/admin/forecasts/question/{question.pk}/change/").content.decode()
    sources = client.get("/admin/forecasts/source/").content.decode()

    assert "end of 30 January 2026 (UTC)" in page
    assert "1 Jan 2026, 00:00" in sources
    assert "midnight" not in page + sources
