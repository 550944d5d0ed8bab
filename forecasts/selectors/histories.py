"""Questions as they stood at any past instant."""

from collections.abc import Iterable
from datetime import datetime

from forecasts.models import Amendment, Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.standing import QuestionAt, Ruling


def questions_at(question_ids: Iterable[int], *, as_of: datetime) -> dict[int, QuestionAt]:
    """Opening, deadline and ruling by question, from the rows recorded by `as_of`."""
    ids = list(question_ids)
    rulings = _rulings(ids, as_of)
    deadlines = _deadlines_before_amendment(ids, as_of)
    rows = Question.objects.filter(pk__in=ids).values_list("pk", "opens_at", "deadline")
    return {
        pk: QuestionAt(
            pk=pk,
            opens_at=opens_at,
            deadline=deadlines.get(pk, deadline),
            ruling=rulings.get(pk),
        )
        for pk, opens_at, deadline in rows
    }


def _rulings(ids: list[int], as_of: datetime) -> dict[int, Ruling]:
    rows = (
        Resolution.objects.in_force(as_of)
        .filter(question__in=ids, resolved_at__lte=as_of)
        .order_by("resolved_at", "pk")
        .values_list("question", "answer", "known_at")
    )
    rulings = {question: Ruling(answer, known_at) for question, answer, known_at in rows}
    return {pk: ruling for pk, ruling in rulings.items() if ruling.answer != Answer.REOPENED}


def _deadlines_before_amendment(ids: list[int], as_of: datetime) -> dict[int, datetime]:
    later = (
        Amendment.objects.filter(
            question__in=ids, field=Amendment.Field.DEADLINE, amended_at__gt=as_of
        )
        .order_by("-amended_at", "-pk")
        .values_list("question", "before")
    )
    return {question: datetime.fromisoformat(before) for question, before in later}
