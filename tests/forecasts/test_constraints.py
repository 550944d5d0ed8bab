"""Rules that the database itself holds, whatever code writes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from forecasts.exceptions import AppendOnlyError
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Assignment,
    Coding,
    Evidence,
    Expert,
    Forecast,
    Question,
    Resolution,
    Role,
    Source,
    UnscorableStatement,
    Verdict,
)
from forecasts.refusals import DuplicateSourceError
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

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def insert(model: type[models.Model], **columns: Any) -> None:
    """Write a row past every service and validator."""
    with transaction.atomic():
        models.Model.save_base(model(**columns), raw=True, force_insert=True)


def forecast_columns() -> dict[str, Any]:
    return {
        "expert": make_expert(),
        "question": make_question(),
        "source": make_source(),
        "kind": "forecast",
        "basis": "stated",
        "stated_at": START,
        "quote": "it will",
        "phrase": "will",
        "probability": Decimal("0.5"),
        "low": Decimal("0.5"),
        "high": Decimal("0.5"),
        "recorded_at": START,
        "recorded_by": make_user(),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": Decimal("1.1"), "high": Decimal("1.1")},
        {"low": Decimal("-0.1")},
        {"low": Decimal("0.6")},
        {"high": Decimal("0.4")},
        {"probability": None},
        {"low": None},
        {"basis": "inferred"},
        {"basis": "inferred", "probability": None, "low": None, "high": None, "phrase": ""},
        {"basis": "guessed"},
        {"kind": "withdrawal"},
        {"kind": "bet"},
        {"quote": ""},
        {"stated_at": START + DAY},
        {"correction_reason": "a reason without what it corrects"},
        {"superseded_at": START - DAY},
    ],
    ids=str,
)
def test_forecast_that_breaks_a_rule_cannot_be_stored(wrong: dict[str, Any]) -> None:
    columns = forecast_columns()

    with pytest.raises(IntegrityError):
        insert(Forecast, **{**columns, **wrong})


def test_forecast_that_keeps_the_rules_can_be_stored() -> None:
    insert(Forecast, **forecast_columns())

    assert Forecast.objects.count() == 1


def test_same_forecast_cannot_stand_twice() -> None:
    columns = forecast_columns()
    insert(Forecast, **columns)

    with pytest.raises(IntegrityError):
        insert(Forecast, **columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_at": DEADLINE},
        {"depends_on_answer": "yes"},
        {"required_verdicts": 0},
        {"required_verdicts": 3},
        {"title": ""},
        {"resolution_criteria": ""},
    ],
    ids=str,
)
def test_question_that_breaks_a_rule_cannot_be_stored(wrong: dict[str, Any]) -> None:
    columns = {
        "slug": "q",
        "title": "Q",
        "resolution_criteria": "C",
        "deadline": DEADLINE,
        "recorded_at": START,
        "recorded_by": make_user(),
    }

    with pytest.raises(IntegrityError):
        insert(Question, **{**columns, **wrong})


def test_question_cannot_be_its_own_condition() -> None:
    question = make_question()

    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(
            depends_on=question.pk, depends_on_answer="yes"
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": "maybe"},
        {"known_at": None},
        {"known_at": AFTER + DAY},
        {"basis": "lead"},
        {"answer": "reopened"},
        {"superseded_at": START},
    ],
    ids=str,
)
def test_ruling_that_breaks_a_rule_cannot_be_stored(wrong: dict[str, Any]) -> None:
    columns = {
        "question": make_question(),
        "answer": "yes",
        "basis": "verdicts",
        "known_at": DEADLINE,
        "resolved_at": AFTER,
    }

    with pytest.raises(IntegrityError):
        insert(Resolution, **{**columns, **wrong})


def test_second_ruling_in_force_cannot_be_stored() -> None:
    first = resolve(make_question())

    with pytest.raises(IntegrityError):
        insert(
            Resolution,
            question=first.question,
            answer="no",
            basis="verdicts",
            known_at=DEADLINE,
            resolved_at=AFTER,
            supersedes=first,
        )


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Coding, {"low": Decimal("0.6"), "mid": Decimal("0.5"), "high": Decimal("0.7")}),
        (Coding, {"low": Decimal("0.1"), "mid": Decimal("0.5"), "high": Decimal("1.5")}),
    ],
)
def test_coding_out_of_order_cannot_be_stored(
    model: type[models.Model], wrong: dict[str, Any]
) -> None:
    forecast = make_forecast(None)

    with pytest.raises(IntegrityError):
        insert(model, forecast=forecast, coder=make_user(), coded_at=START, **wrong)


def test_adopted_range_needs_two_codings() -> None:
    half = Decimal("0.5")

    with pytest.raises(IntegrityError):
        insert(
            AdoptedRange,
            forecast=make_forecast(None),
            low=half,
            probability=half,
            high=half,
            n_codings=1,
            adopted_at=START,
        )


@pytest.mark.parametrize("who", [{}, {"attributed_to": "many"}])
def test_statement_has_exactly_one_speaker(who: dict[str, Any]) -> None:
    columns: dict[str, Any] = {**who, "expert": make_expert() if who else None}

    with pytest.raises(IntegrityError):
        insert(
            UnscorableStatement,
            source=make_source(),
            quote="perhaps",
            reason="no_threshold",
            recorded_at=START,
            recorded_by=make_user(),
            **columns,
        )


def test_evidence_is_a_link_or_a_file() -> None:
    verdict = resolve(make_question()).question.verdicts.get()

    with pytest.raises(IntegrityError):
        insert(Evidence, verdict=verdict)


def test_question_has_one_open_assignment_of_each_kind_and_person() -> None:
    question, user = make_question(), make_user()
    facts = {"question": question, "assigned_at": AFTER}
    Assignment.objects.create(reviewer=user, **facts)

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(reviewer=make_user(), **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(reviewer=user, kind="backup", **facts)
    Assignment.objects.create(reviewer=make_user(), kind="backup", **facts)


def test_amendment_changes_something_and_says_why() -> None:
    columns = {
        "question": make_question(),
        "field": "title",
        "before": "a",
        "after": "b",
        "reason": "because",
        "amended_at": START,
        "amended_by": make_user(),
    }

    for wrong in ({"after": "a"}, {"reason": ""}, {"field": "slug"}):
        with pytest.raises(IntegrityError):
            insert(Amendment, **{**columns, **wrong})


def test_two_sources_cannot_share_an_address() -> None:
    make_source(url="https://example.org/a")

    with pytest.raises(DuplicateSourceError):
        make_source(url="https://example.org/a")


def test_sources_may_lack_an_address() -> None:
    make_source(url="")
    make_source(url="")

    assert Source.objects.count() == 2


def test_expert_needs_a_name_and_a_kind() -> None:
    for wrong in ({"name": ""}, {"kind": "robot"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Expert.objects.create(**{"slug": "x", "name": "X", **wrong})


@pytest.mark.parametrize("model", [Forecast, Coding, Verdict, Resolution, Amendment, Evidence])
def test_append_only_rows_are_neither_changed_nor_deleted(model: Any) -> None:
    for change in (
        lambda: model.objects.all().update(pk=0),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_update([], []),
        lambda: model(pk=1).delete(),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def test_append_only_row_cannot_be_saved_again() -> None:
    forecast = make_forecast()

    with pytest.raises(AppendOnlyError, match="Forecast rows are append-only"):
        forecast.save()


def test_roles_are_groups() -> None:
    user = make_user(Role.CODER)

    assert user.has_role(Role.CODER, Role.LEAD)
    assert not user.has_role(Role.REVIEWER)
