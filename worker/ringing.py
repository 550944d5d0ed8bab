"""From the bell to a task: quick, and never in anybody's way."""

import logging
import time
from typing import Any

from celery.signals import worker_ready
from kombu.exceptions import OperationalError

from worker.celery import app
from worker.tasks import look_now

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 30.0
# retry=False leaves out the connection itself, which would be tried for six seconds.
IMPATIENT = {
    "max_retries": 1,
    "interval_start": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}
_quiet_until = 0.0


def start_sweep(**_: Any) -> None:
    """Ask a worker to look now. Without a broker the next tick finds the work as well.

    After a failure the bell rests, so that requests do not wait for a dead broker in turn.
    """
    global _quiet_until  # noqa: PLW0603 — one flag per process is all there is to keep
    if time.monotonic() < _quiet_until:
        return
    try:
        with app.connection_for_write(transport_options=IMPATIENT) as connection:
            options: dict[str, Any] = {"connection": connection, "retry": False, "expires": 60}
            look_now.apply_async(**options)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + PAUSE_AFTER_FAILURE
        logger.warning("the bell reached no broker (%s); the next tick will do", error)


# After downtime a worker does not wait for the first tick either.
worker_ready.connect(start_sweep)
