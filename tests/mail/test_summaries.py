"""Leads hear on Mondays how reviewing went, as long as they want to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from forecasts.models import Role, User
from forecasts.services.absences import record_absence
from mail.content.summaries import SummaryContent, summary_content
from mail.models import Delivery
from mail.outbox import send_ready_mail
from mail.summaries import BadSummaryTokenError, queue_summaries, summary_link, user_of_summary
from tests.factories import DEADLINE, make_forecast, make_question, make_user, resolve
from tests.forecasts.disputes import make_dispute
from tests.mailservers import Postbox
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
# A Monday, two weeks and more after DEADLINE; eight o'clock in UTC.
MONDAY = datetime(2026, 2, 16, 8, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY


def keys() -> set[str]:
    return set(Delivery.objects.values_list("key", flat=True))


def content(as_of: datetime = MONDAY) -> SummaryContent:
    return summary_content("2026-W07", starts_at=as_of - WEEK, as_of=as_of)


def path_of(user: User) -> str:
    return summary_link(user).removeprefix("https://hindcast.test")


def test_each_lead_gets_one_summary_of_the_week_before_at_their_hour() -> None:
    near = make_user(Role.LEAD)
    far = make_user(Role.LEAD, time_zone="America/New_York", prompt_hour=9)
    make_user(Role.REVIEWER)
    make_user(Role.LEAD, is_active=False)
    make_user(Role.LEAD, wants_summary=False)
    make_user(is_superuser=True)
    last = MONDAY - timedelta(minutes=1)

    counts = [
        queue_summaries(as_of=MONDAY, last_ran=last),
        queue_summaries(as_of=MONDAY + timedelta(minutes=1), last_ran=last),
        queue_summaries(as_of=MONDAY + 6 * timedelta(hours=1), last_ran=MONDAY),
        queue_summaries(as_of=MONDAY + DAY, last_ran=MONDAY + 6 * timedelta(hours=1)),
    ]

    assert counts == [1, 0, 1, 0]
    assert keys() == {f"summary:2026-W07:user:{user.pk}" for user in (near, far)}


def test_after_downtime_only_the_newest_week_is_told_of() -> None:
    lead = make_user(Role.LEAD)

    n_made = queue_summaries(as_of=MONDAY + 3 * DAY, last_ran=MONDAY - 3 * WEEK)

    assert n_made == 1
    assert keys() == {f"summary:2026-W07:user:{lead.pk}"}


def test_first_sweep_of_an_installation_makes_none_and_the_next_monday_does() -> None:
    make_user(Role.LEAD)
    first = MONDAY + 2 * DAY

    counts = [
        queue_summaries(as_of=first, last_ran=None),
        queue_summaries(as_of=first + DAY, last_ran=first),
        queue_summaries(as_of=MONDAY + WEEK, last_ran=first + DAY),
    ]

    assert counts == [0, 0, 1]


def test_who_becomes_a_lead_on_a_wednesday_waits_for_monday() -> None:
    make_user(Role.LEAD)

    assert queue_summaries(as_of=MONDAY + 2 * DAY, last_ran=MONDAY + 2 * DAY - DAY) == 0


def test_who_is_away_gets_none() -> None:
    lead = make_user(Role.LEAD)
    record_absence(user=lead, starts_on=date(2026, 2, 15), ends_on=date(2026, 2, 20), by=lead, as_of=MONDAY - DAY)  # fmt: skip  # noqa: E501

    assert queue_summaries(as_of=MONDAY, last_ran=MONDAY - DAY) == 0


def test_summary_says_what_was_resolved_what_waits_and_who_has_how_much_to_do() -> None:
    make_user(Role.REVIEWER, username="idle")
    done = make_question(title="Will it flood?", required_verdicts=2)
    resolve(done, "no", as_of=MONDAY - DAY)
    late = make_question(title="Will it dry?")
    resolve(make_question(title="Of an earlier week"), as_of=DEADLINE + DAY)
    resolve(make_question(title="Invented", synthetic=True), as_of=MONDAY - DAY)

    found = content()

    assert [(one.title, one.answer) for one in found.resolved] == [("Will it flood?", "No")]
    assert [(one.title, one.days, one.asked) for one in found.overdue] == [
        (late.title, (MONDAY - DEADLINE).days, ())
    ]
    assert found.agreement.n_units == 1
    assert [(pair.n, pair.n_agreed) for pair in found.pairs] == [(1, 1)]
    answered = {one.name: (one.n_answered, one.n_open) for one in found.workloads}
    assert answered["idle"] == (0, 0)
    assert sorted(answered.values()) == [(0, 0), (0, 0), (0, 0), (1, 0), (1, 0)]
    assert not found.is_empty


def test_summary_lists_disputes_near_their_target_without_what_they_are_about() -> None:
    forecast = make_forecast("0.7", quote="a secret quote")
    dispute = make_dispute(forecast)

    found = content(dispute.acknowledge_by - DAY)
    early = content(dispute.received_at)

    assert [(one.number, one.is_new, one.is_late) for one in found.disputes] == [
        (dispute.pk, True, False)
    ]
    assert "quote" not in repr(found)
    assert early.n_disputes == int(dispute.acknowledge_by - dispute.received_at <= 2 * DAY)


def test_mail_says_nothing_of_forecasts() -> None:
    make_user(Role.LEAD, Role.REVIEWER)
    expert = make_forecast("0.7321", quote="a secret quote").expert

    queue_summaries(as_of=MONDAY, last_ran=MONDAY - DAY)

    mail = Delivery.objects.get()
    for secret in ("a secret quote", expert.name, "0.73", "73%", "73 %"):
        assert secret not in f"{mail.subject}{mail.text}{mail.html}"
    assert "OVERDUE (1)" in mail.text


def test_quiet_week_is_one_line() -> None:
    make_user(Role.LEAD)

    queue_summaries(as_of=MONDAY, last_ran=MONDAY - DAY)

    mail = Delivery.objects.get()
    assert "in 2026-W07 nothing was resolved, nothing is overdue" in mail.text
    assert "Krippendorff" not in mail.text + mail.html


def test_summary_takes_as_many_queries_for_many_questions_as_for_one() -> None:
    def measured() -> int:
        with counted_queries() as queries:
            content()
        return len(queries)

    make_question()
    resolve(make_question(required_verdicts=2), as_of=MONDAY - DAY)
    few = measured()
    for _ in range(3):
        make_question()
        resolve(make_question(required_verdicts=2), as_of=MONDAY - DAY)

    assert measured() == few


def test_one_click_stops_the_summary_and_what_waits_of_it(postbox: Postbox) -> None:
    lead = make_user(Role.LEAD)
    queue_summaries(as_of=MONDAY, last_ran=MONDAY - DAY)
    headers = Delivery.objects.get().headers

    response = Client().post(path_of(lead), {"List-Unsubscribe": "One-Click"})

    lead.refresh_from_db()
    assert headers["List-Unsubscribe"] == f"<{summary_link(lead)}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert response.status_code == 200
    assert not lead.wants_summary
    assert send_ready_mail(clock=lambda: MONDAY) == 0
    assert Delivery.objects.get().state == "suppressed"


def test_looking_at_the_page_stops_nothing_and_a_stop_can_be_undone() -> None:
    reader = Client()
    lead = make_user(Role.LEAD)
    page = path_of(lead)

    asked = reader.get(page)
    reader.post(page, {"action": "unsubscribe"})
    lead.refresh_from_db()
    was_stopped = not lead.wants_summary
    undone = reader.post(page, {"action": "undo"})

    lead.refresh_from_db()
    assert "Stop the weekly summary?" in asked.content.decode()
    assert asked.headers["X-Robots-Tag"] == "noindex"
    assert was_stopped
    assert "comes again" in undone.content.decode()
    assert lead.wants_summary


def test_what_was_switched_off_at_the_desk_is_not_sent(postbox: Postbox) -> None:
    lead = make_user(Role.LEAD)
    queue_summaries(as_of=MONDAY, last_ran=MONDAY - DAY)
    User.objects.filter(pk=lead.pk).update(wants_summary=False)

    n_sent = send_ready_mail(clock=lambda: MONDAY)

    assert n_sent == 0
    assert Delivery.objects.get().error == "unsubscribed"


@pytest.mark.parametrize("token", ["1", "1:x", "x" * 500])
def test_link_that_is_not_ours_is_refused(token: str) -> None:
    with pytest.raises(BadSummaryTokenError):
        user_of_summary(token)

    assert Client().get(f"/summaries/{token}/").status_code == 404


def test_unknown_action_is_refused() -> None:
    lead = make_user(Role.LEAD)

    assert Client().post(path_of(lead), {"action": "erase"}).status_code == 400
