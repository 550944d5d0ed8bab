"""Disputes: what is taken in, who may answer, and what stays."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from forecasts.exceptions import (
    AlreadyDecidedError,
    AppendOnlyError,
    DisputeHandledError,
    LimitReachedError,
    NotAcknowledgedError,
    OwnWorkError,
    ReasonMissingError,
    RoleMissingError,
)
from forecasts.models import Dispute, Forecast, Resolution, Role, Usage, User
from forecasts.selectors.disputes import Punctuality, punctuality
from forecasts.services.codings import record_coding
from forecasts.services.disputes import (
    MOST_A_DAY,
    acknowledge_dispute,
    decide_dispute,
    dismiss_dispute,
)
from forecasts.services.resolutions import correct_resolution
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)
from tests.forecasts.disputes import HOUR, NETWORK, decide, make_dispute, make_open_dispute
from tests.forecasts.test_races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ZERO = Decimal(0)


def make_statement(**fields: Any) -> Any:
    return record_unscorable_statement(
        source=make_source(),
        quote="maybe",
        reason="judgment",
        attributed_to="many",
        by=fields.get("by") or make_user(Role.CODER),
        as_of=START,
    )


RECORDS: dict[str, Callable[[], Any]] = {
    "expert": make_expert,
    "question": make_question,
    "forecast": make_forecast,
    "resolution": lambda: resolve(make_question()),
    "source": make_source,
    "statement": make_statement,
}


@pytest.mark.parametrize("target", RECORDS)
def test_every_record_can_be_disputed(target: str) -> None:
    record = RECORDS[target]()

    dispute = make_dispute(record, name=" Ada ", speaks_as="expert", link="https://ada.org/")

    dispute.refresh_from_db()
    assert (dispute.target, dispute.record) == (target, record)
    assert (dispute.name, dispute.acknowledged_at, dispute.is_open) == ("Ada", None, False)
    # 2026-02-01 is a Sunday.
    assert dispute.acknowledge_by == AFTER.replace(day=4) == AFTER + 3 * DAY
    assert dispute.decide_by == AFTER + 15 * DAY


@pytest.mark.parametrize("others", [{}, {"expert": 1, "source": 1}])
def test_dispute_is_about_exactly_one_record(others: dict[str, int]) -> None:
    made = {name: RECORDS[name]() for name in others}
    times = dict.fromkeys(("received_at", "acknowledge_by", "decide_by"), AFTER)

    with pytest.raises(IntegrityError, match="dispute_one_target"), transaction.atomic():
        Dispute.objects.create(text="No.", nonce=uuid4(), **made, **times)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", ""),
        ("text", "  \n "),
        ("text", "x" * 4001),
        ("text", "hidden\u202eecalp"),
        ("text", "a\x00b"),
        ("text", "a\x1bb"),
        ("name", "Two\nlines"),
        ("name", "x" * 201),
        ("name", "a\u2066b"),
        ("link", "javascript:alert(1)"),
        ("link", "ftp://example.org"),
        ("speaks_as", "god"),
    ],
)
def test_what_no_record_may_hold_is_refused(field: str, value: str) -> None:
    expert = make_expert()

    with pytest.raises(ValidationError) as refused:
        make_dispute(expert, **{field: value})

    assert list(refused.value.error_dict) == [field]
    assert (Dispute.objects.count(), Usage.objects.count()) == (0, 0)


def test_text_is_kept_in_normal_form() -> None:
    dispute = make_dispute(make_expert(), text="Cafe\u0301\r\nNo.", network=NETWORK)

    assert dispute.text == "Caf\u00e9\nNo."


def test_same_form_makes_one_dispute_and_counts_once() -> None:
    expert, nonce = make_expert(), uuid4()

    first = make_dispute(expert, nonce=nonce, network=NETWORK)
    again = make_dispute(expert, nonce=nonce, network=NETWORK, text="Again")

    assert (again.pk, again.text) == (first.pk, "I never said that.")
    assert Usage.objects.get().n == 1


def test_a_network_may_dispute_so_often_a_day() -> None:
    expert = make_expert()
    for _ in range(MOST_A_DAY):
        make_dispute(expert, network=NETWORK)

    with pytest.raises(LimitReachedError):
        make_dispute(expert, network=NETWORK)

    assert Dispute.objects.count() == MOST_A_DAY
    make_dispute(expert, network=NETWORK, as_of=AFTER + DAY)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_submissions_at_once_the_limit_passes() -> None:
    expert = make_expert()

    results = at_once(*[lambda: make_dispute(expert, network=NETWORK)] * 50)

    assert results == {"ok": MOST_A_DAY, "limit_reached": 50 - MOST_A_DAY}
    assert Dispute.objects.count() == Usage.objects.get().n == MOST_A_DAY


@pytest.mark.django_db(transaction=True)
def test_same_form_sent_many_times_at_once_makes_one_dispute() -> None:
    expert, nonce = make_expert(), uuid4()

    results = at_once(*[lambda: make_dispute(expert, network=NETWORK, nonce=nonce)] * 20)

    assert results == {"ok": 20}
    assert (Dispute.objects.count(), Usage.objects.get().n) == (1, 1)


def test_acknowledged_dispute_is_open_until_it_is_decided() -> None:
    dispute = make_open_dispute(make_expert())
    acknowledged = AFTER + HOUR

    decide(dispute)

    at = (AFTER, acknowledged, acknowledged + HOUR)
    assert [Dispute.objects.open(moment).count() for moment in at] == [0, 1, 0]


def test_later_decision_supersedes_and_opens_nothing() -> None:
    dispute = make_open_dispute(make_expert())
    first = decide(dispute, outcome="rejected")

    second = decide(dispute, replaces=first.pk, as_of=AFTER + 9 * HOUR)

    dispute.refresh_from_db()
    first.refresh_from_db()
    assert (second.supersedes, first.superseded_at) == (first, AFTER + 9 * HOUR)
    assert dispute.decided_at == AFTER + 2 * HOUR
    assert not Dispute.objects.open(AFTER + 8 * HOUR).exists()
    with pytest.raises(AppendOnlyError):
        first.save()


def test_dismissed_dispute_is_never_public() -> None:
    dispute, lead = make_dispute(make_expert()), make_user(Role.LEAD)

    dismiss_dispute(dispute=dispute, lead=lead, reason="Advertising", as_of=AFTER)

    dispute.refresh_from_db()
    assert (dispute.dismissed_by, dispute.dismissal_reason) == (lead, "Advertising")
    assert not Dispute.objects.public().exists()
    with pytest.raises(DisputeHandledError, match="dismissed"):
        acknowledge_dispute(dispute=dispute, lead=lead, as_of=AFTER)
    with pytest.raises(DisputeHandledError, match="dismissed"):
        decide_dispute(dispute=dispute, lead=lead, outcome="upheld", answer="Yes", as_of=AFTER)


def test_what_is_public_cannot_be_dismissed() -> None:
    dispute = make_open_dispute(make_expert())

    with pytest.raises(DisputeHandledError, match="acknowledged"):
        dismiss_dispute(dispute=dispute, lead=make_user(Role.LEAD), reason="x", as_of=AFTER)


def test_dismissal_needs_a_reason() -> None:
    with pytest.raises(ReasonMissingError):
        dismiss_dispute(
            dispute=make_dispute(make_expert()), lead=make_user(Role.LEAD), reason=" ", as_of=AFTER
        )


def test_dispute_is_acknowledged_before_it_is_decided() -> None:
    with pytest.raises(NotAcknowledgedError):
        decide_dispute(
            dispute=make_dispute(make_expert()), lead=make_user(Role.LEAD), outcome="upheld",
            answer="Yes", as_of=AFTER,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"), [("answer", ""), ("answer", "a\u202eb"), ("outcome", "perhaps")]
)
def test_decision_that_cannot_be_stored_is_refused(field: str, value: str) -> None:
    dispute = make_open_dispute(make_expert())

    with pytest.raises(ValidationError) as refused:
        decide(dispute, **{field: value})

    assert list(refused.value.error_dict) == [field]
    assert dispute.decisions.count() == 0


@pytest.mark.parametrize("role", [Role.CODER, Role.REVIEWER, None])
def test_only_a_lead_answers(role: Role | None) -> None:
    user = make_user(role) if role else make_user(is_superuser=True)
    dispute, public = make_dispute(make_expert()), make_open_dispute(make_expert())

    for act in (
        lambda: acknowledge_dispute(dispute=dispute, lead=user, as_of=AFTER),
        lambda: dismiss_dispute(dispute=dispute, lead=user, reason="Spam", as_of=AFTER),
        lambda: decide(public, lead=user),
    ):
        with pytest.raises(RoleMissingError):
            act()


@pytest.mark.django_db(transaction=True)
def test_of_many_decisions_at_once_one_stands() -> None:
    dispute = make_open_dispute(make_expert())
    leads = [make_user(Role.LEAD) for _ in range(20)]

    results = at_once(*(lambda lead=lead: decide(dispute, lead=lead) for lead in leads))

    assert results == {"ok": 1, "already_decided": 19}
    assert dispute.decisions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_dispute_is_acknowledged_or_dismissed_not_both() -> None:
    dispute, leads = make_dispute(make_expert()), [make_user(Role.LEAD) for _ in range(20)]

    results = at_once(
        *(
            (lambda lead=lead: acknowledge_dispute(dispute=dispute, lead=lead, as_of=AFTER))
            if n % 2
            else (
                lambda lead=lead: dismiss_dispute(
                    dispute=dispute, lead=lead, reason="Spam", as_of=AFTER
                )
            )
            for n, lead in enumerate(leads)
        )
    )

    assert results == {"ok": 1, "dispute_handled": 19}


def recorded_by(lead: User) -> Any:
    return make_forecast(by=lead)


def coded_by(lead: User) -> Any:
    forecast = make_forecast(None)
    for coder in (lead, make_user(Role.CODER)):
        record_coding(forecast=forecast, coder=coder, low=ZERO, mid=ZERO, high=ZERO, as_of=START)
    return forecast


def answered_by(lead: User) -> Any:
    question = make_question(required_verdicts=2)
    give_verdict(
        question=question, reviewer=lead, answer="yes", known_at=DEADLINE, links=LINKS, as_of=AFTER
    )
    return question


def ruled_by(lead: User) -> Any:
    question = make_question()
    resolve(question)
    return correct_resolution(
        question=question, lead=lead, answer="ambiguous", reason="Read again", as_of=AFTER
    )


OWN: dict[str, Callable[[User], Any]] = {
    "recorded": recorded_by,
    "coded": lambda lead: Forecast.objects.get(pk=coded_by(lead).pk),
    "source of coded": lambda lead: coded_by(lead).source,
    "question with coded": lambda lead: coded_by(lead).question,
    "answered": answered_by,
    "ruled": ruled_by,
    "statement": lambda lead: make_statement(by=lead),
}


@pytest.mark.parametrize("kind", OWN)
def test_nobody_decides_about_their_own_work(kind: str) -> None:
    lead = make_user(Role.LEAD, Role.REVIEWER)
    dispute = make_open_dispute(OWN[kind](lead))

    with pytest.raises(OwnWorkError):
        decide(dispute, lead=lead)

    assert decide(dispute).outcome == "upheld"


def test_nobody_dismisses_a_dispute_about_their_own_work() -> None:
    lead, _ = make_user(Role.LEAD), make_user(Role.LEAD)
    dispute = make_dispute(recorded_by(lead))

    with pytest.raises(OwnWorkError):
        dismiss_dispute(dispute=dispute, lead=lead, reason="Spam", as_of=AFTER)


def test_lead_without_another_one_decides_about_anything() -> None:
    lead, _ = make_user(Role.LEAD), make_user(Role.LEAD, is_active=False)
    dispute = make_dispute(recorded_by(lead))
    acknowledge_dispute(dispute=dispute, lead=lead, as_of=AFTER + HOUR)
    dispute.refresh_from_db()

    assert decide(dispute, lead=lead).decided_by == lead


def test_ruling_disputed_is_about_its_question() -> None:
    question = make_question()
    ruling = resolve(question)

    dispute = make_open_dispute(ruling)

    assert dispute.record == Resolution.objects.get(question=question)


def test_decision_on_what_somebody_has_not_read_is_refused() -> None:
    dispute = make_open_dispute(make_expert())
    first = decide(dispute)
    decide(dispute, replaces=first.pk)

    with pytest.raises(AlreadyDecidedError, match="upheld"):
        decide(dispute, replaces=first.pk)


def test_target_times_are_counted_when_they_have_come() -> None:
    lead = make_user(Role.LEAD)
    in_time, late, silent, spam = (make_dispute(make_expert()) for _ in range(4))
    for dispute, days in ((in_time, 1), (late, 5)):
        acknowledge_dispute(dispute=dispute, lead=lead, as_of=AFTER + days * DAY)
        dispute.refresh_from_db()
        decide(dispute, as_of=AFTER + 4 * days * DAY)
    dismiss_dispute(dispute=spam, lead=lead, reason="Spam", as_of=AFTER)
    make_dispute(make_expert(), as_of=AFTER + 10 * DAY)

    found = punctuality(AFTER + 10 * DAY)

    assert silent.acknowledge_by < AFTER + 10 * DAY < silent.decide_by
    assert found == Punctuality(
        n_acknowledged=2, n_acknowledged_in_time=1, n_to_acknowledge=3,
        n_decided_in_time=1, n_to_decide=2, n_dismissed=1,
    )  # fmt: skip
