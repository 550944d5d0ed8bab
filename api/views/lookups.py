"""Finding the row that a path names."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

ModelT = TypeVar("ModelT", bound=Model)


def by_slug(rows: QuerySet[ModelT], slug: str) -> ModelT:
    """The row with that slug. Raises Http404 saying what there is not."""
    row = rows.filter(slug=slug).first()
    if row is None:
        raise Http404(f'There is no {rows.model._meta.verbose_name} "{slug}".')
    return row
