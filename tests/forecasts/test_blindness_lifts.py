"""A lead lets the reviewers of one question read its forecasts, on the record."""

import pytest
from django.core.exceptions import ValidationError

from desk.coding_sight import codings_shown_to
from desk.forecast_sight import forecasts_shown_to, sources_shown_to
from forecasts.exceptions import (
    AlreadyLiftedError,
    AlreadyResolvedError,
    AppendOnlyError,
    NotBlindError,
    ReasonMissingError,
    RoleMissingError,
    RuleBrokenError,
)
from forecasts.models import BlindnessLift, Question, Role, User
from forecasts.services.blindness import lift_blindness
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, make_forecast, make_question, make_user, resolve

pytestmark = pytest.mark.django_db


def lift(question: Question, lead: User | None = None, reason: str = "It names the place.") -> None:
    lift_blindness(question=question, lead=lead or make_user(Role.LEAD), reason=reason, as_of=AFTER)


def test_lift_is_kept_with_who_why_and_when() -> None:
    question, lead = make_question(), make_user(Role.LEAD)

    lift(question, lead)

    row = BlindnessLift.objects.get(question=question)
    assert (row.lead, row.reason, row.lifted_at) == (lead, "It names the place.", AFTER)
    with pytest.raises(AppendOnlyError):
        row.delete()


def test_reviewer_reads_the_forecasts_of_that_question_and_no_others() -> None:
    reviewer = make_user(Role.REVIEWER, Role.CODER)
    lifted, other = make_forecast(), make_forecast()

    lift(lifted.question)

    assert list(forecasts_shown_to(reviewer)) == [lifted]
    assert list(sources_shown_to(reviewer)) == [lifted.source]
    assert other.question not in Question.objects.filter(blindness_lift__isnull=False)


def test_codings_stay_hidden_from_coders_who_have_not_coded() -> None:
    forecast = make_forecast(None)

    lift(forecast.question)

    assert not codings_shown_to(make_user(Role.REVIEWER, Role.CODER)).exists()


@pytest.mark.parametrize(
    ("role", "reason", "error"),
    [
        (Role.REVIEWER, "Why not", RoleMissingError),
        (Role.CODER, "Why not", RoleMissingError),
        (Role.LEAD, " \n", ReasonMissingError),
    ],
)
def test_lift_that_breaks_a_rule_is_refused(
    role: Role, reason: str, error: type[RuleBrokenError]
) -> None:
    with pytest.raises(error):
        lift(make_question(), make_user(role, is_superuser=True), reason)

    assert not BlindnessLift.objects.exists()


@pytest.mark.parametrize("reason", ["\x00", "x" * 2001], ids=["nul", "long"])
def test_reason_that_cannot_be_stored_is_refused(reason: str) -> None:
    with pytest.raises(ValidationError):
        lift(make_question(), reason=reason)


def test_blindness_is_lifted_once_and_only_while_somebody_is_blind() -> None:
    lifted, resolved = make_question(), make_question()
    lift(lifted)
    resolve(resolved)

    with pytest.raises(AlreadyLiftedError):
        lift(lifted)
    with pytest.raises(AlreadyResolvedError):
        lift(resolved)


def test_lead_gives_no_verdict_even_where_blindness_is_lifted() -> None:
    question, lead = make_question(), make_user(Role.LEAD)
    lift(question, lead)

    with pytest.raises(NotBlindError):
        give_verdict(question=question, reviewer=lead, answer="annulled", as_of=AFTER)
