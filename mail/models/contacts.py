"""Contacts: where to reach somebody who has disputed a record, as long as that is needed."""

from django.db import models
from django.db.models import Q

from forecasts.models import Dispute
from mail.models.subscribers import validate_address

CODE_TRIES = 5


class DisputeContact(models.Model):
    """One address beside one dispute. Apart from it, so that nothing public has a private column.

    `code_hash` is a keyed hash of the code that proves the address; the code itself stands in the
    mail only.
    """

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="contact")
    email = models.EmailField(max_length=254, blank=True, validators=[validate_address])
    code_hash = models.CharField(max_length=64)
    code_until = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(erased_at=None) & ~Q(email="") | Q(erased_at__isnull=False, email=""),
                name="dispute_contact_until_erased",
            ),
            models.CheckConstraint(condition=Q(tries__lte=CODE_TRIES), name="dispute_code_tries"),
        )

    def __str__(self) -> str:
        return f"Contact of dispute {self.dispute_id}"
