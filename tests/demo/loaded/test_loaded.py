"""What the demo holds once it is loaded."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Count, F, Max
from django.test import Client
from django.utils.html import escape
from pytest_django import DjangoDbBlocker, Settings

from demo.databases import is_demo
from demo.logins import LOGINS
from desk.queues import parts_of, review_queue
from forecasts.models import (
    AdoptedRange,
    Article,
    Assignment,
    Coding,
    Expert,
    Forecast,
    HandOn,
    LexiconPhrase,
    Question,
    Resolution,
    Role,
    Scorecard,
    Source,
    UnscorableStatement,
    User,
)
from forecasts.selectors.articles import proposals_of, states_of
from forecasts.selectors.scores import expert_scores
from mail.digesting import make_digest
from mail.models import Delivery, Digest, Subscriber
from mail.prompting import prompt_reviewers
from mail.sending import body_of
from mail.weeks import Week
from tests.demo.expectations import CONDITIONS, FAMILIES, READINGS, SYNTHETIC_COUNTS, THREE
from tests.demo.loaded.conftest import AS_OF

Scores = dict[str, dict[str, Any]]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


@pytest.fixture(scope="module")
def scores(loaded: list[str], django_db_blocker: DjangoDbBlocker) -> Scores:
    """Scores by the expert's slug, computed anew."""
    with django_db_blocker.unblock():
        slugs = dict(Expert.objects.values_list("pk", "slug"))
        found = expert_scores(slugs, as_of=AS_OF)
    return {slugs[pk]: one.scores for pk, one in found.items()}


@pytest.fixture(autouse=True)
def _in_a_demo(settings: Settings) -> None:
    settings.DEMO = True


def real_questions() -> dict[str, Question]:
    rows = Question.objects.filter(synthetic=False).select_related("family", "depends_on")
    return {question.slug: question for question in rows}


def everything() -> dict[str, dict[str, Any]]:
    return {
        model._meta.label: model._base_manager.aggregate(n=Count("pk"), last=Max("pk"))
        for model in apps.get_models(include_auto_created=True)
    }


def test_three_forecasts_asked_for_are_there() -> None:
    found = set(Forecast.objects.filter(question__slug__in=THREE).values_list("question__slug"))

    assert found == {(slug,) for slug in THREE}


@pytest.mark.parametrize("slug", THREE)
def test_forecast_asked_for_is_in_the_api(client: Client, slug: str) -> None:
    answer = client.get(f"/api/v1/questions/{slug}/").json()

    (forecast,) = answer["forecasts"]
    assert (forecast["quote"], forecast["probability"]) == (READINGS[slug][1], None)
    assert forecast["codings"][0]["label"] == "one coder's reading, not the speaker's number"
    spoken = client.get("/api/v1/experts/kakha-gogolashvili/forecasts/").json()["results"]
    assert slug in {row["question"]["slug"] for row in spoken}


@pytest.mark.parametrize("slug", THREE)
def test_forecast_asked_for_is_in_the_admin(client: Client, slug: str) -> None:
    client.force_login(User.objects.get(username="lead"))
    forecast = Forecast.objects.get(question__slug=slug)

    found = client.get(f"/admin/forecasts/forecast/?q={forecast.quote}").content.decode()
    page = client.get(f"/admin/forecasts/forecast/{forecast.pk}/change/").content.decode()

    assert f"/admin/forecasts/forecast/{forecast.pk}/change/" in found
    assert forecast.quote in page
    assert escape(forecast.question.title) in page


def test_forecasts_asked_for_are_in_the_digest_of_the_week_they_were_recorded() -> None:
    week = Week.containing(AS_OF.date())

    make_digest(week=week, as_of=week.freeze)

    mail = Delivery.objects.get(digest__week=str(week))
    news = Digest.objects.get().content["new_forecasts"]
    assert set(THREE) <= {row["question_slug"] for row in news}
    for slug in THREE:
        for part in (body_of(mail).text, body_of(mail).html):
            assert READINGS[slug][1] in part
            assert f"/questions/{slug}/" in part


@pytest.mark.parametrize("slug", READINGS)
def test_forecast_has_its_quote_range_and_deadline(slug: str) -> None:
    forecast = Forecast.objects.get(question__slug=slug)
    coding = forecast.codings.get()

    assert (
        forecast.expert.name,
        forecast.quote,
        forecast.claims_yes,
        (coding.low, coding.mid, coding.high),
        forecast.question.deadline,
    ) == (*READINGS[slug][:3], tuple(map(Decimal, READINGS[slug][3])), READINGS[slug][4])


