"""What migrating does with prompts that were mailed before a check could be asked of several."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forecasts.models import Role
from mail.models import Asking, Delivery, Prompt
from mail.prompting import prompt_reviewers
from tests.factories import DEADLINE, make_question, make_user

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def migrate_mail(name: str) -> Apps:
    """Take the tables of mail to a migration; returns the models as they are then."""
    executor = MigrationExecutor(connection)
    state = executor.migrate([("mail", name)])
    return state.apps


@pytest.fixture
def upgrade() -> Iterator[Callable[[], object]]:
    """Tables as they were; calling it upgrades them, and so does the end of the test."""
    (newest,) = [
        name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("mail")
    ]
    migrate_mail("0001_initial")
    yield lambda: migrate_mail(newest)
    migrate_mail(newest)


def record_old_prompts(*mailed: int, question: Any, reviewer: Any) -> None:
    """The checks of one question as they were kept, those on some days mailed to a reviewer."""
    models = MigrationExecutor(connection).loader.project_state([("mail", "0001_initial")]).apps
    delivery = models.get_model("mail", "Delivery").objects.create(
        key=f"prompt:{DEADLINE.date()}:user:{reviewer.pk}", kind="prompt", user_id=reviewer.pk,
        subject="Due", text="Due", html="Due", message_id="<1@hindcast.test>",
        not_before=DEADLINE, state="sent", sent_at=DEADLINE, created_at=DEADLINE,
    )  # fmt: skip
    for day in (0, 3, 7, 14, 30):
        sent = {"reviewer_id": reviewer.pk, "delivery": delivery} if day in mailed else {}
        models.get_model("mail", "Prompt").objects.create(
            question_id=question.pk, counts_from=DEADLINE, day=day, due_at=DEADLINE + day * DAY,
            **sent,
        )  # fmt: skip


def test_whoever_was_mailed_before_the_upgrade_is_not_asked_again(
    upgrade: Callable[[], object],
) -> None:
    reviewer = make_user(Role.REVIEWER, prompt_hour=0)
    question = make_question()
    record_old_prompts(0, question=question, reviewer=reviewer)

    upgrade()

    asking = Asking.objects.get()
    assert (asking.prompt.day, asking.reviewer, asking.asked_at) == (0, reviewer, DEADLINE)
    assert asking.delivery == Delivery.objects.get()
    assert set(Prompt.objects.values_list("kind", "day")) == {
        ("due", day) for day in (0, 3, 7, 14, 30)
    }
    assert [prompt_reviewers(as_of=DEADLINE + day * DAY) for day in range(1, 4)] == [0, 0, 1]
