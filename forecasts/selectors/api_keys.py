"""Which key a token is."""

import hashlib
import re
from datetime import datetime

from forecasts.models import ApiKey

TOKEN = re.compile(r"hc_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")


def hash_of(token: str) -> str:
    """What is stored of a token: 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_api_key(*, token: str, as_of: datetime) -> ApiKey | None:
    """The working key with this token, and its user; None where there is none.

    It is found by its hash, so that how long it takes tells nothing about any key.
    """
    if not TOKEN.fullmatch(token):
        return None
    keys = ApiKey.objects.working(as_of).select_related("user")
    return keys.filter(key_hash=hash_of(token)).first()
