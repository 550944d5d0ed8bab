"""Making, changing, disabling webhooks, and giving them another secret."""

from datetime import datetime, timedelta

from django.db import transaction

from forecasts.addresses import flaw_in, flaw_in_host
from forecasts.models import Role, User
from forecasts.models.hosts import host_of
from forecasts.selectors.ledgers import ledger_head
from forecasts.services.saving import atomic_or_busy, save_checked
from mail.models import Webhook, WebhookMessage
from mail.webhooks.events import EVENTS
from mail.webhooks.exceptions import (
    KeeperMissingError,
    NotPublicAddressError,
    UnknownEventError,
    WebhookDisabledError,
    WebhookEnabledError,
)
from mail.webhooks.signatures import new_secret

# How long messages are signed with the old secret as well as with the new.
ROTATION = timedelta(days=1)
BY_HAND = "Somebody disabled it here."


def require_keeper(user: User) -> None:
    """Raise KeeperMissingError unless the user leads or administers."""
    if not user.has_role(Role.LEAD) and not (user.is_active and user.is_superuser):
        raise KeeperMissingError


@atomic_or_busy()
def make_webhook(*, webhook: Webhook, by: User, as_of: datetime) -> Webhook:
    """Store a new webhook, which is told of what enters the ledger from now on.

    The row has a name, an address and kinds of events; the secret is on it when it comes back.
    Raises KeeperMissingError, NotPublicAddressError, UnknownEventError, and ValidationError
    by field.
    """
    require_keeper(by)
    _check(webhook)
    webhook.owner, webhook.made_at = by, as_of
    webhook.secret, webhook.position = new_secret(), ledger_head().number
    return save_checked(webhook)


@atomic_or_busy()
def change_webhook(*, webhook: Webhook, by: User) -> Webhook:
    """Store another name, address or choice of events. What waits goes to the new address.

    Raises KeeperMissingError, NotPublicAddressError, UnknownEventError, and ValidationError
    by field.
    """
    require_keeper(by)
    _check(webhook)
    webhook.clean_fields(exclude=("owner",))
    webhook.save(update_fields=("name", "url", "kinds"))
    return webhook


@atomic_or_busy()
def rotate_secret(*, webhook: Webhook, by: User, as_of: datetime, at_once: bool = False) -> str:
    """Sign with a new secret, which is returned, and for a day with the old one, too.

    at_once: the old one got out, and signs nothing any more. Raises KeeperMissingError.
    """
    require_keeper(by)
    row = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    row.old_secret = "" if at_once else row.secret
    row.old_secret_until = None if at_once else as_of + ROTATION
    row.secret = new_secret()
    row.save(update_fields=("secret", "old_secret", "old_secret_until"))
    return row.secret


@atomic_or_busy()
def disable_webhook(*, webhook: Webhook, by: User, as_of: datetime) -> None:
    """Send nothing there any more. Raises KeeperMissingError, WebhookDisabledError."""
    require_keeper(by)
    if not stop_webhook(webhook=webhook, reason=BY_HAND, as_of=as_of):
        raise WebhookDisabledError


@transaction.atomic
def stop_webhook(*, webhook: Webhook, reason: str, as_of: datetime) -> bool:
    """Disable a webhook, whoever or whatever asks for it; says whether it was enabled."""
    enabled = Webhook.objects.enabled().filter(pk=webhook.pk)
    return bool(enabled.update(disabled_at=as_of, reason=reason))


@atomic_or_busy()
def enable_webhook(
    *, webhook: Webhook, by: User, as_of: datetime, skip_missed: bool = False
) -> None:
    """Send again, from where it stopped; what waits is tried at once.

    skip_missed: what entered the ledger meanwhile is left out. Raises KeeperMissingError,
    WebhookEnabledError.
    """
    require_keeper(by)
    # Messages before their webhook, as senders lock them.
    waiting = WebhookMessage.objects.filter(webhook=webhook.pk, state=WebhookMessage.State.PENDING)
    if skip_missed:
        waiting.update(state=WebhookMessage.State.FAILED)
    waiting.update(not_before=as_of, n_attempts=0)
    disabled = Webhook.objects.filter(pk=webhook.pk, disabled_at__isnull=False)
    facts: dict[str, object] = {"disabled_at": None, "reason": "", "failing_since": None}
    if skip_missed:
        facts["position"] = ledger_head().number
    if not disabled.update(**facts):
        raise WebhookEnabledError


def _check(webhook: Webhook) -> None:
    if flaw := flaw_in(webhook.url) or flaw_in_host(host_of(webhook.url)):
        raise NotPublicAddressError(flaw=flaw, field="url")
    unknown = [kind for kind in webhook.kinds if kind not in EVENTS]
    if unknown:
        raise UnknownEventError(event=str(unknown[0])[:50], field="kinds")
    webhook.kinds = [kind for kind in EVENTS if kind in webhook.kinds]
