"""Holding an issue, so that nothing more of it is sent, and letting it go."""

from datetime import datetime

from forecasts.bell import ring
from forecasts.models import Role, User
from forecasts.services.saving import atomic_or_busy
from mail.issues.exceptions import EditorMissingError, HeldAlreadyError, HoldChangedError
from mail.models import Digest


def require_editor(user: User) -> None:
    """Raise EditorMissingError unless the user leads or administers."""
    if not user.has_role(Role.LEAD) and not (user.is_active and user.is_superuser):
        raise EditorMissingError


@atomic_or_busy()
def hold_digest(*, digest: Digest, by: User, as_of: datetime) -> Digest:
    """Send nothing more of the issue until somebody lets it go.

    What is being handed over at this moment still goes. Raises EditorMissingError,
    HeldAlreadyError, BusyError.
    """
    require_editor(by)
    row = _locked(digest)
    if row.held_at is not None:
        raise HeldAlreadyError(held_at=row.held_at)
    row.held_at, row.held_by = as_of, by
    row.save(update_fields=["held_at", "held_by"])
    return row


@atomic_or_busy()
def release_digest(*, digest: Digest, seen: str, by: User) -> Digest:
    """Send what waits of the issue. seen: the hold that was looked at, as `hold_mark` gives it.

    Raises EditorMissingError, HoldChangedError, BusyError.
    """
    require_editor(by)
    row = _locked(digest)
    if row.held_at is None or hold_mark(row) != seen:
        raise HoldChangedError
    row.held_at = row.held_by = None
    row.save(update_fields=["held_at", "held_by"])
    ring()
    return row


def hold_mark(digest: Digest) -> str:
    """What a form carries of a hold, to be compared when it comes back; empty without one."""
    return digest.held_at.isoformat() if digest.held_at else ""


def _locked(digest: Digest) -> Digest:
    rows = Digest.objects.defer("content").select_for_update(no_key=True)
    return rows.get(pk=digest.pk)
