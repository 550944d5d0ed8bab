"""What part of the news somebody wants: one row for all who want the same."""

from collections.abc import Collection, Iterable

from django.db import transaction

from forecasts.models import Expert, Topic
from mail.models import Selection
from mail.subscriptions.refusals import TooManyChosenError

# The key of more would not fit into an index of PostgreSQL.
MOST_CHOSEN = 200


@transaction.atomic
def selection_for(
    *, topics: Collection[Topic | int] = (), experts: Collection[Expert | int] = ()
) -> Selection | None:
    """The row of this choice, made unless there is one; None for everything. Safe at once.

    It holds ids, so that a renamed expert or topic stays chosen, and a question that changes its
    topics is news for who chose the topic that it is on at the freeze. Raises
    TooManyChosenError.
    """
    of_topics, of_experts = _ids(topics), _ids(experts)
    if len(of_topics) + len(of_experts) > MOST_CHOSEN:
        raise TooManyChosenError(most=MOST_CHOSEN)
    key = ",".join([*(f"t{pk}" for pk in of_topics), *(f"e{pk}" for pk in of_experts)])
    if not key:
        return None
    selection, is_new = Selection.objects.get_or_create(key=key)
    if is_new:
        selection.topics.set(of_topics)
        selection.experts.set(of_experts)
    return selection


def ids_in(selection: Selection | None) -> tuple[frozenset[int], frozenset[int]]:
    """The topics and the experts of a choice, by id; nothing is read."""
    chosen = selection.key.split(",") if selection else ()
    topics = frozenset(int(one[1:]) for one in chosen if one[0] == "t")
    return topics, frozenset(int(one[1:]) for one in chosen if one[0] == "e")


def _ids(rows: Iterable[Topic | Expert | int]) -> list[int]:
    return sorted({row if isinstance(row, int) else row.pk for row in rows})
