"""Fetching what evidence links to: politely, and within the time of one tick."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from forecasts.models import EvidenceCopy
from forecasts.services.evidence_copies import (
    Page,
    claim_copy,
    fail_copy,
    keep_page,
    put_off_copy,
    queue_copies,
    release_abandoned_copies,
)
from forecasts.texts.readings import media_type_of, title_and_text
from worker.fetching.pages import Answer, fetch_page
from worker.fetching.reaches import PUBLIC, Reach
from worker.fetching.refusals import NotNow, Refused

logger = logging.getLogger(__name__)

# No fetch begins after this; the last may take its 20 seconds, and the tick comes after 30.
LONGEST_START = 5.0
OUR_FAULT = "Hindcast could not read what the server sent"

Clock = Callable[[], datetime]


def copy_linked_pages(*, clock: Clock, reach: Reach = PUBLIC) -> int:
    """Fetch pages whose time has come, one of each host; returns how many are kept now."""
    release_abandoned_copies(as_of=clock())
    while queue_copies(as_of=clock()):
        pass
    started, n_kept, hosts = time.monotonic(), 0, set[str]()
    while time.monotonic() - started < LONGEST_START:
        copy = claim_copy(as_of=clock(), except_hosts=hosts)
        if copy is None:
            break
        hosts.add(copy.host)
        n_kept += _settle(copy, clock, reach)
    return n_kept


def user_agent() -> str:
    """Who asks, and where to complain."""
    return f"Hindcast/1 (keeps copies of pages cited as evidence; +{settings.SITE_URL})"


def _settle(copy: EvidenceCopy, clock: Clock, reach: Reach) -> bool:
    """Fetch a claimed page and write down what became of it; says whether it is kept."""
    try:
        answer = fetch_page(copy.evidence.url, user_agent=user_agent(), as_of=clock(), reach=reach)
        return keep_page(copy=copy, page=_page(answer), as_of=clock())
    except Refused as error:
        fail_copy(copy=copy, reason=str(error))
    except NotNow as error:
        put_off_copy(copy=copy, reason=str(error), as_of=clock(), not_before=error.not_before)
    except Exception:
        # A page that nobody thought of must not stop the others.
        logger.exception("copy %s", copy.pk)
        put_off_copy(copy=copy, reason=OUR_FAULT, as_of=clock())
    return False


def _page(answer: Answer) -> Page:
    title, text = title_and_text(answer.body, answer.content_type)
    return Page(
        body=answer.body,
        final_url=answer.final_url,
        status=answer.status,
        media_type=media_type_of(answer.content_type),
        title=title,
        text=text,
    )
