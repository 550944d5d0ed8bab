"""Answering the same write once: what was answered is stored with what was written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from forecasts.models import ApiKey, KeptAnswer
from forecasts.refusals import IdempotencyKeyReusedError
from forecasts.services.saving import atomic_or_busy

KEPT_FOR = timedelta(hours=24)
# So that nothing is deleted which somebody has just found to be kept.
GRACE = timedelta(minutes=10)
PENDING = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write is answered."""

    status: int
    body: str
    is_replayed: bool = False


@atomic_or_busy()
def write_once(
    *,
    api_key: ApiKey,
    idempotency_key: str,
    fingerprint: str,
    write: Callable[[], Answer],
    as_of: datetime,
) -> Answer:
    """Write and keep the answer in one transaction; for whom it is kept, the kept one.

    Of several at once one writes and the others wait for it. What `write` raises is not kept.
    Raises IdempotencyKeyReusedError, BusyError.
    """
    same = KeptAnswer.objects.filter(api_key=api_key, idempotency_key=idempotency_key)
    same.filter(made_at__lte=as_of - KEPT_FOR).delete()
    # First of all: who waits here holds no other lock.
    KeptAnswer.objects.bulk_create(
        [
            KeptAnswer(
                api_key=api_key,
                idempotency_key=idempotency_key,
                fingerprint=fingerprint,
                status=PENDING,
                made_at=as_of,
            )
        ],
        ignore_conflicts=True,
    )
    kept = same.get()
    if kept.status != PENDING:
        return _again(kept, fingerprint)
    # Nobody else ever sees a pending one, so this is ours.
    answer = write()
    same.update(status=answer.status, body=answer.body)
    return answer


def _again(kept: KeptAnswer, fingerprint: str) -> Answer:
    if kept.fingerprint != fingerprint:
        raise IdempotencyKeyReusedError
    return Answer(kept.status, kept.body, is_replayed=True)


@atomic_or_busy()
def write_plainly(*, write: Callable[[], Answer]) -> Answer:
    """Write in one transaction. Raises BusyError."""
    return write()


@atomic_or_busy()
def rehearse(*, write: Callable[[], Answer]) -> Answer:
    """What a write would be answered; nothing of it stays. Raises BusyError."""
    answer = write()
    transaction.set_rollback(True)
    return answer


def forget_answers(*, as_of: datetime) -> int:
    """Delete answers that are kept no more; returns how many there were."""
    return KeptAnswer.objects.filter(made_at__lte=as_of - KEPT_FOR - GRACE).delete()[0]
