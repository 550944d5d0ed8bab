"""The ruling in force on a question."""

from forecasts.models import Question, Resolution
from forecasts.models.resolutions import Answer


def ruling_in_force(question: Question) -> Resolution | None:
    """The ruling that stands, from prefetched rows where present; a reopened question has none."""
    rulings = (row for row in question.resolutions.all() if row.superseded_at is None)
    return next((row for row in rulings if row.answer != Answer.REOPENED), None)
