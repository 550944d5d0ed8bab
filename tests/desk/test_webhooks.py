"""Webhooks in the admin: made, tried, given another secret, disabled, and their log."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from forecasts.models import User
from mail.models import Webhook, WebhookMessage
from mail.webhooks.events import EVENTS
from mail.webhooks.sendings import Reply
from tests.desk.conftest import sign_in
from tests.factories import AFTER, make_forecast
from tests.mail.webhooks import FAILED, hook_at, take_next, tell_of_everything

pytestmark = pytest.mark.django_db
State = WebhookMessage.State
URL = "https://hooks.dev/in"
LIST = "/admin/mail/webhook/"
LOG = "/admin/mail/webhookmessage/"


@pytest.fixture
def client(lead: User) -> Client:
    return sign_in(lead)


@pytest.fixture
def webhook() -> Webhook:
    return hook_at(URL, as_of=AFTER)


def page(response: Any) -> str:
    text: str = response.content.decode()
    return text


def of(webhook: Webhook, name: str) -> str:
    return reverse(f"admin:mail_webhook_{name}", args=[webhook.pk])


def messages_told() -> list[WebhookMessage]:
    make_forecast()
    tell_of_everything()
    return list(WebhookMessage.objects.order_by("pk"))


def test_a_lead_makes_a_webhook_and_sees_its_secret_once(client: Client, lead: User) -> None:
    kinds = ["forecast.recorded", "resolution.recorded"]

    response = client.post(f"{LIST}add/", {"name": "A site", "url": URL, "kinds": kinds})

    webhook = Webhook.objects.get()
    assert (webhook.owner, webhook.kinds, webhook.made_at) == (lead, kinds, AFTER)
    assert f'value="{webhook.secret}"' in page(response)
    assert "no-store" in response.headers["Cache-Control"]
    for url in (LIST, of(webhook, "change"), of(webhook, "history"), of(webhook, "rotate")):
        assert webhook.secret not in page(client.get(url))
    assert webhook.secret not in str(list(LogEntry.objects.values()))


def test_the_events_are_check_boxes(client: Client) -> None:
    form = page(client.get(f"{LIST}add/"))

    assert form.count('type="checkbox" name="kinds"') == len(EVENTS)
    assert "resolution.corrected: Ruling that takes the place of another" in form


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "https://hooks.dev:22/"}, "url"),
        ({"url": "ftp://hooks.dev/"}, "url"),
        ({"url": "https://hooks.dev/\u202ea"}, "url"),
        ({"url": ""}, "url"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"kinds": ["score.changed"]}, "kinds"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(
    client: Client, typed: dict[str, Any], field: str
) -> None:
    response = client.post(f"{LIST}add/", {"name": "A site", "url": URL, **typed})

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert not Webhook.objects.exists()


def test_name_address_and_events_can_be_changed(client: Client, webhook: Webhook) -> None:
    typed = {"name": "Another", "url": "https://b.dev/", "kinds": ["range.adopted"]}

    response = client.post(of(webhook, "change"), typed)

    row = Webhook.objects.get()
    assert response.status_code == 302
    assert (row.name, row.url, row.kinds) == ("Another", "https://b.dev/", ["range.adopted"])
    assert (row.secret, row.owner) == (webhook.secret, webhook.owner)


def test_nothing_else_can_be_changed(client: Client, webhook: Webhook) -> None:
    typed = {"name": "A", "url": URL, "position": "99", "secret": "whsec_x", "owner": "1"}

    client.post(of(webhook, "change"), typed)

    row = Webhook.objects.get()
    assert (row.position, row.secret, row.owner) == (0, webhook.secret, webhook.owner)


def test_the_list_says_where_each_stands(client: Client) -> None:
    hook_at(URL, "forecast.recorded")
    messages_told()
    take_next(AFTER)
    failing, gone = hook_at(URL), hook_at(URL)
    messages_told()
    while take_next(AFTER, FAILED):
        pass
    Webhook.objects.filter(pk=gone.pk).update(disabled_at=AFTER, reason="It is gone.")

    shown = page(client.get(LIST))

    assert Webhook.objects.get(pk=failing.pk).failing_since == AFTER
    for text in ("failing</span>", "disabled <time", "It is gone."):
        assert text in shown


def test_the_list_takes_as_many_queries_for_many(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        hook_at(URL)
    messages_told()

    with django_assert_max_num_queries(9):
        client.get(LIST)
    with django_assert_max_num_queries(11):
        client.get(LOG)


def test_a_new_secret_is_shown_once_and_the_old_one_goes_on_for_a_day(
    client: Client, webhook: Webhook
) -> None:
    response = client.post(of(webhook, "rotate"))

    row = Webhook.objects.get()
    assert f'value="{row.secret}"' in page(response)
    assert webhook.secret not in page(response)
    assert (row.old_secret, row.old_secret_until is not None) == (webhook.secret, True)


def test_a_secret_that_got_out_is_ended_at_once(client: Client, webhook: Webhook) -> None:
    client.post(of(webhook, "rotate"), {"at_once": "on"})

    row = Webhook.objects.get()
    assert (row.old_secret, row.secret == webhook.secret) == ("", False)


@pytest.mark.parametrize("name", ["rotate", "test", "disable", "enable"])
def test_to_look_at_a_page_changes_nothing(client: Client, webhook: Webhook, name: str) -> None:
    before = Webhook.objects.values().get()

    assert client.get(of(webhook, name)).status_code == 200

    assert Webhook.objects.values().get() == before
    assert not WebhookMessage.objects.exists()


def test_it_is_disabled_and_enabled_by_hand(client: Client, webhook: Webhook) -> None:
    disabled = client.post(of(webhook, "disable"), follow=True)
    again = client.post(of(webhook, "disable"))
    test = client.post(of(webhook, "test"))
    enabled = client.post(of(webhook, "enable"), follow=True)
    twice = client.post(of(webhook, "enable"))

    assert "Nothing is sent there any more." in page(disabled)
    assert ">Enable</a>" in page(disabled)
    assert ">Send a test</a>" not in page(disabled)
    for refused in (again, test):
        assert "This webhook is disabled. Enable it first." in page(refused)
    assert "It is told again." in page(enabled)
    assert "This webhook is enabled already." in page(twice)
    assert Webhook.objects.get().disabled_at is None


def test_a_test_is_sent_and_its_answer_read_in_the_log(client: Client, webhook: Webhook) -> None:
    sent = client.post(of(webhook, "test"), follow=True)
    twice = client.post(of(webhook, "test"))
    take_next(AFTER, Reply(7, 200, excerpt="<script>alert(1)</script>"))

    message = WebhookMessage.objects.get()
    shown = page(client.get(f"{LOG}{message.pk}/change/"))
    assert "The test goes out within half a minute" in page(sent)
    assert "A test is on its way already." in page(twice)
    for text in ("webhook.test", "&lt;script&gt;alert(1)", "This is a test. Nothing happened."):
        assert text in shown
    assert "<script>alert(1)" not in shown


def test_the_log_is_filtered_by_state_and_webhook(client: Client, webhook: Webhook) -> None:
    hook_at(URL, "forecast.recorded")
    first, *_ = messages_told()
    take_next(AFTER)

    delivered = client.get(LOG, {"state": "delivered"}).context["cl"].result_list
    of_webhook = client.get(LOG, {"webhook__id__exact": webhook.pk}).context["cl"].result_list

    assert [row.pk for row in delivered] == [first.pk]
    assert [row.webhook_id for row in of_webhook] == [webhook.pk] * 2


def test_one_message_is_sent_again_after_a_look(client: Client, webhook: Webhook) -> None:
    first, second = messages_told()
    take_next(AFTER)
    url = reverse("admin:mail_webhookmessage_resend", args=[first.pk])

    looked = client.get(url)
    untouched = WebhookMessage.objects.get(pk=first.pk).state
    sent = client.post(url, follow=True)
    twice = client.post(url)

    assert "It keeps its id" in page(looked)
    assert (untouched, WebhookMessage.objects.get(pk=first.pk).state) == ("delivered", "pending")
    assert "The message goes out within half a minute." in page(sent)
    assert "Nothing to send again" in page(twice)
    assert WebhookMessage.objects.get(pk=second.pk).state == State.PENDING


def test_many_are_sent_again_after_a_look(client: Client, webhook: Webhook) -> None:
    messages_told()
    rows = WebhookMessage.objects.all()
    rows.update(state=State.FAILED)
    chosen = {"action": "send_again", "_selected_action": [row.pk for row in rows]}

    asked = client.post(LOG, chosen)
    untouched = set(rows.values_list("state", flat=True))
    sent = client.post(LOG, {**chosen, "confirmed": "yes"}, follow=True)
    again = client.post(LOG, {**chosen, "confirmed": "yes"}, follow=True)

    assert "2 messages" in page(asked)
    assert untouched == {State.FAILED}
    assert "2 messages will be sent again, the oldest first." in page(sent)
    assert set(rows.values_list("state", flat=True)) == {State.PENDING}
    assert "Nothing to send again" in page(again)


def test_a_message_that_is_not_there_is_not_found(client: Client, webhook: Webhook) -> None:
    assert client.post(f"{LOG}999/resend/").status_code == 404
    assert client.post(f"{LIST}999/rotate/").status_code == 404


def test_nobody_changes_or_adds_a_message(client: Client, webhook: Webhook) -> None:
    first, *_ = messages_told()

    changed = client.post(f"{LOG}{first.pk}/change/", {"state": "delivered"})
    added = client.get(f"{LOG}add/")

    assert (changed.status_code, added.status_code) == (403, 403)
    assert WebhookMessage.objects.get(pk=first.pk).body == first.body


@pytest.mark.parametrize("role", ["reviewer", "coder"])
def test_nobody_else_reaches_any_of_it(
    role: str, request: pytest.FixtureRequest, webhook: Webhook
) -> None:
    other = sign_in(request.getfixturevalue(role))
    first, *_ = messages_told()
    before = Webhook.objects.values().get()

    for name in ("rotate", "test", "disable", "enable", "change"):
        assert other.post(of(webhook, name)).status_code == 403
    assert other.post(f"{LIST}add/", {"name": "A", "url": URL}).status_code == 403
    assert other.post(f"{LOG}{first.pk}/resend/").status_code == 403

    assert {**Webhook.objects.values().get(), "position": 0} == {**before, "position": 0}
