"""The watchdog: patient with a worker that hears, deadly to one that does not."""

import os
import subprocess
import sys
import time

from worker.watchdog import Watchdog


def test_worker_that_has_just_heard_is_not_deaf() -> None:
    watchdog = Watchdog(patience=0.05)
    time.sleep(0.1)
    assert watchdog.is_deaf()

    watchdog.hear()

    assert not watchdog.is_deaf()


def test_silence_ends_the_process_even_if_it_will_not_stop() -> None:
    code = (
        "import signal; signal.signal(signal.SIGQUIT, signal.SIG_IGN);"
        "from worker.watchdog import Watchdog; Watchdog(patience=0.1).watch(interval=0.1)"
    )

    done = subprocess.run([sys.executable, "-c", code], env=os.environ, timeout=60, check=False)

    assert done.returncode == -9
