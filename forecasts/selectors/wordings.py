"""How questions were titled at any past instant."""

from collections.abc import Iterable
from datetime import datetime

from forecasts.models import Amendment, Question
from forecasts.models.experts import marked


def titles_at(questions: Iterable[Question], *, as_of: datetime) -> dict[int, str]:
    """Titles by question, with amendments made after `as_of` taken back; synthetic is marked."""
    rows = {question.pk: question for question in questions}
    later = Amendment.objects.filter(
        question__in=rows, field=Amendment.Field.TITLE, amended_at__gt=as_of
    ).order_by("-amended_at", "-pk")
    before = dict(later.values_list("question", "before"))
    return {
        pk: marked(before.get(pk, row.title), synthetic=row.synthetic) for pk, row in rows.items()
    }
