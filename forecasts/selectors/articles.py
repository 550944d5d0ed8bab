"""Articles and their proposals, with what became of each."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from forecasts.models import Article, Proposal, ProposalDecision

OPEN = "open"
WITHOUT_TEXT = ("original", "text")


def articles_listed() -> QuerySet[Any]:
    """Articles without their texts, with how many proposals each has and how many are open."""
    return (
        Article.objects.defer(*WITHOUT_TEXT)
        .select_related("source", "recorded_by")
        .annotate(n_proposals=_count(Proposal.objects.all()), n_open=_count(open_proposals()))
    )


def open_proposals() -> QuerySet[Proposal]:
    """Those that nobody has decided about."""
    standing = ProposalDecision.objects.in_force().filter(proposal=OuterRef("pk"))
    return Proposal.objects.filter(~Exists(standing))


def _count(proposals: QuerySet[Proposal]) -> Any:
    counted = proposals.filter(article=OuterRef("pk")).order_by().values("article")
    number = Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(number, 0)


def proposals_of(article: Article) -> list[Any]:
    """The proposals in the order of the text, each with the `decision` in force or None."""
    in_force = ProposalDecision.objects.in_force().select_related("decided_by", "statement")
    rows: list[Any] = list(
        article.proposals.order_by("start", "end", "pk").prefetch_related(
            Prefetch("decisions", in_force, to_attr="standing")
        )
    )
    for row in rows:
        row.article = article
        row.decision = row.standing[0] if row.standing else None
        row.state = row.decision.kind if row.decision else OPEN
    return rows


def states_of(proposals: Iterable[Any]) -> dict[str, int]:
    """How many proposals stand how."""
    counted = Counter(row.state for row in proposals)
    return {state: counted[state] for state in (OPEN, *ProposalDecision.Kind.values)}
