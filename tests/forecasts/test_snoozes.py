"""Letting questions rest: with a reason, for a while, and not for ever."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from forecasts.exceptions import (
    NothingToAskError,
    NotSnoozedError,
    RoleMissingError,
    RuleBrokenError,
    SnoozeLengthError,
    WaitReasonMissingError,
)
from forecasts.models import Question, Role, Snooze
from forecasts.selectors.waits import questions_wanted
from forecasts.services.hand_ons import hand_on_question
from forecasts.services.questions import amend_question
from forecasts.services.snoozes import lift_snooze, snooze_questions
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, LINKS, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def snooze(*questions: Question, **fields: Any) -> list[Snooze]:
    facts = {"kind": "week", "reason": "No report yet.", "as_of": AFTER, **fields}
    facts.setdefault("by", None)
    facts["by"] = facts["by"] or make_user(Role.REVIEWER)
    return snooze_questions(questions=questions, **facts)


@pytest.mark.parametrize(
    ("kind", "until", "days"),
    [
        ("week", None, 7),
        ("month", None, 30),
        ("not_knowable", None, 30),
        ("not_knowable", AFTER + 90 * DAY, 90),
        ("date", AFTER + 366 * DAY, 366),
    ],
)
def test_snooze_lasts_as_long_as_its_kind_says(
    kind: str, until: datetime | None, days: int
) -> None:
    (row,) = snooze(make_question(), kind=kind, until=until)

    assert row.until - AFTER == days * DAY


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"reason": " \n"}, WaitReasonMissingError),
        ({"kind": "date"}, SnoozeLengthError),
        ({"kind": "for ever"}, SnoozeLengthError),
        ({"kind": "date", "until": AFTER}, SnoozeLengthError),
        ({"kind": "date", "until": AFTER + 367 * DAY}, SnoozeLengthError),
    ],
)
def test_snooze_without_reason_or_end_is_refused(
    fields: dict[str, Any], error: type[RuleBrokenError]
) -> None:
    with pytest.raises(error):
        snooze(make_question(), **fields)


@pytest.mark.parametrize("reason", ["a\x00b", "a\u202eb", "a" * 2001])
def test_reason_that_cannot_be_stored_is_refused(reason: str) -> None:
    with pytest.raises(ValidationError):
        snooze(make_question(), reason=reason)


def test_coder_snoozes_nothing() -> None:
    with pytest.raises(RoleMissingError):
        snooze(make_question(), by=make_user(Role.CODER))


def test_all_are_snoozed_or_none() -> None:
    waiting, resolved = make_question(), make_question()
    resolve(resolved)

    with pytest.raises(NothingToAskError, match=resolved.title):
        snooze(waiting, resolved)

    assert not Snooze.objects.exists()


def test_second_snooze_replaces_the_first_even_by_a_shorter_one() -> None:
    question = make_question()
    snooze(question, kind="month")

    (second,) = snooze(question, as_of=AFTER + DAY)

    assert list(Snooze.objects.in_force(AFTER + DAY)) == [second]
    assert not questions_wanted(AFTER + 7 * DAY)
    assert list(questions_wanted(AFTER + 8 * DAY)) == [question]


def test_lifting_what_is_not_snoozed_is_refused() -> None:
    question, reviewer = make_question(), make_user(Role.REVIEWER)
    snooze(question)

    lift_snooze(question=question, by=reviewer, as_of=AFTER + DAY)

    assert list(questions_wanted(AFTER + DAY)) == [question]
    with pytest.raises(NotSnoozedError):
        lift_snooze(question=question, by=reviewer, as_of=AFTER + DAY)


@pytest.mark.parametrize("event", ["amendment", "verdict", "hand-on", "ruling"])
def test_snooze_ends_with_what_makes_it_pointless(event: str) -> None:
    question = make_question(required_verdicts=2)
    snooze(question)

    if event == "amendment":
        changes = {"deadline": DEADLINE + 3 * DAY}
        lead = make_user(Role.LEAD)
        amend_question(question=question, changes=changes, reason="Moved.", by=lead, as_of=AFTER)
    elif event == "verdict":
        give_verdict(
            question=question, reviewer=make_user(Role.REVIEWER), answer="yes",
            known_at=DEADLINE, links=LINKS, as_of=AFTER,
        )  # fmt: skip
    elif event == "hand-on":
        hand_on_question(question=question, reviewer=make_user(Role.REVIEWER), as_of=AFTER)
    else:
        resolve(question)

    assert Snooze.objects.get().lifted_at == AFTER
