"""The limit with real processes, behind a proxy, against visitors who lie."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.sites import Site, running_site
from tools.servers import redis_server

# Redis counts, whatever the database.
pytestmark = [pytest.mark.once, pytest.mark.acceptance, pytest.mark.django_db(transaction=True)]


def answers_of(site: Site, network: str) -> list[tuple[int, int]]:
    """Status and seconds left of a hundred requests, eight at once, each with another lie."""

    def one(number: int) -> tuple[int, int]:
        lie = {"X-Forwarded-For": f"203.0.113.{number}, {network}"}
        try:
            with urlopen(Request(f"{site.url}/api/v1/", headers=lie), timeout=30) as answer:
                return answer.status, seconds_in(answer.headers)
        except HTTPError as error:
            with error:
                return error.code, seconds_in(error.headers)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(100)))


def seconds_in(headers: Any) -> int:
    return int(headers["RateLimit"].rpartition("t=")[2])


def test_two_workers_behind_a_proxy_answer_exactly_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_PER_MINUTE", "40")
    monkeypatch.setenv("BEHIND_PROXY", "true")

    with (
        redis_server() as redis_url,
        running_site(tmp_path, smtp_port=1, redis_url=redis_url) as site,
    ):
        site.start_web()
        answers = answers_of(site, "192.0.2.1")
        if len({left // 50 for _, left in answers}) > 1:  # a minute ended meanwhile
            answers = answers_of(site, "192.0.2.2")

    assert Counter(status for status, _ in answers) == {200: 40, 429: 60}
