"""Every address of the desk for every role, generated from the admin itself."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from desk.models import DueQuestion
from forecasts.models import (
    Evidence,
    EvidenceCopy,
    Forecast,
    Proposal,
    Question,
    Role,
    Source,
    Topic,
    User,
)
from forecasts.models.questions import QuestionFamily
from forecasts.services.api_keys import make_api_key
from forecasts.services.assignments import assign_reviewers
from forecasts.services.blindness import lift_blindness
from forecasts.services.codings import record_coding
from forecasts.services.questions import amend_question
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
from mail.content.digests import DigestContent
from mail.content.freezing import frozen
from mail.models import Delivery, Digest, Heartbeat, Prompt, Subscriber
from tests.desk.conftest import sign_in
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_article,
    make_forecast,
    make_kept_copies,
    make_question,
    make_user,
    resolve,
)
from tests.forecasts.disputes import make_dispute
from tests.mail.webhooks import hook_at, tell_of_everything

pytestmark = pytest.mark.django_db

EDITORS = {"coder", "lead", "admin"}
QUEUE = {"reviewer", "lead", "admin"}
LEADS = {"lead", "admin"}
ADMIN = {"admin"}
NOBODY: set[str] = set()
EVERYBODY = {"coder", "reviewer", "lead", "admin", "without role"}
# Who may see rows, and who may add some. Nobody may delete any.
MODELS = {
    "auth_group": (ADMIN, NOBODY),
    "desk_duequestion": (QUEUE, NOBODY),
    "forecasts_adoptedrange": (LEADS, NOBODY),
    "forecasts_amendment": (LEADS, NOBODY),
    "forecasts_apikey": (ADMIN, ADMIN),
    "forecasts_article": (EDITORS, EDITORS),
    "forecasts_assignment": (LEADS, NOBODY),
    "forecasts_blindnesslift": (LEADS, NOBODY),
    "forecasts_coding": (EDITORS, NOBODY),
    "forecasts_dispute": (LEADS, NOBODY),
    "forecasts_evidence": (LEADS, NOBODY),
    "forecasts_expert": (EDITORS, EDITORS),
    "forecasts_forecast": (EDITORS, EDITORS),
    "forecasts_question": (EDITORS, EDITORS),
    "forecasts_questionfamily": (EDITORS, EDITORS),
    "forecasts_resolution": (LEADS, NOBODY),
    "forecasts_source": (EDITORS, EDITORS),
    "forecasts_topic": (EDITORS, EDITORS),
    "forecasts_unscorablestatement": (EDITORS, EDITORS),
    "forecasts_user": (ADMIN, ADMIN),
    "forecasts_verdict": (LEADS, NOBODY),
    "mail_delivery": (ADMIN, NOBODY),
    "mail_digest": (LEADS, NOBODY),
    "mail_heartbeat": (ADMIN, NOBODY),
    "mail_prompt": (ADMIN, NOBODY),
    "mail_subscriber": (ADMIN, ADMIN),
    "mail_webhook": (LEADS, LEADS),
    "mail_webhookmessage": (LEADS, NOBODY),
}
OF_COPIES = {"forecasts_evidence_copy", "forecasts_evidence_received"}
OF_PROPOSALS = {"forecasts_article_decide", "forecasts_article_record"}
ZERO = Decimal(0)
PAGES_OF_ROWS = {
    "desk_duequestion_assign": QUEUE,
    "desk_duequestion_snooze": QUEUE,
    "forecasts_apikey_revoke": ADMIN,
    # They only take what is sent, and lead back to the article.
    "forecasts_article_decide": NOBODY,
    "forecasts_article_mark": NOBODY,
    "forecasts_article_read": NOBODY,
    "forecasts_article_record": EDITORS,
    "forecasts_evidence_copy": QUEUE,
    "forecasts_dispute_acknowledge": LEADS,
    "forecasts_dispute_decide": LEADS,
    "forecasts_dispute_dismiss": LEADS,
    "forecasts_evidence_file": QUEUE,
    "forecasts_evidence_received": QUEUE,
    "forecasts_expert_merge": LEADS,
    "forecasts_forecast_code": EDITORS,
    "forecasts_forecast_correct": EDITORS,
    "forecasts_forecast_settle": LEADS,
    "forecasts_question_amend": LEADS,
    "mail_delivery_html": ADMIN,
    "mail_digest_hold": LEADS,
    "mail_digest_release": LEADS,
    "mail_webhook_disable": LEADS,
    "mail_webhook_enable": LEADS,
    "mail_webhook_rotate": LEADS,
    "mail_webhook_test": LEADS,
    "mail_webhookmessage_resend": LEADS,
    "auth_user_password_change": ADMIN,
}
PAGES = {
    "agreement": LEADS,
    "disagreements": LEADS,
    "index": EVERYBODY,
    "readings": EDITORS,
    "calendar": {"reviewer", "lead"},
    "import": {"coder", "lead"},
    "reviewing": LEADS,
    "settings": EVERYBODY,
    "jsi18n": EVERYBODY,
    "forecasts_question_conditional": EDITORS,
    "forecasts_question_family": EDITORS,
    "mail_digest_note": LEADS,
    "mail_digest_preview": LEADS,
    "mail_digest_preview_html": LEADS,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
}
# These ask for arguments of their own, or are posted to; other tests hold them.
ELSEWHERE = {
    *("app_list", "autocomplete", "login", "logout", "view_on_site"),
    *("forecasts_expert_check", "forecasts_question_check", "forecasts_expert_part"),
}


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns)
        elif pattern.name:
            yield pattern.name


def expected() -> dict[str, set[str]]:
    """Who gets an answer from each address; everybody else is refused."""
    rows = {**PAGES, **PAGES_OF_ROWS}
    for model, (viewers, adders) in MODELS.items():
        rows |= {f"{model}_{page}": viewers for page in ("changelist", "change", "history")}
        rows |= {f"{model}_add": adders, f"{model}_delete": NOBODY}
    # Who has answered is no history for other reviewers to read.
    return rows | {"desk_duequestion_history": NOBODY}


def make_one_of_everything(coder: User | None = None) -> None:
    """A row of every table, so that every address has something to show.

    Coders see codings of forecasts only that they have coded themselves.
    """
    coders = [coder or make_user(Role.CODER), make_user(Role.CODER)]
    hook_at("https://hooks.dev/")
    forecast = make_forecast(None, by=coders[0])
    for user in coders:
        record_coding(forecast=forecast, coder=user, low=ZERO, mid=ZERO, high=ZERO, as_of=START)
    Topic.objects.create(slug="topic", name="Topic")
    QuestionFamily.objects.create(slug="family", title="Family")
    source = Source.objects.get()
    record_unscorable_statement(
        source=source, quote="maybe", reason="judgment", attributed_to="many",
        by=coders[0], as_of=START,
    )  # fmt: skip
    make_article("Ada said it will rain.", by=coders[0])
    make_user(Role.REVIEWER)
    assign_reviewers(as_of=AFTER)
    amend_question(
        question=forecast.question, changes={"title": "Amended"}, reason="A typo.",
        by=make_user(Role.LEAD), as_of=START,
    )  # fmt: skip
    lift_blindness(
        question=forecast.question, lead=make_user(Role.LEAD), reason="A test.", as_of=AFTER
    )
    resolved = make_question()
    give_verdict(
        question=resolved, reviewer=make_user(Role.REVIEWER), answer="yes", known_at=DEADLINE,
        files=[SimpleUploadedFile("seen.txt", b"seen")], links=["https://page.dev/"], as_of=AFTER,
    )  # fmt: skip
    make_kept_copies()
    make_dispute(forecast.expert)
    boss = make_user(is_superuser=True)
    make_api_key(user=boss, name="Robot", scopes=[], by=boss, as_of=START)
    make_mail()
    tell_of_everything()


def make_mail() -> None:
    user = make_user(Role.REVIEWER)
    subscriber = Subscriber.objects.create(email="reader@example.org")
    Heartbeat.objects.create(job="sweep", beaten_at=AFTER)
    content = frozen(DigestContent("2026-W04", START, AFTER))
    Digest.objects.create(
        week="2026-W04", starts_at=START, as_of=AFTER, made_at=AFTER, content=content
    )
    Prompt.objects.create(
        question=Question.objects.all()[0], counts_from=AFTER, day=0, due_at=AFTER
    )
    Delivery.objects.create(
        key="prompt:1", kind="prompt", user=user, subject="Due", text="Due", html="<p>Due</p>",
        not_before=AFTER, created_at=AFTER,
    )  # fmt: skip
    assert subscriber.pk


def url_of(name: str) -> str:
    """The address of this name, with a row of its model where it asks for one."""
    if name in PAGES or name.endswith(("_add", "_changelist")):
        return reverse(f"admin:{name}")
    if name in OF_PROPOSALS:
        proposal = Proposal.objects.get()
        return reverse(f"admin:{name}", args=[proposal.article_id, proposal.pk])
    if name in OF_COPIES:
        return reverse(f"admin:{name}", args=[EvidenceCopy.objects.get().evidence_id])
    if name.startswith("desk_duequestion_") and name.rpartition("_")[2] in {"assign", "snooze"}:
        return f"{reverse(f'admin:{name}')}?row={row_of(DueQuestion).pk}"
    model = Group if name.startswith("auth_group") else model_of(name)
    return reverse(f"admin:{name}", args=[row_of(model).pk])


def model_of(name: str) -> type[models.Model]:
    by_name = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
    prefix = "forecasts_user" if name.startswith("auth_user") else "_".join(name.split("_")[:2])
    return by_name[prefix]


def row_of(model: type[models.Model]) -> models.Model:
    rows = model._default_manager.all()
    if model is Evidence:
        rows = Evidence.objects.exclude(file="")
    if model is DueQuestion:
        rows = DueQuestion.objects.filter(pk__in=Question.objects.due(AFTER))
    row = rows.order_by("pk").first()
    assert row is not None, f"no row of {model.__name__} to look at"
    return row


def user_of(role: str) -> User:
    if role == "admin":
        return make_user(is_superuser=True)
    return make_user() if role == "without role" else make_user(Role(role))


def is_answered(client: Client, url: str) -> bool:
    """Whether there is a page, and neither a refusal nor "no such row"; none offers to delete."""
    response = client.get(url)
    allowed = {404} if url.endswith("/history/") and "duequestion" in url else {200, 302}
    assert response.status_code in allowed | {403}, url
    # A file that is not read to its end stays open.
    page = response.getvalue() if response.streaming else response.content
    assert b"delete_selected" not in page, url
    return response.status_code == 200


def test_every_address_of_the_desk_has_a_row_in_the_table() -> None:
    assert set(names(admin.site.get_urls())) == set(expected()) | ELSEWHERE


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_reaches_what_the_table_says_and_no_more_and_can_delete_nothing(
    role: str,
) -> None:
    user = user_of(role)
    make_one_of_everything(user if role == "coder" else None)
    client = sign_in(user)

    reached = {name for name in expected() if is_answered(client, url_of(name))}

    assert reached == {name for name, allowed in expected().items() if role in allowed}


def test_who_is_not_signed_in_reaches_the_log_in_only() -> None:
    make_one_of_everything()
    client = sign_in(make_user(Role.LEAD, is_staff=False))

    answers = {client.get(url_of(name)).headers["Location"].split("?")[0] for name in expected()}

    assert answers == {"/admin/login/"}


@pytest.mark.parametrize(
    ("role", "status"), [("reviewer", 403), ("without role", 403), ("coder", 200)]
)
def test_reviewers_cannot_search_records_through_autocompletion(role: str, status: int) -> None:
    resolve(make_question(title="Secret title"))
    fields = {"app_label": "forecasts", "model_name": "forecast", "field_name": "question"}

    response = sign_in(user_of(role)).get("/admin/autocomplete/", {**fields, "term": "Secret"})

    assert response.status_code == status
    assert (b"Secret title" in response.content) is (status == 200)


@pytest.mark.parametrize(("role", "status"), [("admin", 404), ("without role", 403)])
def test_history_of_what_is_not_there_is_no_page(role: str, status: int) -> None:
    client = sign_in(user_of(role))

    answers = {
        (model.__name__, key): client.get(reverse(f"admin:{name}_history", args=[key])).status_code
        for model in admin.site._registry
        for name in [f"{model._meta.app_label}_{model._meta.model_name}"]
        for key in ("0", "x", "9" * 30)
    }

    assert {key: got for key, got in answers.items() if got != status} == {}


def test_forecasts_have_no_other_address_that_changes_them() -> None:
    make_one_of_everything()
    forecast = Forecast.objects.get()
    client = sign_in(make_user(Role.LEAD))

    response = client.post(
        reverse("admin:forecasts_forecast_change", args=[forecast.pk]), {"quote": "changed"}
    )

    assert response.status_code == 403
    assert Forecast.objects.get().quote == forecast.quote
