"""Limits: how many requests a minute somebody has, counted in Redis for all processes at once."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

SALT = "hindcast.limits"
WINDOW = 60
SECONDS_TO_ANSWER = 0.25
PAUSE_AFTER_FAILURE = 10.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Looks and counts in one step; a refusal counts nothing, and no count falls below zero.
COUNT = """
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local most, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
if cost > 0 and used + cost > most then return {used, 0} end
if cost == 0 or used + cost < 0 or ARGV[4] == '1' then return {used, 1} end
used = redis.call('INCRBY', KEYS[1], cost)
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {used, 1}
"""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """How many requests somebody has in each window."""

    name: str
    most: int
    subject: str
    """Who; what is stored of it is a hash that changes with each window."""

    def header(self) -> str:
        """As the header RateLimit-Policy says it."""
        return f'"{self.name}";q={self.most};w={WINDOW}'


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of a window."""

    policy: Policy
    used: int
    seconds_left: int
    is_granted: bool

    def header(self) -> str:
        """As the header RateLimit says it."""
        left = max(0, self.policy.most - self.used)
        return f'"{self.policy.name}";r={left};t={self.seconds_left}'


def count(
    policy: Policy, cost: int, as_of: datetime, *, is_given_back: bool = False
) -> Budget | None:
    """Take `cost` from the window at `as_of`: 1, 0 to look only, -1 to give back.

    A request that does not fit is not granted and costs nothing. is_given_back: whether what is
    taken is given back at once. None where nobody counts.
    """
    window, second = divmod(int((as_of - EPOCH).total_seconds()), WINDOW)
    found = counter(settings.REDIS_URL).count(
        _key(policy, window), policy.most, cost, is_given_back=is_given_back
    )
    if found is None:
        return None
    used, is_granted = found
    return Budget(policy, used, WINDOW - second, is_granted=bool(is_granted))


def _key(policy: Policy, window: int) -> str:
    value = f"{policy.name}\n{window}\n{policy.subject}"
    return f"hindcast:limit:{salted_hmac(SALT, value, algorithm='sha256').hexdigest()}"


class Counter:
    """Counts in one Redis. Where that does not answer it says so, quickly, and rests a while."""

    def __init__(self, url: str) -> None:
        # A connection that broke while nobody used it is made anew; what is slow is not asked
        # twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
        address = url.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=", 1)
        self._redis = Redis.from_url(
            address,
            socket_timeout=SECONDS_TO_ANSWER,
            socket_connect_timeout=SECONDS_TO_ANSWER,
            retry=retry,
        )
        self._script = self.register(COUNT)
        self._quiet_until = 0.0
        self._is_away = False

    def count(
        self, key: str, most: int, cost: int, *, is_given_back: bool = False
    ) -> tuple[int, int] | None:
        """How many are used, and 1 where this one is granted; None where Redis is away."""
        given = (most, cost, 2 * WINDOW, int(is_given_back))
        found: list[int] | None = self.run(self._script, key, *given)
        return None if found is None else (found[0], found[1])

    def register(self, text: str) -> Script:
        """A script that `run` takes."""
        return self._redis.register_script(text)

    def run(self, script: Script, key: str, *arguments: str | int) -> Any:
        """What the script answers; None where Redis is away."""
        if time.monotonic() < self._quiet_until:
            return None
        try:
            found = script(keys=[key], args=arguments)
        except (RedisError, OSError) as error:
            self._rest(error)
            return None
        if self._is_away:
            self._is_away = False
            logger.warning("requests are counted again")
        return found

    def _rest(self, error: Exception) -> None:
        self._quiet_until = time.monotonic() + PAUSE_AFTER_FAILURE
        if not self._is_away:
            self._is_away = True
            logger.warning("requests are not counted: Redis does not answer (%s)", error)


@cache
def counter(url: str) -> Counter:
    """The one of this process."""
    return Counter(url)
