"""Rows that are never overwritten or deleted, only added to and superseded."""

from datetime import datetime
from typing import Any, NoReturn, Self, TypeVar

from django.db import models
from django.db.models import Q

from forecasts.exceptions import AppendOnlyError

RowT_co = TypeVar("RowT_co", bound=models.Model, covariant=True)


class AppendOnlyQuerySet(models.QuerySet[RowT_co]):
    """Reads and adds; refuses to change."""

    def update(self, **_: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError(model=self.model.__name__)

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError(model=self.model.__name__)

    def delete(self) -> NoReturn:
        """Refused."""
        raise AppendOnlyError(model=self.model.__name__)


class SupersedableQuerySet(AppendOnlyQuerySet[RowT_co]):
    """Adds the one change that history allows: a row ceases to be in force."""

    def in_force(self, as_of: datetime | None = None) -> Self:
        """Rows that stood at `as_of`, or stand now; the caller limits by the recording time."""
        if as_of is None:
            return self.filter(superseded_at=None)
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gt=as_of))

    def supersede(self, *, as_of: datetime) -> int:
        """End the standing of these rows; returns how many still stood."""
        return models.QuerySet.update(self.filter(superseded_at=None), superseded_at=as_of)


class AppendOnly(models.Model):
    """A row that can be added and then never changes."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused."""
        if not self._state.adding:
            raise AppendOnlyError(model=type(self).__name__)
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise AppendOnlyError(model=type(self).__name__)
