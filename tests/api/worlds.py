"""A small world with one of everything, made by the services."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from forecasts.models import Expert, ExpertAlias, Forecast, Question, Role, Source, Topic, User
from forecasts.models.questions import QuestionFamily
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast
from forecasts.services.questions import amend_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
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

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECRETS = ("hidden-coder", "hidden-reviewer", "hidden-lead", "hidden@subscriber.example")
HIDDEN_LINK = "https://example.org/evidence-before-the-ruling"


@dataclass(frozen=True, slots=True)
class World:
    """What there is."""

    expert: Expert
    question: Question
    waiting: Question
    conditional: Question
    source: Source
    stated: Forecast
    worded: Forecast


def make_world() -> World:
    """One expert with a scored, an open and a worded forecast, and what surrounds them."""
    coder = make_user(Role.CODER, username="hidden-coder")
    expert = make_expert(slug="ada", name="Ada", affiliation="Institute", links=["https://ada.org"])
    ExpertAlias.objects.create(expert=expert, name="A. Lovelace")
    source = make_source(by=coder, title="Next year", url="https://paper.example/next")
    topic = Topic.objects.create(slug="weather", name="Weather")
    family = QuestionFamily.objects.create(slug="floods", title="Floods")
    question = make_question(by=coder, slug="flood", topics=[topic], family=family)
    waiting = make_question(by=coder, slug="storm", required_verdicts=2, title="Will it storm?")
    conditional = make_question(
        by=coder,
        slug="dam",
        title="Will the dam hold?",
        depends_on=waiting,
        depends_on_answer="yes",
        deadline=NOW + timedelta(days=30),
    )
    common: dict[str, Any] = {"by": coder, "expert": expert, "source": source}
    stated = make_forecast("0.8", question=question, quote="80 percent", **common)
    make_forecast("0.4", question=conditional, quote="four in ten", **common)
    worded = make_forecast(None, question=waiting, quote="it will storm", **common)
    record_coding(
        forecast=worded, coder=coder, low=number(".6"), mid=number(".8"), high=number(".9"),
        note="hidden-coder thinks so", as_of=START,
    )  # fmt: skip
    record_unscorable_statement(
        source=source, quote="something may happen", reason="no_threshold", expert=expert,
        by=coder, as_of=START,
    )  # fmt: skip
    resolve(question, "yes")
    reviewer = make_user(Role.REVIEWER, username="hidden-reviewer")
    give_verdict(
        question=waiting, reviewer=reviewer, answer="no", known_at=DEADLINE, links=[HIDDEN_LINK],
        note="hidden-reviewer saw it", as_of=AFTER,
    )  # fmt: skip
    recompute_scorecards(as_of=AFTER)
    return World(expert, question, waiting, conditional, source, stated, worded)


def number(text: str) -> Decimal:
    return Decimal(text)


def make_lead() -> User:
    return make_user(Role.LEAD, username="hidden-lead")


def amend_deadline(question: Question, *, as_of: datetime) -> None:
    amend_question(
        question=question,
        changes={"deadline": question.deadline + timedelta(days=1)},
        reason="The source says so.",
        by=make_lead(),
        as_of=as_of,
    )


def overturn(question: Question, answer: str, *, as_of: datetime) -> None:
    correct_resolution(
        question=question,
        lead=make_lead(),
        answer=answer,
        known_at=DEADLINE,
        links=["https://example.org/correction"],
        reason="It was misread.",
        as_of=as_of,
    )


def correct(forecast: Forecast, *, as_of: datetime, **changes: Any) -> Forecast:
    fields = (
        "expert",
        "question",
        "source",
        "basis",
        "stated_at",
        "quote",
        "phrase",
        "probability",
    )
    kept = {name: getattr(forecast, name) for name in fields}
    return correct_forecast(
        forecast=forecast,
        replacement=Forecast(**{**kept, **changes}),
        reason="Misheard.",
        by=make_user(Role.CODER),
        as_of=as_of,
    )
