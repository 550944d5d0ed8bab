"""Asking reviewers: checks are rows, and a reviewer gets at most one mail a local date."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from forecasts.models import Amendment, Assignment, Question, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import verdicts_of_round
from mail.content.prompts import prompt_content
from mail.models import Delivery, Prompt
from mail.models.prompts import CHECK_DAYS
from mail.outbox import message_id
from mail.rendering import render_mail

DEADLINE = Amendment.Field.DEADLINE


def arm_prompts(*, as_of: datetime) -> int:
    """See to it that every due question has its checks, counted from the right moment.

    Returns how many questions were armed. Safe at once: a check is unique.
    """
    due = Question.objects.due(as_of)
    Prompt.objects.waiting().exclude(question__in=due).update(cancelled_at=as_of)
    rows = Prompt.objects.filter(question__in=due).values_list("question", "counts_from")
    # A question that was not due for a while finds its checks, cancelled: armed again.
    armed = set(rows) - set(rows.filter(cancelled_at__isnull=False))
    questions = due.prefetch_related(
        "amendments", "assignments", "depends_on__resolutions", "resolutions", "verdicts"
    )
    n_armed = 0
    for question in questions:
        counts_from = _counts_from(question)
        if (question.pk, counts_from) not in armed:
            _arm(question, counts_from, as_of)
            n_armed += 1
    return n_armed


def _counts_from(question: Question) -> datetime:
    """Since when an answer is wanted that has not been given."""
    moments: list[datetime] = [question.deadline, question.recorded_at]
    moments += [a.amended_at for a in question.amendments.all() if a.field == DEADLINE]
    if question.depends_on is not None:
        rulings = question.depends_on.resolutions.all()
        moments += [r.resolved_at for r in rulings if r.superseded_at is None]
    moments += [r.resolved_at for r in question.resolutions.all() if r.answer == Answer.REOPENED]
    moments += [verdict.given_at for verdict in verdicts_of_round(question)]
    # Whoever takes over is asked from then on; the first assignment follows the deadline.
    moments += [assignment.assigned_at for assignment in list(question.assignments.all())[1:]]
    return max(moments)


def _arm(question: Question, counts_from: datetime, as_of: datetime) -> None:
    with transaction.atomic():
        Prompt.objects.waiting().filter(question=question).update(cancelled_at=as_of)
        Prompt.objects.bulk_create(
            [
                Prompt(
                    question=question,
                    counts_from=counts_from,
                    day=day,
                    due_at=counts_from + timedelta(days=day),
                )
                for day in CHECK_DAYS
            ],
            ignore_conflicts=True,
        )
        Prompt.objects.filter(question=question, counts_from=counts_from).update(cancelled_at=None)


def queue_prompts(*, as_of: datetime) -> int:
    """Put one mail in the outbox for each reviewer for whom a check has come due.

    It lists all that waits for them. Returns how many mails were made. Safe at once: the key
    of a mail is the reviewer and the date where they live.
    """
    waiting = Assignment.objects.open().filter(question__prompts__in=Prompt.objects.come_due(as_of))
    users = User.objects.filter(pk__in=waiting.values("reviewer")).exclude(email="")
    return sum(_queue(user, as_of) for user in users.order_by("pk"))


def _queue(user: User, as_of: datetime) -> bool:
    local_date = as_of.astimezone(ZoneInfo(user.time_zone)).date()
    key = f"prompt:{local_date}:user:{user.pk}"
    if Delivery.objects.filter(key=key).exists():
        return False
    try:
        with transaction.atomic():
            _create(user, key, as_of)
    except IntegrityError:
        return False
    return True


def _create(user: User, key: str, as_of: datetime) -> None:
    content = prompt_content(user, as_of=as_of)
    mail = render_mail("prompt", {"prompt": content})
    delivery = Delivery.objects.create(
        key=key,
        kind=Delivery.Kind.PROMPT,
        user=user,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        headers={"Auto-Submitted": "auto-generated"},
        message_id=message_id(key),
        not_before=as_of,
        created_at=as_of,
    )
    shown = [item.question for item in content.items]
    Prompt.objects.come_due(as_of).filter(question__in=shown).update(
        delivery=delivery, reviewer=user
    )
