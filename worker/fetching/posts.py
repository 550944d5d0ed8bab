"""Posting to a stranger's server, once, and reading how its answer begins."""

import requests
from urllib3.exceptions import HTTPError

from forecasts.texts.readings import one_line
from worker.fetching.lines import Line
from worker.fetching.reaches import PUBLIC, Reach
from worker.fetching.refusals import NotNow
from worker.fetching.sessions import guarded_session, in_time, plain_words

SECONDS = 15.0
N_BYTES = 2048


class Post:
    """One request; a redirect is an answer like others, and not followed.

    `status`, `retry_after` and `beginning` of the answer are there as soon as they have come.
    """

    def __init__(self, url: str, *, reach: Reach = PUBLIC, seconds: float = SECONDS) -> None:
        self.url = url
        self.reach = reach
        self.seconds = seconds
        self.status: int | None = None
        self.retry_after = ""
        self.beginning = ""
        self._line = Line()

    def send(self, body: bytes, headers: dict[str, str], *, user_agent: str) -> None:
        """Send it. Raises Refused or NotNow where no status came.

        What comes after the status may drip, break off or never end: it was taken all the same.
        """
        try:
            in_time(lambda: self._send(body, headers, user_agent), self._line, seconds=self.seconds)
        except NotNow:
            if self.status is None:
                raise

    def _send(self, body: bytes, headers: dict[str, str], user_agent: str) -> None:
        with plain_words():
            self.reach.check_url(self.url)
            with (
                guarded_session(
                    self._line, self.reach, seconds=self.seconds, user_agent=user_agent
                ) as session,
                session.post(
                    self.url, data=body, headers=headers, stream=True, allow_redirects=False
                ) as response,
            ):
                self.status = response.status_code
                self.retry_after = response.headers.get("Retry-After", "")
                self.beginning = _beginning(response)


def _beginning(response: requests.Response) -> str:
    """The first letters of the answer, in one line; nothing of what came packed."""
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return ""
    try:
        start = response.raw.read(N_BYTES, decode_content=False)
    except (HTTPError, OSError):
        return ""
    return one_line(start.decode("utf-8", errors="replace"))
