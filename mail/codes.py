"""Six digits that prove an address, and the keyed hash that is kept of them."""

import secrets
from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from forecasts.exceptions import LimitReachedError
from forecasts.services.limits import count_usage

ONE_DAY = timedelta(days=1)


def new_code() -> str:
    """Six digits that nobody can foresee."""
    return f"{secrets.randbelow(10**6):06}"


def hash_code(salt: str, row: int, code: str) -> str:
    """What is kept of a code: it fits this row only, and cannot be tried without the key."""
    return salted_hmac(salt, f"{row}:{code}", algorithm="sha256").hexdigest()


def fits(salt: str, row: int, code: str, kept: str) -> bool:
    """Whether this is the code; takes as long for a wrong one as for none."""
    return constant_time_compare(hash_code(salt, row, code), kept)


def has_mail_left(*, purpose: str, address: str, most: int, as_of: datetime) -> bool:
    """Whether the address may have one more such mail today (UTC); it is counted.

    So that nobody can flood a stranger's mailbox.
    """
    try:
        count_usage(purpose=purpose, subject=address, most=most, per=ONE_DAY, as_of=as_of)
    except LimitReachedError:
        return False
    return True
