"""Commands: all that is due, without a broker."""

from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from forecasts.models import Role, Scorecard
from mail.digesting import make_digest
from mail.models import Delivery, Digest, Heartbeat, Subscriber
from mail.weeks import Week
from tests.factories import AFTER, make_forecast, make_question, make_user, resolve
from tests.mailservers import Postbox
from worker import sweeps

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 2, 2, 9, tzinfo=UTC)


def run(command: str, *args: str) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def subscriber() -> Subscriber:
    return Subscriber.objects.create(email="reader@example.org", confirmed_at=AFTER)


def test_sweep_does_all_that_is_due(postbox: Postbox, subscriber: Subscriber) -> None:
    reviewer = make_user(Role.REVIEWER)
    forecast = make_forecast("0.7")
    resolve(forecast.question)
    make_question()

    with time_machine.travel(MONDAY, tick=False):
        out = run("sweep")

    assert out == (
        "sweep_scores: 1\nsweep_prompts: 1\nsweep_digests: 1\nsweep_disputes: 0\nsend_mail: 2\n"
        "sweep_copies: 0\nsweep_webhooks: 0\nsweep_exports: 1\n"
    )
    assert Scorecard.objects.get().scores["n"] == 1
    assert len(postbox.to(reviewer.email)) == len(postbox.to(subscriber.email)) == 1
    assert {h.job: h.beaten_at for h in Heartbeat.objects.all()} == dict.fromkeys(
        sweeps.SWEEPS, MONDAY
    )


def test_second_sweep_finds_nothing_left(postbox: Postbox, subscriber: Subscriber) -> None:
    make_user(Role.REVIEWER)
    make_forecast("0.7")

    with time_machine.travel(MONDAY, tick=False):
        run("sweep")
        out = run("sweep")

    assert out == (
        "sweep_scores: 0\nsweep_prompts: 0\nsweep_digests: 0\nsweep_disputes: 0\nsend_mail: 0\n"
        "sweep_copies: 0\nsweep_webhooks: 0\nsweep_exports: 0\n"
    )


def test_failing_job_stops_no_other(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise RuntimeError("broken")

    monkeypatch.setitem(sweeps.SWEEPS, "sweep_scores", fail)

    out = StringIO()
    with pytest.raises(CommandError, match=r"Failed: sweep_scores\."):
        call_command("sweep", stdout=out, stderr=out)

    assert "sweep_scores: RuntimeError: broken" in out.getvalue()
    assert "send_mail: 0" in out.getvalue()


def test_unknown_job_is_refused_by_name() -> None:
    with pytest.raises(CommandError, match="There is no job sweep_all; choose from sweep_scores"):
        run("sweep", "sweep_all")


def test_dry_run_prints_the_mail_and_stores_nothing(subscriber: Subscriber) -> None:
    forecast = make_forecast("0.7", quote="It will certainly happen")

    with time_machine.travel(MONDAY, tick=False):
        out = run("send_digest", "--dry-run", "--to", " Reader@Example.org", "--week", "2026-W01")

    assert "To: reader@example.org" in out
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in out
    assert "“It will certainly happen” (0.70)" in " ".join(out.split())
    assert "The Paper, 1 January 2026" in out
    assert f"https://hindcast.test/questions/{forecast.question.slug}/" in out
    assert not Digest.objects.exists()
    assert not Delivery.objects.exists()


def test_dry_run_of_a_week_that_goes_on_says_so(subscriber: Subscriber) -> None:
    with time_machine.travel(MONDAY, tick=False):
        out = run("send_digest", "--dry-run", "--to", subscriber.email, "--week", "2026-W06")

    assert "2026-W06 is frozen on 2026-02-08 10:00 UTC: so far." in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--dry-run"], "Say with --to ADDRESS"),
        (["--dry-run", "--to", "nobody@example.org"], "No subscriber has this address"),
        (["--week", "2026-47"], "is not an ISO week"),
        (["--as-of", "2026-01-20T12:00Z"], "--as-of goes with --to"),
        (["--to", "x@x.org", "--as-of", "2026-03-20T12:00Z"], "lies ahead"),
        (["--as-of", "yesterday"], "is not an instant"),
        (["--as-of", "2026-01-20T12:00"], "names no time zone"),
        (["--week", "2026-W06"], "2026-W06 is not frozen before"),
    ],
)
def test_wrong_request_gets_one_clear_line(args: list[str], message: str) -> None:
    with time_machine.travel(MONDAY, tick=False), pytest.raises(CommandError, match=message):
        run("send_digest", *args)


def test_dry_run_prints_what_was_known_at_an_instant(subscriber: Subscriber) -> None:
    make_forecast("0.7", quote="said early")
    make_forecast("0.7", quote="said late", as_of=datetime(2026, 1, 3, tzinfo=UTC))
    wanted = ("--week", "2026-W01", "--as-of", "2026-01-02T12:00Z")

    with time_machine.travel(MONDAY, tick=False):
        out = run("send_digest", "--dry-run", "--to", subscriber.email, *wanted)

    assert "as of 2 January 2026, 12:00 UTC" in out
    assert "said early" in out
    assert "said late" not in out


def test_test_goes_to_one_subscriber_and_leaves_the_issue_alone(
    postbox: Postbox, subscriber: Subscriber
) -> None:
    Subscriber.objects.create(email="other@example.org", confirmed_at=AFTER)
    make_forecast("0.7")

    with time_machine.travel(MONDAY, tick=False):
        out = run("send_digest", "--to", "Reader@example.org", "--week", "2026-W01")

    assert out == "The test of 2026-W01 is sent.\n"
    assert [message["To"] for message in postbox.messages] == ["reader@example.org"]
    assert postbox.messages[0]["Subject"].startswith("[Test] ")
    assert not Digest.objects.exists()


def test_command_ends_with_three_where_mails_are_uncertain(
    postbox: Postbox, subscriber: Subscriber
) -> None:
    make_forecast("0.7")
    with time_machine.travel(MONDAY, tick=False):
        run("send_digest", "--week", "2026-W01")
        Delivery.objects.update(state="uncertain")

        with pytest.raises(CommandError, match="1 mails failed or are uncertain") as refused:
            run("send_digest", "--week", "2026-W01")

    assert refused.value.returncode == 3


def test_held_issue_is_not_sent_by_the_command(postbox: Postbox, subscriber: Subscriber) -> None:
    make_forecast("0.7")
    with time_machine.travel(MONDAY, tick=False):
        make_digest(week=Week(2026, 1), as_of=MONDAY)
        Digest.objects.update(held_at=MONDAY, held_by=make_user(Role.LEAD))
        out = run("send_digest", "--week", "2026-W01")

    assert "2026-W01 is held by an editor" in out
    assert "pending: 1" in out
    assert postbox.messages == []


def test_issue_is_made_and_sent_once(postbox: Postbox, subscriber: Subscriber) -> None:
    make_forecast("0.7")

    with time_machine.travel(MONDAY, tick=False):
        first = run("send_digest", "--week", "2026-W01")
        second = run("send_digest", "--week", "2026-W01")

    assert "sent: 1" in first
    assert "2026-W01 was made before, or is in a later issue" in second
    assert len(postbox.messages) == 1
