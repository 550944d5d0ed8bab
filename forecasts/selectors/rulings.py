"""The rulings on a question: the one in force, and those before it."""

from forecasts.models import Question, Resolution
from forecasts.models.resolutions import Answer


def ruling_in_force(question: Question) -> Resolution | None:
    """The ruling that stands, from prefetched rows where present; a reopened question has none."""
    rulings = (row for row in question.resolutions.all() if row.superseded_at is None)
    return next((row for row in rulings if row.answer != Answer.REOPENED), None)


def superseded_rulings(question: Question) -> list[Resolution]:
    """The rulings that stand no more, oldest first, each with its `superseded_by`.

    From prefetched rows where present, without a query for each.
    """
    rows = list(question.resolutions.all())
    later = {row.supersedes_id: row for row in rows}
    earlier = [row for row in rows if row.superseded_at is not None]
    for row in earlier:
        row.superseded_by = later[row.pk]
    return earlier
