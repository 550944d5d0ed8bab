"""Why a page could not be fetched; the message ends the sentence "could not be kept: …"."""

from datetime import datetime


class FetchError(Exception):
    """A page could not be fetched."""


class Refused(FetchError):
    """Asking again would change nothing."""


class NotNow(FetchError):
    """It may go better later; `not_before` is what the server asked for."""

    def __init__(self, reason: str, *, not_before: datetime | None = None) -> None:
        super().__init__(reason)
        self.not_before = not_before
