"""The rules of webhooks that somebody can break. Each class's docstring is its message."""

from forecasts.exceptions import RuleBrokenError


class KeeperMissingError(RuleBrokenError):
    """Only leads and administrators keep webhooks."""

    code = "keeper_missing"


class NotPublicAddressError(RuleBrokenError):
    """Nothing can be sent there: {flaw}."""

    code = "not_public_address"


class UnknownEventError(RuleBrokenError):
    """There is no event {event}."""

    code = "unknown_event"


class WebhookDisabledError(RuleBrokenError):
    """This webhook is disabled. Enable it first."""

    code = "webhook_disabled"


class WebhookEnabledError(RuleBrokenError):
    """This webhook is enabled already."""

    code = "webhook_enabled"


class TrialWaitsError(RuleBrokenError):
    """A test is on its way already."""

    code = "test_waits"


class NothingToSendAgainError(RuleBrokenError):
    """Nothing to send again: the messages are on their way, or their webhooks are disabled."""

    code = "nothing_to_send_again"
