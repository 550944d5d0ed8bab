"""Webhooks over real HTTP: received and verified by an implementation that is not ours."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from forecasts.models import LedgerEntry, Role
from mail.models import Webhook, WebhookAttempt, WebhookMessage
from mail.webhooks.messages import redeliver_messages, send_test_message
from mail.webhooks.registrations import rotate_secret
from mail.webhooks.sendings import LEASE
from tests.factories import AFTER, make_forecast, make_user, resolve
from tests.mail.webhooks import hook_at
from tests.webservers import LOOPBACK, Reply, Site, web_server
from worker import telling
from worker.fetching import posts
from worker.schedule import SWEEP
from worker.sweeps import LEISURELY
from worker.telling import LONGEST_START, tell_webhooks
from worker.watchdog import PATIENCE

pytestmark = pytest.mark.django_db
State = WebhookMessage.State
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    """A receiver refuses what is older than five minutes."""
    with time_machine.travel(AFTER, tick=False):
        yield


@pytest.fixture
def site() -> Iterator[Site]:
    with web_server({"/in": Reply(b"thank you", 200)}) as site:
        yield site


def tell(*, after: timedelta = timedelta(0)) -> int:
    return tell_webhooks(clock=lambda: AFTER + after, reach=LOOPBACK)


def verified(site: Site, secret: str, number: int = -1) -> Any:
    return Verifier(secret).verify(site.posted[number], site.asked[number][1])


def tries() -> list[tuple[int | None, str, str]]:
    return list(WebhookAttempt.objects.order_by("pk").values_list("status", "error", "excerpt"))


def test_a_message_is_received_and_verified_by_an_independent_implementation(site: Site) -> None:
    webhook = hook_at(site.url("/in"))
    forecast = make_forecast("0.7", quote="It will rain, “perhaps” 🌧")
    resolve(forecast.question)

    assert tell() == 3

    received = [verified(site, webhook.secret, number) for number in range(3)]
    assert [body["type"] for body in received] == [
        *("question.recorded", "forecast.recorded", "resolution.recorded")
    ]
    assert received[1]["data"]["quote"] == "It will rain, “perhaps” 🌧"
    assert received[2]["data"]["answer"] == "yes"
    numbers = [body["data"]["ledger"]["number"] for body in received]
    assert numbers == list(LedgerEntry.objects.order_by("number").values_list("number", flat=True))
    assert tries() == [(200, "", "thank you")] * 3
    assert tell() == 0


def test_what_is_sent_has_the_headers_of_the_specification_and_says_who_sends(site: Site) -> None:
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()

    tell()

    ((path, headers),) = site.asked
    message = WebhookMessage.objects.get()
    assert (path, headers["Content-Type"]) == ("/in", "application/json")
    assert headers["User-Agent"] == "Hindcast/1 (webhooks; +https://hindcast.test)"
    assert headers["webhook-id"] == message.uid
    assert headers["webhook-timestamp"] == str(int(AFTER.timestamp()))
    assert site.posted[0] == message.body.encode()
    assert {"Cookie", "Authorization"} & set(headers) == set()


@pytest.mark.parametrize("change", ["body", "id", "timestamp", "secret"])
def test_what_was_tampered_with_is_refused(site: Site, change: str) -> None:
    webhook = hook_at(site.url("/in"), "resolution.recorded")
    resolve(make_forecast().question)
    tell()
    body, headers, secret = site.posted[0], dict(site.asked[0][1]), webhook.secret
    if change == "body":
        body = body.replace(b'"answer":"yes"', b'"answer":"no"')
    elif change == "secret":
        secret = hook_at(site.url("/in")).secret
    else:
        headers[f"webhook-{change}"] = {"id": "msg_other", "timestamp": "1769904001"}[change]

    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body, headers)


def test_while_the_secret_is_rotated_both_verify_and_then_only_the_new(site: Site) -> None:
    webhook = hook_at(site.url("/in"))
    old = webhook.secret
    new = rotate_secret(webhook=webhook, by=webhook.owner, as_of=AFTER)
    make_forecast()

    tell()

    assert verified(site, old) == verified(site, new)
    make_forecast()
    with time_machine.travel(AFTER + DAY, tick=False):
        tell(after=DAY)
        assert verified(site, new)["type"] == "forecast.recorded"
        with pytest.raises(WebhookVerificationError):
            verified(site, old)


def test_a_failure_is_sent_again_with_the_same_id_and_a_new_time(site: Site) -> None:
    webhook = hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    site.pages["/in"] = Reply(b"<p>\x00 come back\r\nlater", 503)
    assert tell() == 0
    assert tell(after=timedelta(seconds=4)) == 0
    site.pages["/in"] = Reply(b"", 204)

    with time_machine.travel(AFTER + MINUTE, tick=False):
        assert tell(after=MINUTE) == 1
        verified(site, webhook.secret)

    ids = {headers["webhook-id"] for _, headers in site.asked}
    times = [headers["webhook-timestamp"] for _, headers in site.asked]
    assert (len(site.asked), len(ids), len(set(site.posted))) == (2, 1, 1)
    assert int(times[1]) - int(times[0]) == 60
    assert tries() == [(503, "", "<p> come back later"), (204, "", "")]


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("600", timedelta(minutes=10)),
        (f"{AFTER + 2 * MINUTE:%a, %d %b %Y %H:%M:%S} GMT", 2 * MINUTE),
        ("999999", DAY),
    ],
)
def test_a_server_is_left_alone_as_long_as_it_says_and_a_day_at_most(
    site: Site, said: str, until: timedelta
) -> None:
    hook_at(site.url("/in"))
    make_forecast()
    site.pages["/in"] = Reply(b"", 429, {"Retry-After": said})

    tell()

    early = [tell(after=until - timedelta(seconds=1)), len(site.asked)]
    site.pages["/in"] = Reply(b"", 204)
    assert early == [0, 1]
    assert tell(after=until) == 2


def test_a_redirect_is_not_followed(site: Site) -> None:
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    site.pages |= {"/in": Reply(b"", 307, {"Location": site.url("/other")}), "/other": Reply()}

    assert tell() == 0

    assert site.paths == ["/in"]
    assert tries() == [(307, "", "")]


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:{port}/in", "http://localhost:{port}/in", "http://10.0.0.1/"),
        *("http://169.254.169.254/latest/", "http://[::1]:{port}/", "http://2130706433:{port}/"),
        *("file:///etc/passwd", "http://user@127.0.0.1:{port}/", "https://hooks.dev:22/"),
    ],
)
def test_in_production_nobody_inside_is_asked(site: Site, url: str) -> None:
    """Whatever got past the form, or what a name has come to lead to since."""
    hook_at(url.format(port=site.port), "forecast.recorded")
    make_forecast()

    assert tell_webhooks(clock=timezone.now) == 0

    assert site.asked == []
    ((status, error, _),) = tries()
    assert (status, bool(error)) == (None, True)


def test_a_server_that_is_away_is_tried_later() -> None:
    with web_server() as site:
        url = site.url("/in")
    hook_at(url, "forecast.recorded")
    make_forecast()

    assert tell() == 0

    assert tries() == [(None, "its server could not be reached", "")]
    assert WebhookMessage.objects.get().state == State.PENDING


def test_only_the_beginning_of_an_answer_is_read(site: Site) -> None:
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    site.pages["/in"] = Reply(b"x" * 50_000_000, 200)

    started = time.monotonic()
    assert tell() == 1

    assert time.monotonic() - started < 5
    assert tries() == [(200, "", "x" * 500)]


def test_an_answer_that_comes_packed_is_not_unpacked(site: Site) -> None:
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    site.pages["/in"] = Reply(b"\x1f\x8b packed", 200, {"Content-Encoding": "gzip"})

    assert tell() == 1

    assert tries() == [(200, "", "")]


def test_a_server_that_drips_after_its_status_has_taken_the_message(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "Post", quick_post)
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    site.pages["/in"] = Reply(b"x" * 1000, 200, drip=0.1)

    assert tell() == 1


def quick_post(url: str, *, reach: Any) -> posts.Post:
    return posts.Post(url, reach=reach, seconds=0.5)


def test_a_server_that_never_answers_is_given_up_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "Post", quick_post)
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()

    def never() -> Reply:
        site.is_over.wait(3)
        return Reply()

    site.pages["/in"] = never
    started = time.monotonic()

    assert tell() == 0

    assert time.monotonic() - started < 2
    assert tries() == [(None, "the server did not answer in time", "")]


def test_one_whose_server_fails_holds_up_no_other(site: Site) -> None:
    hook_at(site.url("/broken"))
    hook_at(site.url("/in"))
    site.pages["/broken"] = Reply(b"", 500)
    for _ in range(3):
        make_forecast()

    assert tell() == 6

    assert site.paths.count("/broken") == 1
    assert site.paths.count("/in") == 6


def test_a_message_that_nobody_thought_of_stops_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    tell()
    first = WebhookMessage.objects.get()
    Webhook.objects.update(secret="whsec_not base64!")
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()

    assert tell() == 1

    assert WebhookMessage.objects.filter(pk=first.pk, state=State.DELIVERED).exists()
    assert (None, "Hindcast could not send it", "") in tries()


def test_a_test_goes_out_and_is_verified(site: Site) -> None:
    webhook = hook_at(site.url("/in"))
    send_test_message(webhook=webhook, by=webhook.owner, as_of=AFTER)

    assert tell() == 1

    assert verified(site, webhook.secret)["type"] == "webhook.test"


def test_what_is_sent_again_by_hand_has_the_same_id(site: Site) -> None:
    webhook = hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    tell()

    redeliver_messages(messages=WebhookMessage.objects.all(), by=webhook.owner, as_of=AFTER)
    assert tell() == 1

    assert site.asked[0][1]["webhook-id"] == site.asked[1][1]["webhook-id"]
    verified(site, webhook.secret)


def test_a_run_ends_before_the_next_tick_and_the_bell_leaves_it_alone() -> None:
    longest = LONGEST_START + posts.SECONDS

    assert longest < SWEEP.total_seconds() < PATIENCE
    assert timedelta(seconds=2 * posts.SECONDS) < LEASE
    assert "sweep_webhooks" in LEISURELY


def at_once(call: Any, n: int = 4) -> list[Any]:
    barrier = Barrier(n)

    def run(_: int) -> Any:
        barrier.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(run, range(n)))


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_once_send_each_message_once_and_one_at_a_time(site: Site) -> None:
    def slowly() -> Reply:
        time.sleep(0.02)
        return Reply()

    site.pages["/in"] = slowly
    webhook = hook_at(site.url("/in"))
    for _ in range(4):
        make_forecast()

    for _ in range(8):
        at_once(tell)

    ids = [headers["webhook-id"] for _, headers in site.asked]
    sent = [verified(site, webhook.secret, n)["data"]["ledger"]["number"] for n in range(8)]
    assert (len(ids), len(set(ids))) == (8, 8)
    assert sent == list(range(1, 9))
    assert site.most_at_once == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_sender_is_killed_is_sent_again_with_the_same_id(site: Site) -> None:
    """A process is killed while the server thinks; a later sweep sends what it was sending."""
    answer = site.pages["/in"]

    def thinking() -> Reply:
        site.is_over.wait(5)
        return Reply()

    site.pages["/in"] = thinking
    hook_at(site.url("/in"), "forecast.recorded")
    make_forecast()
    code = (
        "import django; django.setup();"
        "from django.db import connections; from django.utils import timezone;"
        f"connections['default'].settings_dict['NAME'] = {str(connection.settings_dict['NAME'])!r};"
        "from tests.webservers import LOOPBACK; from worker.telling import tell_webhooks;"
        "tell_webhooks(clock=timezone.now, reach=LOOPBACK)"
    )
    with subprocess.Popen([sys.executable, "-c", code], env=dict(os.environ)) as process:
        ends = time.monotonic() + 30
        while not site.asked and time.monotonic() < ends:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    abandoned = WebhookMessage.objects.get()
    site.pages["/in"] = answer
    assert abandoned.lease_until is not None
    later: datetime = abandoned.lease_until + MINUTE

    released = tell_webhooks(clock=lambda: later, reach=LOOPBACK)
    n_sent = tell_webhooks(clock=lambda: later + MINUTE, reach=LOOPBACK)

    assert (abandoned.state, released, n_sent) == (State.SENDING, 0, 1)
    ids = {headers["webhook-id"] for _, headers in site.asked}
    assert (len(site.asked), ids) == (2, {abandoned.uid})
    assert [error for _, error, _ in tries()] == ["whoever sent it stopped", ""]


def test_the_command_sends_what_the_worker_would(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling.tell_webhooks, "__kwdefaults__", {"reach": LOOPBACK})
    webhook = hook_at(site.url("/in"), "forecast.recorded", by=make_user(Role.LEAD))
    make_forecast()
    out = StringIO()

    call_command("sweep", "sweep_webhooks", stdout=out)

    assert out.getvalue() == "sweep_webhooks: 1\n"
    verified(site, webhook.secret)
