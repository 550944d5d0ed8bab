"""The names of experts as they were at any past instant."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from forecasts.models import Expert, ExpertRename


def names_at(as_of: datetime) -> Coalesce:
    """The names that experts had then, to annotate them with."""
    later = ExpertRename.objects.filter(expert=OuterRef("pk"), renamed_at__gt=as_of)
    before = later.order_by("renamed_at", "pk").values("before")[:1]
    return Coalesce(Subquery(before), "name", output_field=CharField())


def name_as_of(experts: Iterable[Expert], as_of: datetime) -> None:
    """Give the experts the names that they had then; nothing is stored."""
    by_pk = {expert.pk: expert for expert in experts}
    later = ExpertRename.objects.filter(expert__in=list(by_pk), renamed_at__gt=as_of)
    # Of several the earliest tells: the newest come first.
    for pk, before in later.order_by("-renamed_at", "-pk").values_list("expert", "before"):
        by_pk[pk].name = before
