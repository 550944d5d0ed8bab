"""A sweep ends in time, whatever is left to do."""

from itertools import count

import pytest

from worker import sweeps


def test_sweep_that_is_never_done_leaves_the_rest_to_the_next_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeps, "LONGEST_SWEEP", 0.05)
    seconds = count()
    monkeypatch.setattr("worker.sweeps.time.monotonic", lambda: next(seconds) / 100)
    steps = count()

    n_done = sweeps._repeat(lambda: 1 if next(steps) < 100 else 0)

    assert n_done < 10
