"""The steps of the deliveries that want Django; each is a process of its own."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import django

django.setup()

from django.utils import timezone  # noqa: E402, what uses models comes after the settings

from mail.content.digests import (  # noqa: E402
    DigestContent,
    Mover,
    NewForecast,
    QuestionNews,
    Reading,
    Saying,
)
from mail.content.freezing import frozen  # noqa: E402
from mail.fanouts import queue_issues  # noqa: E402
from mail.models import Delivery, Digest, Subscriber  # noqa: E402
from mail.outbox import LEASE, send_ready_mail  # noqa: E402
from mail.sending import build_message  # noqa: E402
from mail.weeks import Week  # noqa: E402

WEEK = Week(2026, 1)
SITE = "https://hindcast.test"
LOCALES = ("en-gb", "de", "uk")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")
HOURS = (7, 8, 9)
MIB = 1 << 20
KIB = 1 << 10


def prepare(n_readers: int) -> None:
    """Make readers with different choices, and an issue that is not in the outbox yet."""
    choices = list(product(LOCALES, ZONES, HOURS))
    Subscriber.objects.bulk_create(
        [
            Subscriber(
                email=f"reader{n}@example.org",
                confirmed_at=WEEK.freeze,
                locale=choices[n % len(choices)][0],
                time_zone=choices[n % len(choices)][1],
                hour=choices[n % len(choices)][2],
            )
            for n in range(n_readers)
        ],
        batch_size=5_000,
    )
    content = issue()
    Digest.objects.create(
        week=content.week,
        starts_at=content.starts_at,
        as_of=content.as_of,
        made_at=WEEK.freeze,
        content=frozen(content),
    )
    started = time.perf_counter()
    queue_issues(as_of=timezone.now())
    print(f"{time.perf_counter() - started:.3f}")


def issue() -> DigestContent:
    """An ordinary week of an invented site."""
    day = datetime(2025, 12, 31, tzinfo=UTC)
    said = [
        Saying(
            expert=f"Synthetic: expert {n}",
            expert_link=f"{SITE}/experts/synthetic-{n}/",
            quote="There is no way that this will not be signed before the end of the year.",
            reading=Reading(0.8, 0.7, 0.9, is_inferred=True),
            brier=0.04,
            brier_bounds=(0.01, 0.09),
            is_withdrawal=False,
        )
        for n in range(4)
    ]
    news = [
        QuestionNews(
            slug=f"question-{n}",
            title=f"Will agreement {n} be signed by the end of the year?",
            link=f"{SITE}/questions/question-{n}/",
            deadline=day,
            sayings=tuple(said),
            answer="yes",
            known_at=day,
            evidence=("https://example.org/evidence",),
        )
        for n in range(10)
    ]
    return DigestContent(
        week=str(WEEK),
        starts_at=WEEK.freeze - timedelta(days=7),
        as_of=WEEK.freeze,
        resolved=tuple(news),
        movers=tuple(movers()),
        coming_due=(),
        new_forecasts=tuple(new_forecasts(day)),
    )


def movers() -> Iterator[Mover]:
    for n in range(5):
        yield Mover(
            expert=f"Synthetic: expert {n}", link=f"{SITE}/experts/synthetic-{n}/",
            n_before=20, n_after=24, brier_before=0.21, brier_after=0.19, interval=(0.12, 0.27),
            wording=None, is_too_small=False,
        )  # fmt: skip


def new_forecasts(day: datetime) -> Iterator[NewForecast]:
    for n in range(8):
        yield NewForecast(
            expert=f"Synthetic: expert {n}", expert_link=f"{SITE}/experts/synthetic-{n}/",
            question="Will it rain?", question_slug="rain", question_link=f"{SITE}/questions/rain/",
            quote="It will rain, and not a little.", source="An invented paper", stated_at=day,
            deadline=day, reading=Reading(0.9, 0.9, 0.9, is_inferred=False), is_withdrawal=False,
            is_correction=False,
        )  # fmt: skip


def send() -> None:
    """Say that it begins, and send until nothing waits."""
    print("sending", flush=True)
    while Delivery.objects.filter(state="pending").exists():
        if not send_ready_mail(clock=timezone.now):
            time.sleep(0.2)


def measure() -> None:
    """Send, and print how long it took, and what it held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message = build_message(Delivery.objects.select_related("edition")[0]).message()
    started, began_with = time.perf_counter(), time.process_time()
    send()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - began_with
    print(
        json.dumps(
            {
                "message": message.as_bytes(linesep="\r\n").decode(),
                "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB / MIB,
                "mib_before": before * KIB / MIB,
                "seconds": seconds,
                "cpu_seconds": cpu_seconds,
            }
        )
    )


def finish() -> None:
    """Send what dead senders had set aside, as if an hour had passed."""
    while send_ready_mail(clock=lambda: timezone.now() + 12 * LEASE):
        pass


def outcome() -> None:
    """Print who was to get it, and whose is held."""
    held = Delivery.objects.filter(state="uncertain").values_list("subscriber__email", flat=True)
    readers = Delivery.objects.values_list("subscriber__email", flat=True)
    print(json.dumps({"uncertain": list(held), "readers": list(readers)}))


STEPS = {"send": send, "measure": measure, "finish": finish, "outcome": outcome}

if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    if name == "prepare":
        prepare(int(rest[0]))
    else:
        STEPS[name]()
