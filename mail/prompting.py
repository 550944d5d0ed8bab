"""Asking reviewers: one mail a local date, at the hour that each has chosen."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Assignment, Role, User
from forecasts.selectors.absences import away_until
from forecasts.selectors.rosters import Attendance, read_attendance
from forecasts.selectors.waits import BACKUP_AFTER, OVERDUE_AFTER
from forecasts.services.assignments import assign_reviewers
from mail.arming import DAY, arm_prompts
from mail.content.prompts import PromptContent, prompt_contents
from mail.models import Asking, Delivery, Prompt
from mail.outbox import message_id
from mail.rendering import render_mail

# The prompts that somebody has to be asked about, by user id.
Asked = dict[int, set[int]]


def prompt_reviewers(*, as_of: datetime) -> int:
    """Arm the checks, assign what somebody has to look at, and queue the mails that are due.

    Returns how many mails were made. Safe twice and at once.
    """
    waits, unanswered = arm_prompts(as_of=as_of)
    attendance = read_attendance(as_of)
    live = list(Prompt.objects.live(as_of).order_by())
    early = {prompt.question_id for prompt in live if prompt.kind != Prompt.Kind.DUE}
    assign_reviewers(as_of=as_of, waits=waits, early=early, attendance=attendance)
    late = {
        prompt.pk
        for prompt in live
        if prompt.kind == Prompt.Kind.DUE
        and prompt.due_at >= unanswered.get(prompt.question_id, as_of) + OVERDUE_AFTER
    }
    return _queue_mails(live, late, attendance, as_of)


def _queue_mails(
    live: list[Prompt], late: set[int], attendance: Attendance, as_of: datetime
) -> int:
    """Put a mail in the outbox for everybody whose hour has come and who has to be asked.

    It lists all that waits for them. Nobody who is away gets one. Safe at once: the key of a mail
    is the reviewer and the date where they live.
    """
    readers = _readers(attendance, as_of)
    asked = _asked(live, late, readers)
    contents = prompt_contents([readers[pk].user for pk in asked], as_of=as_of)
    return sum(
        _queue(readers[pk].user, contents[pk], prompts, as_of) for pk, prompts in asked.items()
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who got no mail on this date yet."""

    user: User
    hour: datetime
    """The last one at which they are mailed: today's or, before that has come, yesterday's."""
    is_late: bool
    """Yesterday's: a mail now makes up for one that nothing was there to make."""

    def is_concerned(self, turn: Assignment, prompt: Prompt) -> bool:
        """Whether they are asked so at this check, in the mail of this hour.

        What comes after the hour waits for the next. Work that a sweep gives out later in the day
        does not: it came due before, and perhaps nothing ran meanwhile.
        """
        if turn.kind == Assignment.Kind.BACKUP and prompt.day * DAY < BACKUP_AFTER:
            return False
        is_strict = self.is_late or turn.assigned_by_id is not None
        return prompt.due_at <= self.hour and (turn.assigned_at <= self.hour or not is_strict)


def _readers(attendance: Attendance, as_of: datetime) -> dict[int, Reader]:
    """Who may be mailed now, by user id."""
    users = {*attendance.staff[Role.REVIEWER], *attendance.staff[Role.LEAD]}
    there = sorted((user for user in users if user.pk not in attendance.away), key=_by_id)
    readers = [_reader(user, as_of) for user in there]
    # Whoever got a mail yesterday has missed none: what came after it waits for today's hour.
    keys = {
        reader.user.pk: {_key(reader.user, as_of), _key(reader.user, reader.hour)}
        for reader in readers
    }
    asked_for = [key for pair in keys.values() for key in pair]
    made = set(Delivery.objects.filter(key__in=asked_for).values_list("key", flat=True))
    return {reader.user.pk: reader for reader in readers if not keys[reader.user.pk] & made}


def _by_id(user: User) -> int:
    return user.pk


def _reader(user: User, as_of: datetime) -> Reader:
    today = user.local_date(as_of)
    hour = user.prompted_at(today)
    if hour <= as_of:
        return Reader(user, hour, is_late=False)
    return Reader(user, user.prompted_at(today - DAY), is_late=True)


def _key(user: User, as_of: datetime) -> str:
    return f"prompt:{user.local_date(as_of)}:user:{user.pk}"


def _asked(live: list[Prompt], late: set[int], readers: dict[int, Reader]) -> Asked:
    """What came due before each reader's hour and was not in a mail to them.

    Of the `late` checks, the leads hear, too.
    """
    asked: Asked = {pk: set() for pk in readers}
    turns: dict[int, list[Assignment]] = defaultdict(list)
    for turn in Assignment.objects.open().filter(reviewer__in=readers):
        turns[turn.question_id].append(turn)
    leads = [reader for reader in readers.values() if reader.user.has_role(Role.LEAD)]
    for prompt in live:
        for turn in turns[prompt.question_id]:
            if readers[turn.reviewer_id].is_concerned(turn, prompt):
                asked[turn.reviewer_id].add(prompt.pk)
        if prompt.pk in late:
            for lead in (lead for lead in leads if prompt.due_at <= lead.hour):
                asked[lead.user.pk].add(prompt.pk)
    told = Asking.objects.filter(reviewer__in=readers, prompt__question__arming__isnull=False)
    for reviewer, prompt_id in told.order_by().values_list("reviewer", "prompt"):
        asked[reviewer].discard(prompt_id)
    return {pk: prompts for pk, prompts in asked.items() if prompts and not _was_away(readers[pk])}


def _was_away(reader: Reader) -> bool:
    """Whether there was no mail yesterday because they were away; they are asked at their hour."""
    return reader.is_late and reader.user.pk in away_until(reader.hour)


def _queue(user: User, content: PromptContent, prompts: set[int], as_of: datetime) -> bool:
    if not content.n_items:
        return False
    try:
        with transaction.atomic():
            _create(user, content, prompts, as_of)
    except IntegrityError:
        return False
    return True


def _create(user: User, content: PromptContent, prompts: set[int], as_of: datetime) -> None:
    key = _key(user, as_of)
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
    Asking.objects.bulk_create(
        [
            Asking(prompt_id=prompt, reviewer=user, delivery=delivery, asked_at=as_of)
            for prompt in sorted(prompts)
        ]
    )
