"""Answering a look before the deadline: it has not happened yet."""

from datetime import datetime

from django.db import transaction

from forecasts.exceptions import NothingOpenError, OwnCodingError
from forecasts.models import Question, User
from forecasts.selectors.reviews import coded_by
from forecasts.services.roles import REVIEWERS, require_role
from forecasts.services.saving import lock_question
from mail.models import Prompt


@transaction.atomic
def answer_interim(*, question: Question, reviewer: User, as_of: datetime) -> None:
    """Note that somebody has looked and it has not happened yet; the next look comes in its time.

    Raises RoleMissingError, OwnCodingError, NothingOpenError.
    """
    require_role(reviewer, REVIEWERS)
    row = lock_question(question)
    if coded_by(row, reviewer):
        raise OwnCodingError
    looks = Prompt.objects.live(as_of).filter(question=row, kind=Prompt.Kind.INTERIM)
    ids = list(looks.values_list("pk", flat=True))
    if not ids:
        raise NothingOpenError
    Prompt.objects.filter(pk__in=ids).update(answered_at=as_of, answered_by=reviewer)
