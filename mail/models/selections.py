"""Selections: what part of the news somebody wants; one row for all who want the same."""

from django.db import models
from django.db.models import Q

from forecasts.models import Expert, Topic


class Selection(models.Model):
    """News on any of these topics, or of any of these experts.

    `key` names them by id in rising order, such as "t3,t9,e12", so that whoever chooses the same
    shares the row, and a digest is made once for all of them.
    """

    key = models.TextField(unique=True)
    topics = models.ManyToManyField(Topic, related_name="+")
    experts = models.ManyToManyField(Expert, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(key=""), name="selection_not_empty"),)

    def __str__(self) -> str:
        return self.key
