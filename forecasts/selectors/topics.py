"""Which topics questions are on, today and at any past instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import numpy as np
from django.db.models import DateTimeField, QuerySet, Value

from forecasts.models import Question, Topic, TopicChange
from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.topics import Topics
from forecasts.selectors.columns import FAR, Among, Columns, microseconds
from forecasts.selectors.compiled_queries import fetch_compiled, read_compiled
from forecasts.selectors.histories import MOST_IDS, read_about

# Just before the end of what has not ended.
TODAY = microseconds(FAR) - 1


@dataclass(frozen=True, slots=True, eq=False)
class TopicRows:
    """Slugs by topic in their order, and which questions were on which until when.

    rows: question, topic, was_on and until, in microseconds; today's end in FAR.
    """

    names: dict[int, str]
    rows: Columns

    def at(self, question_ids: Integers, as_of: datetime | None) -> Topics:
        """The topics at an instant; None: today. question_ids: in rising order."""
        codes = {pk: number for number, pk in enumerate(self.names)}
        question, topic = self._on(TODAY if as_of is None else microseconds(as_of))
        # A topic that came up between two reads is left out.
        code = np.array([codes.get(pk, -1) for pk in topic.tolist()], dtype=np.int64)
        is_here = np.isin(question, question_ids) & (code >= 0)
        place, code = np.searchsorted(question_ids, question[is_here]), code[is_here]
        order = np.lexsort((code, place))
        groups = Groups.of_sorted(place[order], question_ids.size)
        return Topics(tuple(self.names.values()), code[order], groups)

    def _on(self, at: int) -> tuple[Integers, Integers]:
        """The pairs of question and topic that were on each other."""
        rows = {name: column[self.rows["until"] > at] for name, column in self.rows.items()}
        order = np.lexsort((rows["until"], rows["topic"], rows["question"]))
        question, topic = rows["question"][order], rows["topic"][order]
        # Of several rows about a pair the earliest since tells.
        is_first = np.append(True, np.diff(question).astype(bool) | np.diff(topic).astype(bool))
        chosen = is_first[: question.size] & rows["was_on"][order]
        return question[chosen], topic[chosen]


def read_topics(
    question_ids: Integers, *, since: datetime | None = None, slug: str | None = None
) -> TopicRows:
    """The rows about these questions, with the changes after `since`. question_ids: rising.

    slug: of one topic only, which costs a query less.
    """
    if slug is not None:
        rows = read_about(question_ids, *_rows(since, {"topic__slug": slug}))
        return TopicRows(dict.fromkeys(rows["topic"].tolist(), slug), rows)
    is_many = since is not None or question_ids.size > MOST_IDS
    rows = (
        read_about(question_ids, *_rows(since, {}))
        if is_many
        else read_compiled(_today, question_ids=question_ids.tolist())
    )
    # Sorted here, since databases put hyphens in different places.
    names = sorted(fetch_compiled(_slugs), key=itemgetter(1))
    return TopicRows(dict(names), rows)


def _slugs() -> QuerySet[Any, Any]:
    return Topic.objects.order_by().values_list("pk", "slug")


def _today(*, question_ids: Sequence[int]) -> QuerySet[Any, Any]:
    (rows,) = _rows(None, {})
    return rows.filter(Among("question", question_ids))


def _rows(since: datetime | None, only: dict[str, str]) -> list[QuerySet[Any, Any]]:
    links: QuerySet[Any, Any] = Question.topics.through.objects.filter(**only).order_by()
    today = links.annotate(was_on=Value(True), until=Value(FAR, DateTimeField()))
    found = [today.values_list("question", "topic", "was_on", "until")]
    if since is not None:
        changes: QuerySet[Any, Any] = TopicChange.objects.filter(changed_at__gt=since, **only)
        found.append(changes.order_by().values_list("question", "topic", "was_on", "changed_at"))
    return found
