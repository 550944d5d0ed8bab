"""Celery's side of the sweeps: no data in, nothing out, safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from worker import sweeps
from worker.schedule import LONGEST_EXPORT

logger = logging.getLogger(__name__)


@shared_task
def beat() -> None:
    """Show that beat ticks and a worker listens."""
    sweeps.record_heartbeat("beat", timezone.now())


@shared_task
def sweep_scores() -> None:
    """Recompute the scores that no longer hold."""
    sweeps.run("sweep_scores")


@shared_task
def sweep_prompts() -> None:
    """Assign what is due and prompt reviewers."""
    sweeps.run("sweep_prompts")


@shared_task
def sweep_digests() -> None:
    """Make the newest issue."""
    sweeps.run("sweep_digests")


@shared_task
def sweep_disputes() -> None:
    """Tell those who disputed what became of it."""
    sweeps.run("sweep_disputes")


@shared_task
def send_mail() -> None:
    """Send what the outbox holds."""
    sweeps.run("send_mail")


@shared_task
def sweep_copies() -> None:
    """Fetch pages that evidence links to."""
    sweeps.run("sweep_copies")


@shared_task(soft_time_limit=LONGEST_EXPORT, time_limit=LONGEST_EXPORT + 30)
def sweep_exports() -> None:
    """Make the export files of the day."""
    sweeps.run("sweep_exports")


@shared_task
def sweep_webhooks() -> None:
    """Tell other programs what entered the ledger."""
    sweeps.run("sweep_webhooks")


@shared_task
def look_now() -> None:
    """The bell rang: what somebody waits for."""
    for job in (job for job in sweeps.SWEEPS if job not in sweeps.LEISURELY):
        try:
            sweeps.run(job)
        except Exception:
            logger.exception("%s failed; its next tick comes", job)