def test_real_forecasts_date_from_the_article_and_were_recorded_at_loading() -> None:
    rows = Forecast.objects.filter(question__synthetic=False)

    assert set(rows.values_list("basis", "stated_at", "recorded_at", "recorded_by__username")) == {
        ("inferred", datetime(2025, 8, 7, tzinfo=UTC), AS_OF, "coder")
    }


def test_ten_questions_stand_in_their_families() -> None:
    questions = real_questions()

    families: dict[str | None, set[str]] = {}
    for slug, question in questions.items():
        families.setdefault(question.family.slug if question.family else None, set()).add(slug)

    assert len(questions) == 10
    assert families == FAMILIES


def test_questions_hang_on_the_conditions_they_need() -> None:
    conditions = {
        slug: (question.depends_on.slug, question.depends_on_answer)
        for slug, question in real_questions().items()
        if question.depends_on
    }

    assert conditions == CONDITIONS


def test_questions_about_people_need_two_verdicts() -> None:
    assert {question.required_verdicts for question in real_questions().values()} == {2}


def test_criteria_say_that_the_deadline_is_ours_and_name_nobody_who_spoke() -> None:
    for question in real_questions().values():
        criteria = question.resolution_criteria

        assert "ours" in criteria.splitlines()[-1]
        assert "Gogolashvili" not in criteria
        assert "Zürcher" not in criteria


def test_one_coding_is_no_score(scores: Scores) -> None:
    inferred = Forecast.objects.filter(basis=Forecast.Basis.INFERRED, expert__synthetic=False)
    codings = Coding.objects.filter(forecast__in=inferred)
    experts = inferred.values_list("expert__slug", flat=True)

    assert set(inferred.annotate(n=Count("codings")).values_list("n", flat=True)) == {1}
    assert set(codings.values_list("coder__username", flat=True)) == {"coder"}
    assert not AdoptedRange.objects.filter(forecast__in=inferred).exists()
    assert {scores[slug]["n"] for slug in experts} == {0}


def test_no_real_question_is_resolved() -> None:
    assert not Resolution.objects.filter(question__synthetic=False).exists()
    assert not Question.objects.filter(synthetic=False, verdicts__isnull=False).exists()


def test_one_real_question_is_overdue_from_the_start() -> None:
    first_day = datetime(2025, 9, 9, tzinfo=UTC)
    overdue = Question.objects.due(first_day).filter(synthetic=False)

    assert [question.slug for question in overdue] == ["another-last-chance"]


def test_source_is_the_article_with_an_inferred_date_and_no_address() -> None:
    source = Source.objects.get(synthetic=False)

    assert (source.outlet, source.url, source.date_basis) == ("Fortuna", "", "inferred")
    assert source.published_at == datetime(2025, 8, 7, tzinfo=UTC)
    assert source.title.startswith("Modus Vivendi: What Will the U.S. and Russia Agree On")
    assert source.sha256.startswith("bf922e9e")
    assert "inferred" in source.note


def test_everything_left_out_has_its_reason() -> None:
    real = UnscorableStatement.objects.filter(source__synthetic=False)
    rows = real.values_list("reason").annotate(n=Count("pk"))

    assert dict(rows.order_by()) == {
        "no_threshold": 8,
        "reported": 2,
        "unobservable": 1,
        "description": 1,
        "nobody_named": 1,
        "same_claim": 1,
        "disclaimed": 1,
        "judgment": 1,
    }
    assert not real.filter(note="").exists()


def test_unnamed_experts_are_no_expert() -> None:
    statement = UnscorableStatement.objects.get(expert=None, source__synthetic=False)

    assert (statement.attributed_to, statement.reason) == ("many experts", "nobody_named")


def test_invented_article_waits_at_the_reading_desk() -> None:
    article = Article.objects.select_related("source").get()

    assert article.source.synthetic
    states = states_of(proposals_of(article))
    assert states == {"open": 7, "accepted": 0, "recorded": 0, "unscorable": 1, "rejected": 1}
    assert UnscorableStatement.objects.get(source=article.source).quotation.article_sha256 == (
        article.sha256
    )


