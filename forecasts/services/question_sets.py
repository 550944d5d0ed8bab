"""Recording questions that belong together: a family, and what hangs on another question."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Question, QuestionFamily, Topic, User
from forecasts.refusals import DuplicateFamilyError
from forecasts.services.ledgers import appended_last
from forecasts.services.questions import record_question, record_questions
from forecasts.services.roles import CODERS, require_role
from forecasts.services.saving import atomic_or_busy, save_checked

Questions = Sequence[tuple[Question, Iterable[Topic]]]


@atomic_or_busy()
@appended_last()
def record_question_family(
    *, family: QuestionFamily, questions: Questions, by: User, as_of: datetime
) -> QuestionFamily:
    """Store overlapping questions and, where it is new, their family: all of it or nothing.

    Raises RoleMissingError, DuplicateFamilyError, and RowsRefusedError as record_questions does.
    """
    require_role(by, CODERS)
    if not family.pk:
        _save_once(family)
    for question, _ in questions:
        question.family = family
    record_questions(questions=questions, by=by, as_of=as_of)
    return family


@atomic_or_busy()
@appended_last()
def record_conditional_questions(
    *, parent: Question, topics: Iterable[Topic], questions: Questions, by: User, as_of: datetime
) -> Question:
    """Store questions that hang on another one and, where it is new, that one: all or nothing.

    Each comes with the answer that it needs. Raises what record_question raises for the parent,
    and RowsRefusedError as record_questions does.
    """
    if not parent.pk:
        record_question(question=parent, topics=topics, by=by, as_of=as_of)
    for question, _ in questions:
        question.depends_on = parent
    record_questions(questions=questions, by=by, as_of=as_of)
    return parent


def _save_once(family: QuestionFamily) -> None:
    if QuestionFamily.objects.filter(slug=family.slug).exists():
        raise DuplicateFamilyError(field="family_slug")
    try:
        with transaction.atomic():
            save_checked(family)
    except IntegrityError as error:
        raise DuplicateFamilyError(field="family_slug") from error
