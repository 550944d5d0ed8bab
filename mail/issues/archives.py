"""Issues as everybody may read them, once they are made."""

from django.db.models import QuerySet

from mail.models import Digest


def archived_digests() -> QuerySet[Digest]:
    """The issues, newest first, without those that an editor holds."""
    return Digest.objects.filter(held_at=None).order_by("-as_of")
