"""The whole loop, with a real worker, broker, mail server and HTTP: from a forecast in a source
to the prompt, the verdicts, the score and the digest, which arrives once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from forecasts.models import Assignment, Question, Role, User, Verdict
from mail.digesting import make_digest
from mail.models import Delivery, Heartbeat, Subscriber
from mail.weeks import Week
from tests.factories import (
    PASSWORD,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
)
from tests.mailservers import Postbox, smtp_server
from tests.sites import Site, Visitor, running_site
from tools.processes import wait_until
from tools.servers import redis_server

pytestmark = [pytest.mark.acceptance, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
MINUTE = 60


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with smtp_server() as box:
        yield box


@pytest.fixture
def site(tmp_path: Path, postbox: Postbox, settings: Settings) -> Iterator[Site]:
    # The web process knows the hashers of production only.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    with (
        redis_server(tmp_path) as redis_url,
        running_site(tmp_path, smtp_port=postbox.port, redis_url=redis_url) as site,
    ):
        yield site
        print(site.logs())


def test_forecast_goes_all_the_way_to_one_digest(site: Site, postbox: Postbox) -> None:
    for _ in range(2):
        make_user(Role.REVIEWER, prompt_hour=0)
    question = record_overdue_forecast()

    site.start_web()
    site.start_worker()
    site.start_beat()
    answer_prompt(site, postbox, question)
    let_a_day_pass()
    answer_prompt(site, postbox, question)

    expert = question.forecasts.get().expert
    scores = f"experts/{expert.slug}/scores/"
    assert wait_until(lambda: Visitor(site).api(scores)["n"] == 1, seconds=MINUTE)
    result = Visitor(site).api(scores)
    assert (result["brier"]["value"], result["n_coded_after_known"]) == (0.04, 1)
    assert Visitor(site).api(f"questions/{question.slug}/")["state"] == "yes"

    # Not before: on a Sunday after the freeze there is an issue of this week already.
    subscribers = [
        Subscriber.objects.create(email=f"reader{n}@example.org", confirmed_at=timezone.now())
        for n in range(2)
    ]
    kill_the_worker_in_mid_mail(site, postbox)
    site.start_worker()
    assert wait_until(
        lambda: all(postbox.to(reader.email) for reader in subscribers), seconds=2 * MINUTE
    )
    make_every_lease_run_out()
    assert wait_until(lambda: states() == ["sent", "uncertain"], seconds=MINUTE)
    assert [len(postbox.to(reader.email)) for reader in subscribers] == [1, 1]
    assert question.title in postbox.to(subscribers[0].email)[0].as_string()


def record_overdue_forecast() -> Question:
    """A printed forecast whose deadline had passed when it was recorded, yesterday, before the
    reviewers' hour of today; two have to agree on it."""
    now = timezone.now() - DAY
    coder = make_user(Role.CODER)
    question = make_question(
        by=coder,
        as_of=now,
        title="Will the overdue thing have happened?",
        deadline=now - DAY,
        required_verdicts=2,
    )
    make_forecast(
        "0.8",
        by=coder,
        as_of=now,
        question=question,
        expert=make_expert(),
        source=make_source(by=coder, as_of=now, published_at=now - 30 * DAY),
        stated_at=now - 30 * DAY,
    )
    return question


def answer_prompt(site: Site, postbox: Postbox, question: Question) -> None:
    """Wait for the next prompt, follow its link, sign in, and answer yes."""
    assert wait_until(lambda: bool(asked_reviewers(postbox, question)), seconds=MINUTE)
    reviewer = asked_reviewers(postbox, question)[0]
    message = postbox.to(reviewer.email)[0]
    body = message.get_body(("plain",))
    assert body is not None
    match = re.search(
        rf"{re.escape(site.url)}/admin/desk/duequestion/\d+/change/", body.get_content()
    )
    assert match is not None
    visitor = Visitor(site)

    page, address = visitor.get(match[0])
    assert "/admin/login/" in address
    page, address = visitor.post(address, page, username=reviewer.username, password=PASSWORD)
    assert address == match[0]
    visitor.post(
        address,
        page,
        answer="yes",
        known_at=(question.deadline - DAY).strftime("%Y-%m-%dT%H:%M"),
        links="https://example.org/it-happened",
        note="The report says so.",
    )

    assert question.verdicts.filter(reviewer=reviewer, answer="yes").exists()


def let_a_day_pass() -> None:
    """Whoever is asked next is asked at their hour, and that of today is over."""
    QuerySet(Verdict).update(given_at=timezone.now() - DAY)
    Heartbeat.objects.filter(job="sweep_prompts").update(beaten_at=timezone.now() - DAY)


def asked_reviewers(postbox: Postbox, question: Question) -> list[User]:
    """Whose turn it is, once their prompt has arrived."""
    turns = Assignment.objects.open().filter(question=question).select_related("reviewer")
    return [turn.reviewer for turn in turns if postbox.to(turn.reviewer.email)]


def kill_the_worker_in_mid_mail(site: Site, postbox: Postbox) -> None:
    """Let this week's issue be due, and end the worker while the server has one mail."""
    now = timezone.now()
    postbox.is_held = True
    n_before = len(postbox.messages)
    # The week ends in the future; what the calendar would bring on Monday is due at once.
    make_digest(week=Week.latest_frozen(now).next, as_of=now + 14 * DAY)
    Delivery.objects.filter(kind="digest").update(not_before=now)
    assert wait_until(lambda: len(postbox.messages) > n_before, seconds=MINUTE)
    site.kill("worker")
    postbox.is_held = False
    assert states() == ["pending", "sending"]


def make_every_lease_run_out() -> None:
    long_ago = timezone.now() - DAY
    Delivery.objects.filter(state="sending").update(lease_until=long_ago)


def states() -> list[str]:
    return sorted(Delivery.objects.filter(kind="digest").values_list("state", flat=True))
