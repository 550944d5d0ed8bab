"""The sweeps: each finds what is due in the database and does it, whoever calls."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from forecasts.services.exports import make_daily_export
from forecasts.services.import_drafts import forget_drafts
from forecasts.services.kept_answers import forget_answers
from forecasts.services.limits import forget_usages
from forecasts.services.question_comparisons import recompute_comparisons
from forecasts.services.scorecards import draw_scorecards, recompute_scorecards
from mail.digesting import make_latest_digest
from mail.disputes import erase_contacts, queue_dispute_news
from mail.fanouts import queue_issues
from mail.models import Heartbeat
from mail.outbox import send_ready_mail
from mail.prompting import prompt_reviewers
from mail.subscriptions import erase_forgotten
from mail.summaries import queue_summaries
from worker.copying import copy_linked_pages
from worker.telling import tell_webhooks

logger = logging.getLogger(__name__)

# Below the watchdog's patience and the tasks' time limit; what is left, the next tick does.
LONGEST_SWEEP = 25.0


def sweep_scores() -> int:
    """Recompute the comparisons and scores that no longer hold, and then draw their bands."""
    _repeat(lambda: recompute_comparisons(as_of=timezone.now()))
    n_done = _repeat(lambda: recompute_scorecards(as_of=timezone.now()))
    _repeat(draw_scorecards)
    return n_done


def sweep_prompts() -> int:
    """Arm checks, assign what somebody has to look at; queue prompts and leads' summaries."""
    last = Heartbeat.objects.filter(job="sweep_prompts").first()
    last_ran, as_of = last.beaten_at if last else None, timezone.now()
    n_prompts = prompt_reviewers(as_of=as_of, last_ran=last_ran)
    return n_prompts + queue_summaries(as_of=as_of, last_ran=last_ran)


def sweep_digests() -> int:
    """Make the newest issue, once its freeze has passed, and see to it that all are queued."""
    n_made = int(make_latest_digest(as_of=timezone.now()) is not None)
    queue_issues(as_of=timezone.now())
    return n_made


def sweep_copies() -> int:
    """Fetch pages that evidence links to."""
    return copy_linked_pages(clock=timezone.now)


def sweep_disputes() -> int:
    """Tell those who disputed what became of it, and forget what is needed no more."""
    as_of = timezone.now()
    n_done = queue_dispute_news(as_of=as_of)
    erase_contacts(as_of=as_of)
    erase_forgotten(as_of=as_of)
    forget_usages(as_of=as_of)
    forget_answers(as_of=as_of)
    forget_drafts(as_of=as_of)
    return n_done


def sweep_webhooks() -> int:
    """Tell other programs what entered the ledger."""
    return tell_webhooks(clock=timezone.now)


def sweep_exports() -> int:
    """Make the export files of the day, unless there are any, and delete old ones."""
    try:
        return int(make_daily_export(as_of=timezone.now()) > 0)
    except OSError as error:
        # Nothing is half there; health warns, and the next tick tries again.
        logger.error("no export can be written: %s", error)  # noqa: TRY400 — the error says it all
        return 0


def send_mail() -> int:
    """Send what the outbox holds."""
    return _repeat(lambda: send_ready_mail(clock=timezone.now))


SWEEPS: dict[str, Callable[[], int]] = {
    "sweep_scores": sweep_scores,
    "sweep_prompts": sweep_prompts,
    "sweep_digests": sweep_digests,
    "sweep_disputes": sweep_disputes,
    "send_mail": send_mail,
    "sweep_copies": sweep_copies,
    "sweep_webhooks": sweep_webhooks,
    "sweep_exports": sweep_exports,
}
# Strangers' servers, or the number of rows, decide how long these take, so that the bell leaves
# them to their own ticks.
LEISURELY = frozenset({"sweep_copies", "sweep_webhooks", "sweep_exports"})


def run(job: str) -> int:
    """Run one sweep and note its heartbeat; returns how much it did."""
    # What came due while it ran, it may not have seen.
    began_at = timezone.now()
    n_done = SWEEPS[job]()
    record_heartbeat(job, began_at)
    return n_done


def record_heartbeat(job: str, at: datetime) -> None:
    """Note that a job that began then has run."""
    Heartbeat.objects.update_or_create(job=job, defaults={"beaten_at": at})


def _repeat(step: Callable[[], int]) -> int:
    started, n_done = time.monotonic(), 0
    while time.monotonic() - started < LONGEST_SWEEP:
        n_step = step()
        n_done += n_step
        if not n_step:
            break
    return n_done
