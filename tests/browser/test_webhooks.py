"""Pages of webhooks: a lead makes one, and each page passes axe on a screen and on a phone."""

import pytest

from forecasts.models import Role
from mail.models import Webhook, WebhookMessage
from mail.webhooks.registrations import stop_webhook
from tests.browser.conftest import OpenPage, log_in
from tests.browser.test_accessibility import look
from tests.factories import AFTER, make_forecast, make_user
from tests.mail.webhooks import FAILED, hook_at, take_next, tell_of_everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/mail/webhook/"
LOG = "/admin/mail/webhookmessage/"


def pages() -> dict[str, str]:
    failing = hook_at(f"https://hooks.dev/{'long/' * 60}")
    stopped = hook_at("https://gone.dev/")
    make_forecast(quote="It will certainly happen, whatever anybody says about it. " * 5)
    tell_of_everything()
    while take_next(AFTER, FAILED):
        pass
    stop_webhook(webhook=stopped, reason="Nothing could be delivered for three days.", as_of=AFTER)
    message = WebhookMessage.objects.order_by("pk").first()
    assert message is not None
    WebhookMessage.objects.filter(pk=message.pk).update(state="failed")
    return {
        "list": LIST,
        "add": f"{LIST}add/",
        "failing": f"{LIST}{failing.pk}/change/",
        "disabled": f"{LIST}{stopped.pk}/change/",
        "rotate": f"{LIST}{failing.pk}/rotate/",
        "test": f"{LIST}{failing.pk}/test/",
        "enable": f"{LIST}{stopped.pk}/enable/",
        "log": LOG,
        "message": f"{LOG}{message.pk}/change/",
        "resend": f"{LOG}{message.pk}/resend/",
    }


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_pages_of_webhooks_have_no_violation(open_page: OpenPage, color_scheme: str) -> None:
    lead, wrong, urls = make_user(Role.LEAD), [], pages()
    page = open_page(color_scheme)
    log_in(page, lead)

    for name, url in urls.items():
        page.goto(url)
        wrong += look(page, name)
    page.goto(LOG)
    page.check("input.action-select >> nth=0")
    page.select_option("select[name=action]", "send_again")
    page.click("button[name=index]")
    page.wait_for_selector("input[name=confirmed]", state="attached")
    wrong += look(page, "send again")

    assert not wrong, "\n".join(wrong)


def test_a_lead_makes_a_webhook_and_copies_its_secret(
    open_page: OpenPage, complaints: list[str]
) -> None:
    page = open_page()
    log_in(page, make_user(Role.LEAD))

    page.goto(f"{LIST}add/")
    page.fill("input[name=name]", "A site")
    page.fill("input[name=url]", "https://hooks.dev/in")
    page.check("text=resolution.recorded")
    page.click("input[name=_save]")

    webhook = Webhook.objects.get()
    assert page.input_value("#secret") == webhook.secret
    assert webhook.kinds == ["resolution.recorded"]
    assert complaints == []
    assert look(page, "secret") == []
