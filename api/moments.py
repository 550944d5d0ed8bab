"""Since when an address has answered as it does, for all processes at once."""

from functools import cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.commands.core import Script

from api.limits import counter

SALT = "hindcast.moments"
SECONDS_KEPT = 3600
# A second for each answer, later than those of all before it; nothing while it lies ahead.
SEEN = """
local now = tonumber(redis.call('TIME')[1])
local kept = redis.call('HMGET', KEYS[1], 'tag', 'since')
local since = tonumber(kept[2] or '')
if kept[1] ~= ARGV[1] then
  since = math.max(now, (since or 0) + 1)
  redis.call('HSET', KEYS[1], 'tag', ARGV[1], 'since', since)
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return since <= now and since or 0
"""


def modified_at(address: str, tag: str) -> int | None:
    """The second, since 1970, from which on the address has had this ETag; None if unknown.

    Of two answers one after the other the later one has a later second.
    """
    url = settings.REDIS_URL
    found = counter(url).run(_seen(url), _key(address), tag, SECONDS_KEPT)
    return int(found) if found else None


@cache
def _seen(url: str) -> Script:
    return counter(url).register(SEEN)


def _key(address: str) -> str:
    return f"hindcast:modified:{salted_hmac(SALT, address, algorithm='sha256').hexdigest()}"