def test_no_quote_is_longer_than_a_quotation_may_be() -> None:
    quotes = [
        *Forecast.objects.values_list("quote", flat=True),
        *UnscorableStatement.objects.values_list("quote", flat=True),
    ]

    assert max(len(quote.split()) for quote in quotes) <= 25


@pytest.mark.parametrize("slug", SYNTHETIC_COUNTS)
def test_synthetic_expert_has_exactly_the_forecasts_it_is_meant_to(
    slug: str, scores: Scores
) -> None:
    its = scores[slug]

    assert (its["n"], its["n_clusters"]) == (SYNTHETIC_COUNTS[slug],) * 2
    assert its["n_coded_after_known"] == its["n_inferred"] == 0


def test_scores_are_computed_when_the_load_ends() -> None:
    assert Scorecard.objects.count() == len(SYNTHETIC_COUNTS) + 2
    assert not Scorecard.objects.stale(AS_OF).exists()


def test_score_test_accepts_the_calibrated_and_rejects_the_others(scores: Scores) -> None:
    """One seed, chosen before anything was drawn from it: a picture, and no proof."""
    rejected = {
        slug
        for slug, n in SYNTHETIC_COUNTS.items()
        if n >= 200 and scores[slug]["score_test"]["p_value"] < 0.05
    }

    assert rejected == {
        "synthetic-overconfident",
        "synthetic-underconfident",
        "synthetic-biased-upwards",
    }


def test_certain_expert_was_sometimes_wrong(scores: Scores) -> None:
    log_score = scores["synthetic-certain-and-sometimes-wrong"]["log_score"]

    assert 0 < log_score["n_certain_wrong"] < 20


def test_synthetic_record_has_updates_withdrawals_and_ranges() -> None:
    synthetic = Forecast.objects.filter(expert__synthetic=True)
    pairs = synthetic.values("expert", "question").annotate(n=Count("pk"))

    assert pairs.filter(n__gt=1).count() > 20
    assert synthetic.filter(kind=Forecast.Kind.WITHDRAWAL).count() > 10
    assert synthetic.exclude(low=None).exclude(low=F("probability")).count() > 5


def test_one_question_was_ambiguous_and_one_annulled() -> None:
    unscored = Resolution.objects.exclude(answer__in=("yes", "no"))

    assert sorted(unscored.values_list("answer", "basis")) == [
        ("ambiguous", "lead"),
        ("annulled", "verdicts"),
    ]


def test_three_synthetic_questions_are_due_with_several_experts() -> None:
    due = Question.objects.due(AS_OF).filter(slug__startswith="synthetic-question-")
    counts = due.annotate(n=Count("forecasts__expert", distinct=True)).values_list("n", flat=True)

    assert len(counts) == 3
    assert min(counts) >= 4
    assert set(due.values_list("required_verdicts", flat=True)) == {1}


def test_desk_shows_every_state_from_the_first_sweep_on() -> None:
    reviewer = User.objects.get(username="reviewer")
    prompt_reviewers(as_of=AS_OF)

    queue = review_queue(reviewer, as_of=AS_OF)
    slugs = dict(Question.objects.values_list("pk", "slug"))
    shown = {tab: {slugs[pk] for pk in ids} for tab, ids in parts_of(queue).items()}
    looked_at = {slugs[place.pk] for place in queue if place.is_interim}
    asked = dict(Assignment.objects.open().values_list("question__slug", "reviewer__username"))

    alone = {tab: shown[tab] for tab in ("second", "overdue", "lead", "snoozed")}
    assert alone == {
        "second": {"synthetic-second-opinion"},
        "overdue": {"synthetic-overdue"},
        "lead": {"synthetic-impasse"},
        "snoozed": {"synthetic-snoozed"},
    }
    assert looked_at & shown["coming"]
    assert HandOn.objects.get().question.slug == "synthetic-handed-on"
    assert "synthetic-handed-on" in asked
    assert asked["synthetic-impasse"] == "lead"
    # As the quickstart says.
    assert asked["synthetic-question-404"] == "reviewer"


def test_states_of_the_desk_are_invented_and_score_nobody() -> None:
    rows = Question.objects.filter(slug__startswith="synthetic-").exclude(
        slug__startswith="synthetic-question-"
    )

    assert rows.count() == 5
    assert not rows.filter(synthetic=False).exists()
    assert not Forecast.objects.filter(question__in=rows).exists()
    assert not Resolution.objects.filter(question__in=rows).exists()


