"""Keeping secrets out of the log, and saying which request a line belongs to."""

import logging
import re

from api.request_ids import current_request_id

SECRET = re.compile(
    r"(/(?:calendars|unsubscribe|subscriptions|subscribe/confirm)/|\bhc_[0-9a-f]{8}_)[^/\s\"'?&]+"
)


class AddressFilter(logging.Filter):
    """Writes an ellipsis in place of what gives access by being known."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its secrets."""
        message = record.getMessage()
        hidden = SECRET.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True


class RequestFilter(logging.Filter):
    """Puts the request's id before what is written while it is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with `of` for the format of its line."""
        request = getattr(record, "request", None)
        found = current_request_id() or getattr(request, "request_id", "")
        vars(record)["of"] = f"[{found}] " if found else ""
        return True
