"""Clusters: questions joined by families and conditions, which count as one in statistics."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from forecasts.models import Forecast, Question, Resolution
from forecasts.scoring.arrays import Integers
from forecasts.selectors.columns import FAR, Among, AmongSelected, Columns, read_columns
from forecasts.selectors.compiled_queries import fetch_compiled

# Beyond this all links are read at once, not those around some questions.
FEW = 5_000
NOTHING = 0
LINK = ("pk", "parent", "kin")


def fixed_questions(as_of: datetime | None = None) -> QuerySet[Question]:
    """Questions with a forecast or a ruling of their own by `as_of`: their links never change."""

    def by(name: str) -> Q:
        return Q() if as_of is None else Q((f"{name}__lte", as_of))

    own = Q(question=OuterRef("pk"))
    said = Exists(Forecast.objects.filter(own, by("recorded_at")))
    condition = Q(basis=Resolution.Basis.CONDITION)
    ruled = Exists(Resolution.objects.filter(own, ~condition, by("resolved_at")))
    return Question.objects.filter(said | ruled)


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


def cluster_positions(
    question_ids: Integers, *, as_of: datetime, is_all: bool = False
) -> tuple[Integers, Integers]:
    """Each question's cluster, named by its lowest id, and how many conditions it hangs on.

    From the rows recorded by `as_of`: the links of a question count from its first forecast or
    ruling on, since no edit can change them any more. question_ids: in rising order. is_all:
    whether nearly all are asked about, so that one query reads all links.
    """
    is_many = is_all or question_ids.size > FEW
    links = _all_links(as_of) if is_many else _links(question_ids, as_of)
    return clusters_of(question_ids, links)


def clusters_of(question_ids: Integers, links: Columns) -> tuple[Integers, Integers]:
    """The same from these links: pk, parent and kin of all questions that have any."""
    if not links["pk"].size:
        return question_ids, np.zeros_like(question_ids)
    nodes = np.unique(np.concatenate([question_ids, links["pk"], links["parent"]]))
    nodes = nodes[nodes != NOTHING]
    child = np.searchsorted(nodes, links["pk"])
    hangs = links["parent"] != NOTHING
    parent = np.full(nodes.size, -1)
    parent[child[hangs]] = np.searchsorted(nodes, links["parent"][hangs])
    cluster = _clusters(nodes, parent, child, links["kin"])
    place = np.searchsorted(nodes, question_ids)
    return cluster[place], _depths(parent)[place]


def read_links(as_of: datetime) -> Columns:
    """All links that counted by `as_of`, and in `fixed_at` since when."""
    own = {"question": OuterRef("pk")}
    ruled = Resolution.objects.filter(**own).exclude(basis=Resolution.Basis.CONDITION)
    firsts = [
        Coalesce(_first(rows, moment), Value(FAR))
        for rows, moment in (
            (Forecast.objects.filter(**own), "recorded_at"),
            (ruled, "resolved_at"),
        )
    ]
    rows = _linked(as_of).annotate(fixed_at=Least(*firsts))
    return read_columns(rows.values_list(*LINK, "fixed_at"))


def _first(rows: QuerySet[Any, Any], moment: str) -> Subquery:
    return Subquery(rows.order_by().values("question").annotate(m=Min(moment)).values("m"))


def _linked(as_of: datetime) -> QuerySet[Any, Any]:
    is_linked = Q(family__isnull=False) | Q(depends_on__isnull=False)
    return _with_links(fixed_questions(as_of).filter(is_linked))


def _with_links(rows: QuerySet[Question]) -> QuerySet[Any, Any]:
    return rows.order_by("pk").annotate(
        parent=Coalesce("depends_on", Value(NOTHING)), kin=Coalesce("family", Value(NOTHING))
    )


def _all_links(as_of: datetime) -> Columns:
    return read_columns(_linked(as_of).values_list(*LINK))


def _links(question_ids: Integers, as_of: datetime) -> Columns:
    """Those around some questions: theirs and their neighbors', then those of the neighbors."""
    found: dict[int, tuple[int, ...]] = {}
    seen, frontier = set[int](), set(question_ids.tolist())
    while frontier:
        seen |= frontier
        near = fetch_compiled(_linked_near, question_ids=list(frontier), as_of=as_of)
        found |= {row[0]: row for row in near}
        frontier = {pk for row in found.values() for pk in row[:2]} - seen - {NOTHING}
    rows = np.array(sorted(found.values()), dtype=np.int64).reshape(-1, 3)
    return dict(zip(LINK, rows.T, strict=True))


def _linked_near(*, question_ids: Sequence[int], as_of: datetime) -> QuerySet[Any, Any]:
    inside = Q(Among("pk", question_ids))
    families = Question.objects.filter(inside, family__isnull=False).order_by().values("family")
    kin = Q(AmongSelected("family", families))
    near = inside | Q(Among("depends_on", question_ids)) | kin
    # The database looks up the neighbors, few; asked by IS NULL, it would look up all that link.
    linked = _with_links(fixed_questions(as_of).filter(near)).exclude(parent=NOTHING, kin=NOTHING)
    return linked.values_list(*LINK)


def _clusters(nodes: Integers, parent: Integers, child: Integers, kin: Integers) -> Integers:
    has_kin = kin != NOTHING
    _, first, family = np.unique(kin[has_kin], return_index=True, return_inverse=True)
    member = child[has_kin]
    hangs = np.flatnonzero(parent >= 0)
    ends = np.concatenate([member, hangs]), np.concatenate([member[first][family], parent[hangs]])
    joined = coo_array((np.ones(ends[0].size), ends), shape=(nodes.size, nodes.size))
    n, label = connected_components(joined, directed=False)
    # Nodes rise, so that the first of each component has its lowest id.
    lowest = np.full(n, nodes.size)
    np.minimum.at(lowest, label, np.arange(nodes.size))
    named: Integers = nodes[lowest[label]]
    return named


def _depths(parent: Integers) -> Integers:
    depth, above = np.zeros(parent.size, dtype=np.int64), parent
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, parent[above], -1)
    return depth
