"""Which topics questions are on, today and at any past instant."""

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

import numpy as np

from forecasts.models import Question, Topic, TopicChange
from forecasts.scoring.arrays import Integers
from forecasts.scoring.groups import Groups
from forecasts.scoring.topics import Topics
from forecasts.selectors.columns import Columns
from forecasts.selectors.histories import about, read_about

Change = tuple[int, int, bool, datetime]


@dataclass(frozen=True, slots=True, eq=False)
class TopicRows:
    """Slugs by topic in their order, today's pairs of question and topic, and what changed them."""

    names: dict[int, str]
    pairs: Columns
    changes: tuple[Change, ...]
    """Question, topic, whether it was on it before, and when; the newest first."""

    def at(self, question_ids: Integers, as_of: datetime | None) -> Topics:
        """The topics at an instant; None: today. question_ids: in rising order."""
        codes = {pk: number for number, pk in enumerate(self.names)}
        # A topic that came up between two reads is left out.
        code = np.array([codes.get(pk, -1) for pk in self.pairs["topic"].tolist()], dtype=np.int64)
        question, code = self._undone(self.pairs["question"], code, codes, as_of)
        is_here = np.isin(question, question_ids) & (code >= 0)
        place, code = np.searchsorted(question_ids, question[is_here]), code[is_here]
        order = np.lexsort((code, place))
        groups = Groups.of_sorted(place[order], question_ids.size)
        return Topics(tuple(self.names.values()), code[order], groups)

    def _undone(
        self, question: Integers, code: Integers, codes: dict[int, int], as_of: datetime | None
    ) -> tuple[Integers, Integers]:
        """The pairs before all changes since; of several the earliest tells."""
        since = [] if as_of is None else [row for row in self.changes if row[3] > as_of]
        before = {(row[0], codes.get(row[1], -1)): row[2] for row in since}
        if not before:
            return question, code
        n = len(codes) + 1
        changed = np.array([pk * n + number for pk, number in before], dtype=np.int64)
        stayed = ~np.isin(question * n + code, changed)
        was_on = np.array([pair for pair, was in before.items() if was], dtype=np.int64)
        added = was_on.reshape(-1, 2).T
        return np.append(question[stayed], added[0]), np.append(code[stayed], added[1])


def read_topics(question_ids: Integers, *, since: datetime | None = None) -> TopicRows:
    """The rows about these questions, with the changes after `since`. question_ids: rising."""
    # Sorted here, since databases put hyphens in different places.
    names = dict(sorted(Topic.objects.values_list("pk", "slug"), key=itemgetter(1)))
    links = Question.topics.through.objects.order_by("question", "topic")
    pairs = read_about(question_ids, links.values_list("question", "topic"))
    if since is None:
        return TopicRows(names, pairs, ())
    changes = (
        TopicChange.objects.filter(about(question_ids, "question"), changed_at__gt=since)
        .order_by("-changed_at", "-pk")
        .values_list("question", "topic", "was_on", "changed_at")
    )
    return TopicRows(names, pairs, tuple(changes))
