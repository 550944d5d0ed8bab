"""Where the demo refuses to load, and to be removed."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from demo.databases import is_empty
from demo.logins import create_backstage
from demo.management.commands import remove_demo
from forecasts.models import Expert, Question, Topic, User
from mail.models import Heartbeat, Subscriber
from tests.factories import START, make_question, make_source

pytestmark = pytest.mark.django_db

FOREIGN: dict[str, Callable[[], Any]] = {
    "expert": lambda: Expert.objects.create(slug="x", name="X"),
    "question": make_question,
    "source": make_source,
    "subscriber": lambda: Subscriber.objects.create(email="somebody@example.org"),
    "topic": lambda: Topic.objects.create(slug="x", name="X"),
    "user": lambda: User.objects.create_user("somebody"),
}


@pytest.fixture(autouse=True)
def _in_a_demo(settings: Settings) -> None:
    settings.DEMO = True


@pytest.mark.parametrize("make", FOREIGN.values(), ids=FOREIGN)
def test_load_refuses_a_database_with_other_data(make: Callable[[], Any]) -> None:
    make()

    with pytest.raises(CommandError, match="holds data that the demo did not make") as refusal:
        call_command("load_demo")

    assert refusal.value.returncode == 1
    assert "\n" not in str(refusal.value)
    assert not User.objects.filter(username="coder").exists()


def test_signs_of_life_are_no_data() -> None:
    Heartbeat.objects.create(job="sweep", beaten_at=START)

    assert is_empty()


@pytest.mark.parametrize("command", ["load_demo", "remove_demo"])
def test_commands_refuse_where_this_is_no_demo(command: str, settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO is not true"):
        call_command(command)

    assert is_empty()


def test_logins_are_not_printed_where_this_is_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    output = StringIO()

    with pytest.raises(CommandError, match="DEMO is not true"):
        call_command("load_demo", print_logins=True, stdout=output)

    assert output.getvalue() == ""


def test_load_asks_for_tables_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)

    with pytest.raises(CommandError, match="run migrate first"):
        call_command("load_demo")


def test_interrupted_load_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def interrupt(**_: Any) -> NoReturn:
        calls.append(Question.objects.count())
        raise KeyboardInterrupt

    monkeypatch.setattr("demo.synthetic.recorders.give_verdict", interrupt)
    with pytest.raises(KeyboardInterrupt):
        call_command("load_demo", stdout=StringIO())

    assert calls[0] > 0
    assert is_empty()


def test_remove_refuses_a_database_that_is_not_a_demos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    make_source()

    with pytest.raises(CommandError, match="the demo is not loaded in this database"):
        call_command("remove_demo", yes=True)


def test_remove_refuses_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    create_backstage(as_of=START).leave()
    monkeypatch.setattr(connection, "vendor", "postgresql")

    with pytest.raises(CommandError, match="is an SQLite file"):
        call_command("remove_demo", yes=True)


@pytest.mark.parametrize(
    ("answer", "is_yes"), [("y", True), (" YES ", True), ("n", False), ("", False), ("yo", False)]
)
def test_remove_takes_only_yes_for_a_yes(
    answer: str, is_yes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: answer)

    assert remove_demo._is_confirmed(Path("demo.sqlite3")) is is_yes
