"""A watchdog: a worker that hears nothing ends itself, so that its supervisor starts another.

A connection to the broker can die without either side being told; the worker then looks alive
and is deaf. Beat ticks every ten seconds, so silence is a sign.
"""

import logging
import os
import signal
import threading
import time
from typing import Any

from celery.signals import task_received, worker_ready

logger = logging.getLogger(__name__)

# Longer than the longest sweep, in which a busy worker takes nothing new.
PATIENCE = 120.0
INTERVAL = 5.0


class Watchdog:
    """Remembers, by the monotonic clock, when the worker last heard something."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.heard_at = time.monotonic()

    def hear(self, **_: Any) -> None:
        """Something was received."""
        self.heard_at = time.monotonic()

    def is_deaf(self) -> bool:
        """Whether nothing was received for longer than a healthy worker can be without."""
        return time.monotonic() - self.heard_at > self.patience

    def watch(self, interval: float = INTERVAL) -> None:
        """Wait for silence, then ask the process to stop, and insist."""
        while not self.is_deaf():
            time.sleep(interval)
        logger.critical("nothing received for %.0f s: ending this worker", self.patience)
        os.kill(os.getpid(), signal.SIGQUIT)
        time.sleep(interval)
        os.kill(os.getpid(), signal.SIGKILL)


def start(**_: Any) -> None:
    """Watch from the moment the worker is ready."""
    watchdog.hear()
    threading.Thread(target=watchdog.watch, name="watchdog", daemon=True).start()


watchdog = Watchdog()
task_received.connect(watchdog.hear)
worker_ready.connect(start)
