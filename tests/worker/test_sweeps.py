"""A sweep ends in time, whatever is left to do."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from forecasts.models import KeptAnswer
from tests.api.keys import make_key
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


@pytest.mark.django_db
def test_sweep_forgets_kept_answers() -> None:
    key = make_key()[0]
    for days in (0, 2):
        KeptAnswer.objects.create(
            api_key=key,
            idempotency_key=f"{days} days ago",
            fingerprint="a" * 64,
            status=201,
            body="{}",
            made_at=timezone.now() - timedelta(days=days),
        )

    sweeps.run("sweep_disputes")

    assert KeptAnswer.objects.get().idempotency_key == "0 days ago"
