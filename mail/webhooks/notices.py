"""The mail that says that a webhook was disabled."""

from datetime import datetime

from django.db.models import QuerySet

from forecasts.models import Role, User
from mail.links import site_link
from mail.models import Delivery, Webhook
from mail.one_offs import queue_one_off


def queue_disabled_notice(*, webhook: Webhook, reason: str, as_of: datetime) -> None:
    """Tell its owner; the leads, where the owner has left."""
    link = site_link("admin:mail_webhook_change", webhook.pk)
    context = {"webhook": webhook, "reason": reason, "link": link}
    for user in _keepers_of(webhook):
        queue_one_off(
            key=f"webhook:{webhook.pk}:disabled:{as_of.timestamp():.0f}:{user.pk}",
            kind=Delivery.Kind.NOTICE,
            template="webhook_disabled",
            address=user.email,
            context=context,
            as_of=as_of,
        )


def _keepers_of(webhook: Webhook) -> QuerySet[User]:
    reachable = User.objects.filter(is_active=True).exclude(email="")
    owner = reachable.filter(pk=webhook.owner_id)
    return owner if owner.exists() else reachable.filter(groups__name=Role.LEAD)
