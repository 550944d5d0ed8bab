"""Asking reviewers: one mail a local date, at the hour that each has chosen."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from forecasts.models import Assignment, Role, User
from forecasts.selectors.absences import away_until
from forecasts.selectors.rosters import Attendance, read_attendance
from forecasts.selectors.waits import BACKUP_AFTER, OVERDUE_AFTER, Waits
from forecasts.services.assignments import assign_reviewers
from mail.arming import DAY, arm_prompts
from mail.content.prompts import PromptContent, prompt_contents
from mail.models import Asking, Delivery, Prompt
from mail.rendering import render_mail

# The prompts that somebody has to be asked about, by user id.
Asked = dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose hour has come, and who got no mail for it yet."""

    user: User
    hour: datetime

    def is_asked(self, turn: Assignment, prompt: Prompt) -> bool:
        """Whether this check is a reason to mail them: what comes after the hour is for the next.

        Work that is given out after the hour is a reason: where something ran at the hour, there
        is no mail now, and where nothing did, it came due before.
        """
        if turn.kind == Assignment.Kind.BACKUP and prompt.day * DAY < BACKUP_AFTER:
            return False
        return prompt.due_at <= self.hour


def prompt_reviewers(*, as_of: datetime, last_ran: datetime | None = None) -> int:
    """Arm the checks, assign what somebody has to look at, and queue the mails that are due.

    `last_ran` is when the last run that came to its end began; None where there was none. Returns
    how many mails were made. Safe twice and at once.
    """
    waits, unanswered = arm_prompts(as_of=as_of)
    attendance = read_attendance(as_of)
    live = list(Prompt.objects.live(as_of))
    early = {prompt.question_id for prompt in live if prompt.kind != Prompt.Kind.DUE}
    assign_reviewers(as_of=as_of, waits=waits, early=early, attendance=attendance)
    readers = _readers(attendance, as_of, last_ran)
    return _queue_mails(_asked(live, _overdue(unanswered, as_of), readers), readers, as_of)


def _overdue(unanswered: Waits, as_of: datetime) -> Waits:
    """From when the leads hear of each question that has waited so long."""
    limits = {question: since + OVERDUE_AFTER for question, since in unanswered.items()}
    return {question: limit for question, limit in limits.items() if limit <= as_of}


def _queue_mails(asked: Asked, readers: dict[int, Reader], as_of: datetime) -> int:
    """Put a mail in the outbox for everybody who has to be asked.

    It lists all that waits for them. Safe at once: the key of a mail is the reviewer and the date
    where they live.
    """
    contents = prompt_contents([readers[pk].user for pk in asked], as_of=as_of)
    return sum(
        _queue(readers[pk].user, contents[pk], prompts, as_of) for pk, prompts in asked.items()
    )


def _readers(
    attendance: Attendance, as_of: datetime, last_ran: datetime | None
) -> dict[int, Reader]:
    """Who may be mailed now, by user id: who is there, and whose hour has come since the last run.

    So nobody is mailed at another time for what has just become theirs, and a mail for which
    nothing ran at the hour is made up for, after midnight, too.
    """
    users = {*attendance.staff[Role.REVIEWER], *attendance.staff[Role.LEAD]}
    there = sorted((user for user in users if user.pk not in attendance.away), key=_by_id)
    readers = [Reader(user, _last_hour(user, as_of)) for user in there]
    # A clock that was put back has run later than now.
    missed = [r for r in readers if last_ran is None or not r.hour <= last_ran <= as_of]
    due = [r for r in missed if not _was_away(r, as_of)]
    keys = {r.user.pk: {_key(r.user, as_of), _key(r.user, r.hour)} for r in due}
    asked_for = [key for pair in keys.values() for key in pair]
    made = set(Delivery.objects.filter(key__in=asked_for).values_list("key", flat=True))
    return {r.user.pk: r for r in due if not keys[r.user.pk] & made}


def _was_away(reader: Reader, as_of: datetime) -> bool:
    """Whether the hour lies on a day before, on which they were away and no mail was missed."""
    is_before = reader.user.local_date(reader.hour) < reader.user.local_date(as_of)
    return is_before and reader.user.pk in away_until(reader.hour)


def _by_id(user: User) -> int:
    return user.pk


def _last_hour(user: User, as_of: datetime) -> datetime:
    """When their last mail was to be made: today or, before that has come, yesterday."""
    today = user.local_date(as_of)
    hour = user.prompted_at(today)
    return hour if hour <= as_of else user.prompted_at(today - DAY)


def _key(user: User, as_of: datetime) -> str:
    return f"prompt:{user.local_date(as_of)}:user:{user.pk}"


def _asked(live: list[Prompt], overdue: Waits, readers: dict[int, Reader]) -> Asked:
    """At which checks each reader is asked in a mail now, where there is a reason for one.

    Those are all that have come of what the mail lists, so that nobody hears of one again. Of
    what is overdue the leads hear, too, at its last check and those past the limit.
    """
    reasons: Asked = {pk: set() for pk in readers}
    listed: Asked = {pk: set() for pk in readers}
    for reader, turn, prompt in _turns(live, readers):
        listed[reader.user.pk].add(prompt.pk)
        if reader.is_asked(turn, prompt):
            reasons[reader.user.pk].add(prompt.pk)
    leads = [reader for reader in readers.values() if reader.user.has_role(Role.LEAD)]
    checks = [p for p in live if p.kind == Prompt.Kind.DUE and p.question_id in overdue]
    last = {prompt.question_id: prompt for prompt in checks}
    for prompt in checks:
        is_late = prompt.due_at >= overdue[prompt.question_id]
        for lead in leads:
            if is_late or prompt is last[prompt.question_id]:
                listed[lead.user.pk].add(prompt.pk)
            if is_late and prompt.due_at <= lead.hour:
                reasons[lead.user.pk].add(prompt.pk)
    told = Asking.objects.filter(reviewer__in=readers, prompt__question__arming__isnull=False)
    for reviewer, prompt_id in told.order_by().values_list("reviewer", "prompt"):
        reasons[reviewer].discard(prompt_id)
        listed[reviewer].discard(prompt_id)
    return {pk: listed[pk] for pk, prompts in reasons.items() if prompts}


def _turns(
    live: list[Prompt], readers: dict[int, Reader]
) -> Iterator[tuple[Reader, Assignment, Prompt]]:
    """The checks that have come of what each reader is to answer."""
    turns: dict[int, list[Assignment]] = defaultdict(list)
    for turn in Assignment.objects.open().filter(reviewer__in=readers):
        turns[turn.question_id].append(turn)
    for prompt in live:
        for turn in turns[prompt.question_id]:
            yield readers[turn.reviewer_id], turn, prompt


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
        not_before=as_of,
        created_at=as_of,
    )
    Asking.objects.bulk_create(
        [
            Asking(prompt_id=prompt, reviewer=user, delivery=delivery, asked_at=as_of)
            for prompt in sorted(prompts)
        ]
    )
