"""What was known of questions at an instant: their titles and topics, and who had answered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecasts.models import Forecast, Question
from forecasts.selectors.scores import topics_of
from forecasts.selectors.wordings import titles_at
from mail.content.digests import Slugs


@dataclass(frozen=True, slots=True)
class Background:
    """Titles, and slugs of topics and of experts with a forecast, by question."""

    titles: dict[int, str]
    topics: dict[int, Slugs]
    experts: dict[int, Slugs]


def background_of(questions: Iterable[Question], *, as_of: datetime) -> Background:
    """As it was at `as_of`. Five queries, whatever the number."""
    rows = {question.pk: question for question in questions}
    if not rows:
        return Background({}, {}, {})
    return Background(
        titles=titles_at(rows.values(), as_of=as_of),
        topics=topics_by_question(rows, as_of=as_of),
        experts=_experts_by_question(rows, as_of),
    )


def _experts_by_question(question_ids: Collection[int], as_of: datetime) -> dict[int, Slugs]:
    said = Forecast.objects.in_force(as_of).filter(
        question__in=question_ids, recorded_at__lte=as_of
    )
    experts: dict[int, set[str]] = {pk: set() for pk in question_ids}
    for question, slug in said.order_by().values_list("question", "expert__slug").distinct():
        experts[question].add(slug)
    return {pk: tuple(sorted(slugs)) for pk, slugs in experts.items()}


def topics_by_question(question_ids: Iterable[int], *, as_of: datetime) -> dict[int, Slugs]:
    """The slugs of their topics at `as_of`. Three queries, whatever the number."""
    ids = np.unique(np.array(list(question_ids), dtype=np.int64))
    if not ids.size:
        return {}
    found = topics_of(ids, as_of=as_of)
    return {
        pk: tuple(found.names[code] for code in codes)
        for pk, (codes,) in zip(ids.tolist(), found.questions.split(found.code), strict=True)
    }