def test_synthetic_is_marked_in_name_and_row() -> None:
    for expert in Expert.objects.filter(slug__startswith="synthetic"):
        assert expert.synthetic
        assert expert.name.startswith("Synthetic: ")
    for question in Question.objects.filter(slug__startswith="synthetic"):
        assert question.synthetic
        assert question.title.startswith("Synthetic question ")


def test_logins_have_their_roles_and_work(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

    user = authenticate(username="reviewer", password="demo-reviewer")

    assert user is not None
    for login in LOGINS:
        user = User.objects.get(username=login.username)
        roles = {login.role} if login.role else set()
        assert {role for role in Role if user.has_role(role)} == roles
        assert user.is_staff
        assert user.is_superuser == (login.username == "admin")


def test_nobody_can_log_in_as_the_loader_or_be_given_work_as_one() -> None:
    backstage = User.objects.exclude(username__in=[login.username for login in LOGINS])

    assert backstage.count() == 5
    for user in backstage:
        assert not user.is_active
        assert not user.is_staff
        assert not user.has_usable_password()


def test_digest_has_a_reader() -> None:
    reader = Subscriber.objects.active().get()

    assert (reader.email, reader.time_zone) == ("reader@example.org", "UTC")


def test_loading_says_how_far_it_is(loaded: list[str]) -> None:
    assert [line.split(":")[0] for line in loaded] == [
        "Synthetic track record",
        "The article and what it says",
        "Scores",
    ]


def test_second_load_changes_nothing_and_says_so() -> None:
    before, output = everything(), StringIO()

    call_command("load_demo", stdout=output)

    assert output.getvalue() == "The demo is already loaded; nothing done.\n"
    assert everything() == before
    assert is_demo()


def test_printed_logins_are_a_table_and_the_readers_link(client: Client) -> None:
    output = StringIO()

    call_command("load_demo", print_logins=True, stdout=output)

    *lines, empty, reader = output.getvalue().splitlines()
    page = client.get(reader.partition("hindcast.test")[2])
    assert empty == ""
    assert "Mail to <b>r…@example.org</b>" in page.content.decode()
    assert lines[0].split()[:3] == ["username", "password", "role"]
    assert [line.split()[:2] for line in lines[1:]] == [
        [login.username, login.password] for login in LOGINS
    ]


def test_the_articles_forecasts_wait_in_the_second_coders_queue(client: Client) -> None:
    client.force_login(User.objects.get(username="coder2"))

    page = client.get("/admin/readings/").context["page"]

    assert {row.question.slug for row in page} == set(READINGS)


def test_second_reading_of_a_forecast_publishes_its_range(client: Client) -> None:
    slug = "no-territorial-deal"
    forecast = Forecast.objects.get(question__slug=slug)
    entry = LexiconPhrase.objects.get(lexicon__name="house", phrase="there will be no")
    client.force_login(User.objects.get(username="coder2"))

    page = f"/admin/forecasts/forecast/{forecast.pk}/code/"
    client.post(page, {"entry": entry.pk, "_next": ""})
    (told,) = client.get(f"/api/v1/questions/{slug}/").json()["forecasts"]
    shown = client.get(f"/questions/{slug}/").content.decode()

    assert (told["low"], told["probability"], told["high"]) == (0.02, 0.06, 0.15)
    assert told["adopted"]["lexicons"] == [{"name": "house", "version": "1"}]
    assert (told["n_codings"], told["fate"]) == (2, "open")
    assert "<b>6%</b> for yes" in shown


def test_agreement_is_shown_of_the_synthetic_part(client: Client) -> None:
    found = client.get("/api/v1/coding/?population=synthetic").json()

    assert found["n_codings"] == 48
    assert (found["n_adopted"], found["n_apart"]) == (23, 1)
    assert 0.8 < found["agreement"]["mid"]["alpha"] < 1
    assert found["agreement"]["mid"]["ci95"] is not None
    assert len(found["pairs"]) == 1
    assert found["pairs"][0]["agreement"] == found["agreement"]["mid"]
    assert client.get("/api/v1/coding/").json()["n_codings"] == 0


def test_lead_has_a_disagreement_of_coders_to_settle(client: Client) -> None:
    client.force_login(User.objects.get(username="lead"))

    (row,) = client.get("/admin/disagreements/").context["page"]

    assert (row.phrase, row.has_read, row.question.synthetic) == ("will", False, True)
