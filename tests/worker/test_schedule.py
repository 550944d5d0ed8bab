"""The schedule: what ticks, and that what it names exists."""

from datetime import timedelta

from worker.celery import app
from worker.schedule import SCHEDULE
from worker.sweeps import SWEEPS


def test_schedule_is_what_it_was_agreed_to_be() -> None:
    ticks = {tick["task"]: tick["schedule"] for tick in SCHEDULE.values()}

    assert ticks == {
        "worker.tasks.beat": timedelta(seconds=10),
        "worker.tasks.send_mail": timedelta(seconds=10),
        "worker.tasks.sweep_scores": timedelta(seconds=30),
        "worker.tasks.sweep_prompts": timedelta(seconds=30),
        "worker.tasks.sweep_digests": timedelta(seconds=30),
        "worker.tasks.sweep_copies": timedelta(seconds=30),
        "worker.tasks.sweep_webhooks": timedelta(seconds=30),
        "worker.tasks.sweep_disputes": timedelta(seconds=30),
        "worker.tasks.sweep_exports": timedelta(seconds=30),
    }


def test_every_tick_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()

    assert {tick["task"] for tick in SCHEDULE.values()} <= set(app.tasks)


def test_every_sweep_ticks() -> None:
    assert {f"worker.tasks.{job}" for job in SWEEPS} < {t["task"] for t in SCHEDULE.values()}


def test_tick_that_nobody_took_expires_before_the_next() -> None:
    for tick in SCHEDULE.values():
        assert tick["options"]["expires"] <= tick["schedule"].total_seconds()
