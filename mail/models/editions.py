"""Editions: an issue as those get it who chose the same."""

from django.db import models

from mail.models.digests import Digest
from mail.models.selections import Selection
from mail.models.subscribers import Stream


class Edition(models.Model):
    """One rendering of an issue, frozen with it and shared by its deliveries.

    `key` is a hash of all that it depends on. The address that ends a subscription differs by
    reader: it takes the place of a mark when the mail is sent.
    """

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="editions")
    key = models.CharField(max_length=64)
    selection = models.ForeignKey(
        Selection, null=True, on_delete=models.PROTECT, related_name="editions"
    )
    locale = models.CharField(max_length=5)
    stream = models.CharField(max_length=11, choices=Stream, default=Stream.DIGEST)
    """The one that its readers get it by: of errors alone, or of the news."""
    corrects = models.JSONField(default=list)
    """Errors of earlier issues that it puts right: ruling:7, forecast:9."""
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    pictures = models.JSONField(default=list)
    """Names of the pictures that the HTML shows."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("digest", "key"), name="edition_once"),)

    def __str__(self) -> str:
        return f"{self.digest}, {self.locale}, {self.selection or 'everything'}"


class Picture(models.Model):
    """A picture of an issue, as PNG; mails carry it along."""

    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, related_name="pictures")
    name = models.CharField(max_length=120)
    png = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("digest", "name"), name="picture_once"),)

    def __str__(self) -> str:
        return f"{self.digest}, {self.name}"
