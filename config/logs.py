"""Keeping secrets that stand in addresses out of the log."""

import logging
import re

SECRET = re.compile(r"(/(?:calendars|unsubscribe)/)[^/\s\"'?]+")


class AddressFilter(logging.Filter):
    """Writes an ellipsis in place of what gives access by being known."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its secrets."""
        message = record.getMessage()
        hidden = SECRET.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True
