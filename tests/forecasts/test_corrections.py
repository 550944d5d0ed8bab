"""What is listed as a correction, and whom it concerned."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from forecasts.exceptions import NothingCorrectedError
from forecasts.models import Expert, Forecast, Question, Role, User
from forecasts.selectors.corrections import (
    Correction,
    Kind,
    Wanted,
    corrections,
    n_corrections,
)
from forecasts.services.forecasts import correct_forecast
from forecasts.services.resolutions import correct_resolution
from forecasts.services.undos import undo_verdict
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    make_expert,
    make_forecast,
    make_question,
    make_user,
    resolve,
)
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def overturn(question: Question, answer: str, lead: User | None = None, **more: Any) -> None:
    """By a lead; an hour after AFTER unless said otherwise."""
    given: dict[str, Any] = {"known_at": DEADLINE, "as_of": AFTER + HOUR, **more}
    correct_resolution(
        question=question,
        lead=lead or make_user(Role.LEAD),
        answer=answer,
        links=LINKS,
        reason=f"It is {answer}.",
        **given,
    )


def replaced(forecast: Forecast, *, as_of: Any = AFTER, **changes: Any) -> Forecast:
    names = ("expert", "question", "source", "basis", "stated_at", "quote", "phrase", "probability")
    kept = {name: getattr(forecast, name) for name in names}
    return correct_forecast(
        forecast=forecast,
        replacement=Forecast(**{**kept, **changes}),
        reason="Misheard.",
        by=make_user(Role.CODER),
        as_of=as_of,
    )


def told(found: list[Correction]) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.was.answer, one.became.answer, one.reason)
        if one.place.is_ruling
        else (one.kind, one.was.pk, one.became.pk, one.reason)
        for one in found
    ]


def test_ordinary_rulings_are_no_corrections() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent, "no")

    assert child.resolutions.get().answer == "annulled"
    assert corrections(limit=10) == []


def test_correction_and_reopening_by_a_lead_are_listed() -> None:
    question = make_question()
    resolve(question)
    overturn(question, "no")
    overturn(question, "reopened", as_of=AFTER + 2 * HOUR)
    resolve(question, "no", as_of=AFTER + 3 * HOUR)

    assert told(corrections(limit=10)) == [
        (Kind.REOPENED, "no", "reopened", "It is reopened."),
        (Kind.CORRECTED, "yes", "no", "It is no."),
    ]
    assert n_corrections() == 2


def test_undo_is_listed_once_there_was_a_ruling() -> None:
    bob = make_user(Role.REVIEWER)
    for required in (1, 2):
        verdict = give_verdict(
            question=make_question(required_verdicts=required),
            reviewer=bob,
            answer="yes",
            known_at=DEADLINE,
            links=LINKS,
            as_of=AFTER,
        )
        undo_verdict(verdict=verdict, by=bob, as_of=AFTER)

    assert [(one.kind, one.was.answer) for one in corrections(limit=10)] == [(Kind.UNDONE, "yes")]


def test_annulment_that_comes_and_goes_with_the_parent_is_listed() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent)
    resolve(child, "no")
    overturn(parent, "no")
    overturn(parent, "yes", as_of=AFTER + 2 * HOUR)

    followed = corrections(limit=10, wanted=Wanted(kind=Kind.FOLLOWED))

    assert [(one.question, one.was.answer, one.became.answer) for one in followed] == [
        (child, "annulled", "no"),
        (child, "no", "annulled"),
    ]


def test_corrected_forecast_is_listed_with_both_experts() -> None:
    wrong, right = make_expert(name="B"), make_expert(name="A")
    forecast = make_forecast(expert=wrong)
    newer = replaced(forecast, expert=right, probability=Decimal("0.6"))

    found = corrections(limit=10)

    assert told(found) == [(Kind.FORECAST, forecast.pk, newer.pk, "Misheard.")]
    assert found[0].experts == (right, wrong)


def test_ruling_concerned_whose_forecasts_stood_then() -> None:
    question = make_question()
    ann, bob, cid = (make_expert(name=name) for name in ("Ann", "Bob", "Cid"))
    for expert in (bob, ann):
        make_forecast(expert=expert, question=question)
    resolve(question)
    gone = make_forecast(question=question, expert=make_expert(name="Gone"))
    replaced(gone, expert=ann, quote="other", as_of=AFTER)
    overturn(question, "no")
    make_forecast(expert=cid, question=question, as_of=AFTER + 2 * HOUR)

    found = corrections(limit=10, wanted=Wanted(kind=Kind.CORRECTED))

    assert [one.experts for one in found] == [(ann, bob)]


@pytest.mark.parametrize(("name", "n"), [("Ann", 2), ("Bob", 1), ("Cid", 0)])
def test_corrections_are_found_by_expert_and_question(name: str, n: int) -> None:
    experts = {name: make_expert(name=name, slug=name.lower()) for name in ("Ann", "Bob", "Cid")}
    asked, other = make_question(slug="asked"), make_question(slug="other")
    said = make_forecast(expert=experts["Ann"], question=asked)
    replaced(said, quote="he said")
    make_forecast(expert=experts["Bob"], question=asked)
    make_forecast(expert=experts["Cid"], question=other)
    resolve(asked)
    overturn(asked, "no")

    found = corrections(limit=10, wanted=Wanted(expert=name.lower()))

    assert len(found) == n_corrections(Wanted(expert=name.lower())) == n
    assert len(corrections(limit=10, wanted=Wanted(question="asked"))) == 2
    assert corrections(limit=10, wanted=Wanted(question="other")) == []


def many() -> list[Correction]:
    """Twelve of both tables, most of them of one moment."""
    lead, coder = make_user(Role.LEAD), make_user(Role.CODER)
    for number in range(6):
        forecast = make_forecast(by=coder, expert=Expert.objects.first() or make_expert())
        replaced(forecast, quote=f"q{number}", as_of=AFTER + HOUR)
        resolve(forecast.question)
        overturn(forecast.question, "no", lead, as_of=AFTER + (1 + number // 4) * HOUR)
    return corrections(limit=100)


@pytest.mark.parametrize("is_rising", [True, False])
def test_pages_hold_every_correction_once_in_both_directions(*, is_rising: bool) -> None:
    whole = many()
    wanted = whole[::-1] if is_rising else whole
    pages, beyond = [], None
    while page := corrections(limit=5, beyond=beyond, is_rising=is_rising):
        pages.append(page)
        beyond = page[-1].place

    assert [one for page in pages for one in page] == wanted
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({one.place for one in whole}) == 12


def test_reading_takes_three_queries() -> None:
    many()

    with counted_queries() as queries:
        found = corrections(limit=100)
        assert [(one.question.title, one.experts, one.was.pk) for one in found]

    assert len(queries) == 3


def test_ruling_without_yes_or_no_is_not_corrected_into_itself() -> None:
    question = make_question()
    resolve(question)
    overturn(question, "ambiguous")

    with pytest.raises(NothingCorrectedError):
        overturn(question, "ambiguous", as_of=AFTER + 2 * HOUR)


def test_correction_by_a_clock_that_ran_back_keeps_the_order() -> None:
    question = make_question()
    resolve(question)
    overturn(question, "no", as_of=AFTER - HOUR)

    assert [one.place.at for one in corrections(limit=10)] == [AFTER]
