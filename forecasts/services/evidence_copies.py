"""Keeping copies of the pages that evidence links to.

The rows are the queue, as in the outbox: claimed one by one, fetched outside any transaction by
the caller, and reported on under the claim. What is fetched is none of this module's business.
"""

import hashlib
import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from forecasts.exceptions import NothingToRetryError
from forecasts.models import Evidence, EvidenceCopy, User
from forecasts.models.evidence_copies import MAX_ADDRESS, MAX_REASON
from forecasts.models.hosts import host_of, is_reserved
from forecasts.services.roles import COLLECTORS, require_role
from forecasts.services.saving import atomic_or_busy

logger = logging.getLogger(__name__)

State = EvidenceCopy.State
# Longer than any fetch may take, with room for a slow disk.
LEASE = timedelta(minutes=2)
BATCH = 500
CANDIDATES = 20
# About ten hours of being put off; a page over which its fetcher dies gets fewer.
MAX_ATTEMPTS = 6
MAX_DEATHS = 3
FIRST_PAUSE = timedelta(minutes=5)
FACTOR = 3
LONGEST_PAUSE = timedelta(days=1)
PAUSE_WITHOUT_ROOM = timedelta(minutes=15)
NO_ROOM = "there was no room to store it"
RESERVED = "{host} is a name reserved for examples, tests and private networks, so nobody was asked"
UNCLAIMED = {"claim": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered, and what can be read of it."""

    body: bytes
    final_url: str
    status: int
    media_type: str
    title: str = ""
    text: str = ""


def queue_copies(*, as_of: datetime, limit: int = BATCH) -> int:
    """Make a row for each link without one; returns how many.

    Links to names that nobody can own fail at once, without a question to anybody.
    """
    links = Evidence.objects.exclude(url="").filter(copy=None).order_by("pk")[:limit]
    rows = [_new_copy(link, as_of) for link in links]
    EvidenceCopy.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def claim_copy(*, as_of: datetime, except_hosts: Collection[str] = ()) -> EvidenceCopy | None:
    """Take the copy that has waited longest, unless somebody else is asking its host."""
    busy = EvidenceCopy.objects.filter(state=State.FETCHING).values("host")
    ready = EvidenceCopy.objects.ready(as_of).exclude(host__in=except_hosts)
    waiting = ready.exclude(host__in=busy).order_by("not_before", "pk")
    for pk in list(waiting.values_list("pk", flat=True)[:CANDIDATES]):
        if (copy := _claim(pk, as_of)) is not None:
            return copy
    return None


def keep_page(*, copy: EvidenceCopy, page: Page, as_of: datetime) -> bool:
    """Store what was fetched, the file first; says whether it is kept now.

    Where there is no room for the file it is put off, and costs no attempt.
    """
    name = _file_of(copy.claim)
    try:
        _store(name, page.body)
    except OSError as error:
        logger.error("no copy can be stored: %s", error)  # noqa: TRY400 — the error says it all
        _discard(name)
        without_room = {"attempts": F("attempts") - 1, "not_before": as_of + PAUSE_WITHOUT_ROOM}
        _report(copy, state=State.WAITING, reason=NO_ROOM, **without_room)
        return False
    facts = {"file": name, "kept_at": as_of, **_facts(page)}
    try:
        with transaction.atomic():
            is_kept = _report(copy, state=State.KEPT, reason="", **facts)
    except DatabaseError:
        # A line that broke may have broken after the commit: then the row needs its file.
        if not EvidenceCopy.objects.filter(pk=copy.pk, file=name).exists():
            _discard(name)
        raise
    if not is_kept:
        _discard(name)
    return is_kept


def put_off_copy(
    *, copy: EvidenceCopy, reason: str, as_of: datetime, not_before: datetime | None = None
) -> None:
    """Note a failure that may pass: it is tried again, six times in all.

    `not_before` is what the server asked for; its other pages wait as long.
    """
    if copy.attempts >= MAX_ATTEMPTS:
        fail_copy(copy=copy, reason=reason)
        return
    pause = min(FIRST_PAUSE * FACTOR ** (copy.attempts - 1), LONGEST_PAUSE)
    asked = min(not_before or as_of, as_of + LONGEST_PAUSE)
    _report(copy, state=State.WAITING, reason=reason, not_before=max(as_of + pause, asked))
    if not_before:
        others = EvidenceCopy.objects.filter(state=State.WAITING, host=copy.host)
        others.filter(not_before__lt=asked).update(not_before=asked)


def fail_copy(*, copy: EvidenceCopy, reason: str) -> None:
    """Note a failure that stays until somebody asks for another attempt."""
    _report(copy, state=State.FAILED, reason=reason)


def release_abandoned_copies(*, as_of: datetime) -> None:
    """Decide about pages that somebody claimed and never reported on."""
    for copy in EvidenceCopy.objects.abandoned(as_of):
        is_poison = copy.deaths + 1 >= MAX_DEATHS
        stopped = _report(
            copy,
            state=State.FAILED if is_poison else State.WAITING,
            deaths=F("deaths") + 1,
            reason="whoever fetched it stopped" + (" again and again" if is_poison else ""),
        )
        if stopped:
            _discard(_file_of(copy.claim))


@atomic_or_busy()
def retry_copy(*, copy: EvidenceCopy, by: User, as_of: datetime) -> EvidenceCopy:
    """Let a page that could not be kept be fetched once more.

    Raises RoleMissingError, NothingToRetryError.
    """
    require_role(by, COLLECTORS)
    failed = EvidenceCopy.objects.filter(pk=copy.pk, state=State.FAILED)
    afresh = {"attempts": 0, "deaths": 0, "not_before": as_of}
    if is_reserved(copy.host) or not failed.update(state=State.WAITING, **afresh):
        raise NothingToRetryError
    copy.refresh_from_db()
    return copy


def _new_copy(link: Evidence, as_of: datetime) -> EvidenceCopy:
    copy = EvidenceCopy(evidence=link, host=host_of(link.url), not_before=as_of)
    if is_reserved(copy.host):
        copy.state = State.FAILED
        copy.reason = RESERVED.format(host=copy.host)[:MAX_REASON]
    return copy


def _claim(pk: int, as_of: datetime) -> EvidenceCopy | None:
    claim = uuid.uuid4()
    try:
        with transaction.atomic():
            taken = (
                EvidenceCopy.objects.ready(as_of)
                .filter(pk=pk)
                .update(
                    state=State.FETCHING,
                    claim=claim,
                    lease_until=as_of + LEASE,
                    attempts=F("attempts") + 1,
                )
            )
    except IntegrityError:  # its host is being asked since a moment ago
        return None
    if not taken:
        return None
    return EvidenceCopy.objects.select_related("evidence").get(pk=pk, claim=claim)


def _report(copy: EvidenceCopy, *, state: str, reason: str, **facts: object) -> bool:
    """Write down what became of a claimed copy; says whether the claim still held."""
    mine = EvidenceCopy.objects.filter(pk=copy.pk, claim=copy.claim, state=State.FETCHING)
    is_mine = mine.update(state=state, reason=reason[:MAX_REASON], **UNCLAIMED, **facts)
    logger.info("copy %s: %s", copy.pk, state if is_mine else "claimed by somebody else")
    return bool(is_mine)


def _facts(page: Page) -> dict[str, object]:
    return {
        "final_url": page.final_url[:MAX_ADDRESS],
        "status": page.status,
        "media_type": page.media_type,
        "title": page.title,
        "text": page.text,
        "size": len(page.body),
        "sha256": hashlib.sha256(page.body).hexdigest(),
    }


def _file_of(claim: uuid.UUID | None) -> str:
    """A name that nobody can guess and that no program takes for its own."""
    name = claim.hex if claim else uuid.uuid4().hex
    return f"copies/{name[:2]}/{name}"


def _store(name: str, body: bytes) -> None:
    """Store the file whole; raises OSError."""
    stored = default_storage.save(name, ContentFile(body))
    if stored != name or default_storage.size(name) != len(body):
        msg = f"{stored} is not what was stored"
        raise OSError(msg)


def _discard(name: str) -> None:
    try:
        default_storage.delete(name)
    except OSError as error:
        logger.warning("%s could not be removed: %s", name, error)
