"""What beat ticks, and how often. A tick that finds no worker is worth nothing later."""

from datetime import timedelta
from typing import Any

BEAT = timedelta(seconds=10)
SWEEP = timedelta(seconds=30)
# Of seconds. All rows are read in one go, so that no tick could go on where another stopped.
LONGEST_EXPORT = 3600


def _tick(task: str, every: timedelta) -> dict[str, Any]:
    return {
        "task": f"worker.tasks.{task}",
        "schedule": every,
        "options": {"expires": every.total_seconds()},
    }


SCHEDULE = {
    "beat": _tick("beat", BEAT),
    "send-mail": _tick("send_mail", BEAT),
    "sweep-scores": _tick("sweep_scores", SWEEP),
    "sweep-prompts": _tick("sweep_prompts", SWEEP),
    "sweep-digests": _tick("sweep_digests", SWEEP),
    "sweep-copies": _tick("sweep_copies", SWEEP),
    "sweep-webhooks": _tick("sweep_webhooks", SWEEP),
    "sweep-disputes": _tick("sweep_disputes", SWEEP),
    "sweep-exports": _tick("sweep_exports", SWEEP),
}
