"""Finding the row that a path names."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.request import Request

from api.problems import MovedError
from forecasts.models import Expert
from forecasts.selectors.merges import merges_at

ModelT = TypeVar("ModelT", bound=Model)


def by_slug(rows: QuerySet[ModelT], slug: str) -> ModelT:
    """The row with that slug. Raises Http404 saying what there is not."""
    row = rows.filter(slug=slug).first()
    if row is None:
        raise Http404(f'There is no {rows.model._meta.verbose_name} "{slug}".')
    return row


def stands_alone(request: Request, expert: Expert, as_of: datetime | None = None) -> None:
    """Raise MovedError to whom the expert counts as: now, or as of a past instant."""
    if as_of is None:
        survivor = expert.merged_into_id or expert.pk
    else:
        merges = merges_at(as_of)
        survivor = expert.pk if merges is None else merges.survivor(expert.pk)
    if survivor != expert.pk:
        slug = Expert.objects.values_list("slug", flat=True).get(pk=survivor)
        there = f"/experts/{slug}/"
        address = request.get_full_path().replace(f"/experts/{expert.slug}/", there, 1)
        raise MovedError(address, f"{expert.slug} was merged into {slug}.")
