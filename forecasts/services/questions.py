"""Recording questions, and amending them in the open."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from forecasts.bell import ring
from forecasts.exceptions import (
    CriteriaFrozenError,
    CycleError,
    DeadlineOrderError,
    NothingAmendedError,
    ReasonMissingError,
    SyntheticMixError,
)
from forecasts.models import Amendment, Question, Resolution, Topic, TopicChange, User
from forecasts.refusals import ConditionIncompleteError, DuplicateQuestionError
from forecasts.selectors.clusters import fixed_questions
from forecasts.services.ledgers import appended_last, enter, enter_questions
from forecasts.services.roles import CODERS, LEADS, require_role
from forecasts.services.row_checks import Once, external_ids_of, one_row, save_all_once
from forecasts.services.rulings import apply_condition
from forecasts.services.saving import (
    atomic_or_busy,
    lock_question,
    lock_questions,
    save_all_checked,
    save_checked,
)
from forecasts.services.scorecards import touch_experts, touched_once
from forecasts.services.snoozes import lift_snoozes

FROZEN = tuple(Amendment.Field.values)
# Scores and verdicts rest on these, too, and no amendment changes them.
FIXED = (
    "slug",
    "opens_at",
    "family_id",
    "depends_on_id",
    "depends_on_answer",
    "required_verdicts",
    "synthetic",
)


@atomic_or_busy()
@appended_last()
def record_question(
    *, question: Question, topics: Iterable[Topic] = (), by: User, as_of: datetime
) -> Question:
    """Store a new question.

    Raises RoleMissingError, DeadlineOrderError, SyntheticMixError, ConditionIncompleteError,
    DuplicateQuestionError.
    """
    with one_row():
        record_questions(questions=[(question, topics)], by=by, as_of=as_of)
    return question


@atomic_or_busy()
@appended_last()
def record_questions(
    *, questions: Sequence[tuple[Question, Iterable[Topic]]], by: User, as_of: datetime
) -> None:
    """Store new questions with their topics, all of them or none.

    Raises RoleMissingError, and RowsRefusedError with what record_question raises for each.
    """
    require_role(by, CODERS)
    rows = [question for question, _ in questions]
    for question in rows:
        question.recorded_by, question.recorded_at = by, as_of
    save_all_once(rows, _check, ONCE, NAMED)
    about = Question.topics.through
    about.objects.bulk_create(
        about(question_id=question.pk, topic_id=pk)
        for question, topics in questions
        for pk in dict.fromkeys(topic.pk for topic in topics)
    )
    hanging = [question for question in rows if question.depends_on_id is not None]
    # All of them in one order, before each is looked at.
    lock_questions(Question.objects.filter(pk__in={row.depends_on_id for row in hanging}))
    with touched_once():
        for question in hanging:
            _settle_in(question, as_of)
    ring()


@atomic_or_busy()
@appended_last()
def edit_question(
    *, question: Question, topics: Iterable[Topic], by: User, as_of: datetime
) -> Question:
    """Change a question that is not frozen; of others, the topics.

    Raises RoleMissingError, CriteriaFrozenError, CycleError, DeadlineOrderError.
    """
    require_role(by, CODERS)
    _lock_parent(question)
    before = lock_question(question)
    _check_frozen(before, question)
    _check(question)
    touch_experts(question=before, as_of=as_of)
    question.n_edits, question.edited_at = before.n_edits + 1, as_of
    save_checked(question)
    _set_topics(question, set(topics), as_of)
    _settle_in(question, as_of)
    return question


def _set_topics(question: Question, topics: set[Topic], as_of: datetime) -> None:
    before = set(question.topics.all())
    changed = sorted(before ^ topics, key=lambda topic: topic.pk)
    question.topics.add(*topics - before)
    question.topics.remove(*before - topics)
    save_all_checked(
        [
            TopicChange(question=question, topic=topic, was_on=topic in before, changed_at=as_of)
            for topic in changed
        ]
    )


def is_frozen(question: Question) -> bool:
    """Whether it has a forecast, a verdict, a hand-on, an amendment, or a ruling of its own."""
    return (
        question.forecasts.exists()
        or question.amendments.exists()
        or question.verdicts.exists()
        or question.hand_ons.exists()
        or question.resolutions.exclude(basis=Resolution.Basis.CONDITION).exists()
    )


def _is_named(question: Question) -> bool:
    """Whether lines of the ledger name the question, or can from now on."""
    return question.resolutions.exists() or question.dependents.exists()


def _check_frozen(before: Question, after: Question) -> None:
    changed = [
        field.removesuffix("_id")
        for field in (*FROZEN, *FIXED)
        if getattr(before, field) != getattr(after, field)
    ]
    if changed and (is_frozen(before) or ("slug" in changed and _is_named(before))):
        raise CriteriaFrozenError(fields=" and ".join(changed), field=changed[0])


@atomic_or_busy()
@appended_last()
def amend_question(
    *, question: Question, changes: dict[str, Any], reason: str, by: User, as_of: datetime
) -> list[Amendment]:
    """Change frozen fields, with a public reason; a moved deadline re-arms the prompts.

    Raises RoleMissingError, ReasonMissingError, NothingAmendedError, DeadlineOrderError.
    """
    require_role(by, LEADS)
    if not reason.strip():
        raise ReasonMissingError(field="reason")
    row = lock_question(question)
    before = {field: getattr(row, field) for field in FROZEN if field in changes}
    changed = {field: old for field, old in before.items() if old != changes[field]}
    if not changed:
        raise NothingAmendedError
    if not fixed_questions().filter(pk=row.pk).exists():
        # Its line says what was there before the amendment.
        enter_questions(ids=[row.pk])
    for field in changed:
        setattr(row, field, changes[field])
    _check(row)
    save_checked(row)
    if Amendment.Field.DEADLINE in changed:
        lift_snoozes(question=row, as_of=as_of)
    touch_experts(question=row, as_of=as_of)
    ring()
    amendments = [
        save_checked(
            Amendment(
                question=row,
                field=field,
                before=as_text(old),
                after=as_text(getattr(row, field)),
                reason=reason,
                amended_by=by,
                amended_at=as_of,
            )
        )
        for field, old in changed.items()
    ]
    enter(kind="amendment", ids=[amendment.pk for amendment in amendments])
    return amendments


def as_text(value: Any) -> str:
    """What an amendment keeps of a column."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _check(question: Question) -> None:
    if question.opens_at is not None and question.opens_at >= question.deadline:
        raise DeadlineOrderError(field="deadline")
    if (question.depends_on_id is None) != (not question.depends_on_answer):
        raise ConditionIncompleteError(field="depends_on_answer")
    parent = question.depends_on
    if parent is not None and parent.synthetic != question.synthetic:
        raise SyntheticMixError(field="depends_on")
    while parent is not None:
        if parent.pk == question.pk:
            raise CycleError(field="depends_on")
        parent = parent.depends_on


def _lock_parent(question: Question) -> None:
    """Hold the parent, as its row is now: no ruling on it passes the question by."""
    if question.depends_on is not None:
        question.depends_on = lock_question(question.depends_on)


def _settle_in(question: Question, as_of: datetime) -> None:
    _lock_parent(question)
    apply_condition(question=question, as_of=as_of)
    ring()


def _recorded(questions: Sequence[Question]) -> QuerySet[Question]:
    return Question.objects.filter(slug__in={question.slug for question in questions})


ONCE: Once[Question] = Once(
    lambda question: question.slug, _recorded, lambda: DuplicateQuestionError(field="slug")
)
NAMED = external_ids_of(Question)
