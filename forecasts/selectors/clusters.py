"""Clusters: questions joined by families and conditions, which count as one in statistics."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from forecasts.models import Question


@dataclass(frozen=True, slots=True)
class Position:
    """Where a question stands: its cluster's id, and how many conditions it hangs on."""

    cluster: int
    n_conditions: int


def questions_connected_to(question_ids: Iterable[int]) -> set[int]:
    """The questions and all that share their clusters, whenever they were recorded."""
    found: set[int] = set()
    frontier = set(question_ids)
    while frontier:
        found |= frontier
        inside = Question.objects.filter(pk__in=frontier)
        neighbors = (
            Q(depends_on__in=frontier)
            | Q(dependents__in=frontier)
            | Q(family__in=inside.exclude(family=None).values("family"))
        )
        frontier = set(Question.objects.filter(neighbors).values_list("pk", flat=True)) - found
    return found


def cluster_positions(as_of: datetime) -> dict[int, Position]:
    """Position of every question in a family or a condition, from the rows recorded by `as_of`.

    A question that is not in it is a cluster of its own, with its own id and no condition.
    """
    rows = (
        Question.objects.filter(recorded_at__lte=as_of)
        .filter(Q(family__isnull=False) | Q(depends_on__isnull=False) | Q(dependents__isnull=False))
        .distinct()
        .values_list("pk", "family", "depends_on")
    )
    parents = {pk: parent for pk, _, parent in rows}
    roots: dict[int, int] = {}
    first_of_family: dict[int, int] = {}
    for pk, family, parent in sorted(rows):
        if family is not None:
            _join(roots, pk, first_of_family.setdefault(family, pk))
        if parent is not None:
            _join(roots, pk, parent)
    return {pk: Position(_root(roots, pk), _depth(parents, pk)) for pk in parents}


def _root(roots: dict[int, int], pk: int) -> int:
    while (above := roots.get(pk, pk)) != pk:
        roots[pk] = roots.get(above, above)
        pk = above
    return pk


def _join(roots: dict[int, int], one: int, other: int) -> None:
    low, high = sorted((_root(roots, one), _root(roots, other)))
    roots[high] = low


def _depth(parents: dict[int, int | None], pk: int) -> int:
    depth, parent = 0, parents.get(pk)
    while parent is not None:
        depth, parent = depth + 1, parents.get(parent)
    return depth
