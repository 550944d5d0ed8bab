"""Two experts whose forecasts differ in all that scores can be asked for by."""

from datetime import UTC, datetime, timedelta
from typing import Any

from forecasts.models import Expert, Question, Role, Topic, User
from forecasts.services.codings import record_coding
from forecasts.services.scorecards import recompute_scorecards
from tests.api.worlds import NOW, number
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

SPRING = datetime(2026, 4, 11, tzinfo=UTC)
"""Deadline of "vote", a hundred days after START."""
WINTER = datetime(2026, 12, 18, tzinfo=UTC)
"""Deadline of "merger", which is ruled yes in March."""


def make_parts() -> None:
    """Ada's (p - y)² are .04, .36, .09 and .25, and .01 early; Bob's .16 and .04, and .25 early.

    | question | topic    | deadline | Ada                  | Bob | answer     |
    |----------|----------|----------|----------------------|-----|------------|
    | rain     | weather  | DEADLINE | .8                   | .6  | yes        |
    | vote     | politics | SPRING   | .6                   | .2  | no         |
    | storm    | weather  | DEADLINE | .5 to .9, so .7      |     | yes        |
    | strike   | politics | DEADLINE | .5, recorded AFTER   |     | no         |
    | merger   | none     | WINTER   | .9                   | .5  | yes, early |
    """
    coder, other = (make_user(Role.CODER) for _ in range(2))
    source = make_source(by=coder)
    ada, bob = (make_expert(slug=name.lower(), name=name) for name in ("Ada", "Bob"))
    asked = _questions(coder)
    common: dict[str, Any] = {"source": source, "by": coder}

    def say(expert: Expert, name: str, probability: str | None, **more: Any) -> Any:
        return make_forecast(probability, expert=expert, question=asked[name], **{**common, **more})

    for name, said in (("rain", "0.8"), ("vote", "0.6"), ("merger", "0.9")):
        say(ada, name, said)
    for name, said in (("rain", "0.6"), ("vote", "0.2"), ("merger", "0.5")):
        say(bob, name, said)
    worded = say(ada, "storm", None)
    for reader in (coder, other):
        record_coding(
            forecast=worded, coder=reader, low=number(".5"), mid=number(".7"), high=number(".9"),
            as_of=START,
        )  # fmt: skip
    say(ada, "strike", "0.5", as_of=AFTER, stated_at=START)
    _rule(asked)
    recompute_scorecards(as_of=NOW)


def _questions(coder: User) -> dict[str, Question]:
    topics = {name: Topic.objects.create(slug=name, name=name) for name in ("weather", "politics")}
    return {
        name: make_question(
            by=coder, slug=name, deadline=deadline, topics=[topics[topic]] if topic else []
        )
        for name, topic, deadline in (
            ("rain", "weather", DEADLINE),
            ("vote", "politics", SPRING),
            ("storm", "weather", DEADLINE),
            ("strike", "politics", DEADLINE),
            ("merger", None, WINTER),
        )
    }


def _rule(asked: dict[str, Question]) -> None:
    for name, answer in (("rain", "yes"), ("storm", "yes"), ("strike", "no")):
        resolve(asked[name], answer)
    march = datetime(2026, 3, 1, tzinfo=UTC)
    resolve(asked["merger"], "yes", as_of=march + timedelta(days=1), known_at=march)
    resolve(asked["vote"], "no", as_of=SPRING + timedelta(days=1))
