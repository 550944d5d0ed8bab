"""Watches what a simulated office is mailed, and judges it by the rows alone."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forecasts.models import Absence, Question, Role, Snooze, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import verdicts_of_round
from forecasts.selectors.rosters import read_attendance, read_roster
from mail.models import Asking, Delivery, Prompt

LINK = re.compile(r"/duequestion/(\d+)/change/")
# A month between repeats, a day until somebody's hour, a day between looks of this judge.
LONGEST_SILENCE = 32 * 24
FIRST_MAIL = 2 * 24
DAY = timedelta(days=1)
READ = ("amendments", "resolutions", "verdicts", "snoozes", "depends_on__resolutions")


@dataclass(slots=True)
class Silence:
    """How many hours, while the service ran, somebody could have been told and was not."""

    since: int
    n_mails: int = 0


@dataclass(slots=True)
class Judge:
    """Counts what went out and what did not. Hours are those in which the service ran."""

    beginning: datetime
    down: set[int]
    """Hours since the beginning in which nothing ran."""
    hours: int = 0
    n_mails: int = 0
    n_duplicates: int = 0
    n_listed_twice: int = 0
    n_to_absent: int = 0
    n_too_early: int = 0
    per_day: Counter[tuple[int, date]] = field(default_factory=Counter)
    longest: int = 0
    longest_first: int = 0
    longest_to_leads: int = 0
    forgotten: set[int] = field(default_factory=set)
    leads_not_told: set[int] = field(default_factory=set)
    _silent: dict[tuple[int, datetime], Silence] = field(default_factory=dict)
    _leads_silent: dict[tuple[int, datetime], Silence] = field(default_factory=dict)
    _heard_at: dict[int, datetime] = field(default_factory=dict)
    _leads_heard_at: dict[int, datetime] = field(default_factory=dict)
    _last_mail: int = 0

    def watch(self) -> list[User]:
        """Look at the mails made since the last time; returns who got one."""
        new = Delivery.objects.filter(pk__gt=self._last_mail, kind=Delivery.Kind.PROMPT)
        mails = list(new.select_related("user").order_by("pk"))
        for mail in mails:
            self._last_mail = mail.pk
            if mail.user is not None:
                self._judge(mail, mail.user)
        return [mail.user for mail in mails if mail.user is not None]

    def _judge(self, mail: Delivery, user: User) -> None:
        local = mail.created_at.astimezone(ZoneInfo(user.time_zone))
        self.n_mails += 1
        self.per_day[user.pk, local.date()] += 1
        self.n_too_early += local.hour < user.prompt_hour and not self._is_made_up(user, mail)
        away = Absence.objects.filter(
            user=user, starts_on__lte=local.date(), ends_on__gte=local.date(), cancelled_at=None
        )
        self.n_to_absent += away.exists()
        questions = [int(pk) for pk in LINK.findall(mail.text)]
        self.n_listed_twice += len(questions) - len(set(questions))
        self._heard_at |= dict.fromkeys(questions, mail.created_at)
        is_lead = user.has_role(Role.LEAD)
        self._heard(self._silent, set(questions))
        if is_lead:
            self._leads_heard_at |= dict.fromkeys(questions, mail.created_at)
            self._heard(self._leads_silent, set(questions))

    def _is_made_up(self, user: User, mail: Delivery) -> bool:
        """Whether nothing ran at yesterday's hour, so that this mail makes up for it."""
        yesterday = user.local_date(mail.created_at) - DAY
        missed = user.prompted_at(yesterday) - self.beginning
        return math.ceil(missed / timedelta(hours=1)) in self.down

    def _heard(self, silences: dict[tuple[int, datetime], Silence], questions: set[int]) -> None:
        for (question, _), silence in silences.items():
            if question in questions:
                self._close(silences, silence)
                silence.since, silence.n_mails = self.hours, silence.n_mails + 1

    def _close(self, silences: dict[tuple[int, datetime], Silence], silence: Silence) -> None:
        lasted = self.hours - silence.since
        if silences is self._leads_silent:
            self.longest_to_leads = max(self.longest_to_leads, lasted)
            return
        self.longest = max(self.longest, lasted)
        if not silence.n_mails:
            self.longest_first = max(self.longest_first, lasted)

    def look_around(self, as_of: datetime) -> None:
        """Once a day: who should have heard of what, by now?"""
        waits = _waits(as_of)
        attendance = read_attendance(as_of)
        roster = read_roster([question for question, _ in waits], attendance)
        self._silent = self._follow(
            self._silent, self._heard_at, {key: key[1] for key in waits if roster.present(key[0])}
        )
        late = {key: key[1] + 14 * DAY for key in waits if as_of - key[1] >= 14 * DAY}
        leads = [user for user in attendance.staff[Role.LEAD] if user.pk not in attendance.away]
        self._leads_silent = self._follow(
            self._leads_silent, self._leads_heard_at, late if leads else {}
        )
        self._find_forgotten()

    def _follow(
        self,
        silences: dict[tuple[int, datetime], Silence],
        heard_at: dict[int, datetime],
        waits: dict[tuple[int, datetime], datetime],
    ) -> dict[tuple[int, datetime], Silence]:
        """Silences of what waits now; of what rests, or of which nobody can hear, none."""
        return {
            key: silences.get(key)
            or Silence(self.hours, int(key[0] in heard_at and heard_at[key[0]] >= since))
            for key, since in waits.items()
        }

    def _find_forgotten(self) -> None:
        for (question, _), silence in self._silent.items():
            lasted = self.hours - silence.since
            self.longest = max(self.longest, lasted)
            if lasted > (LONGEST_SILENCE if silence.n_mails else FIRST_MAIL):
                self.forgotten.add(question)
        for (question, _), silence in self._leads_silent.items():
            lasted = self.hours - silence.since
            if lasted > (LONGEST_SILENCE if silence.n_mails else FIRST_MAIL):
                self.leads_not_told.add(question)

    def facts(self, as_of: datetime) -> dict[str, int]:
        """What is left to count in the end."""
        due = Prompt.objects.filter(due_at__lte=as_of, cancelled_at=None)
        pairs = Asking.objects.values_list(
            "prompt__question", "prompt__kind", "prompt__due_at", "reviewer"
        )
        asked = Counter(pairs)
        return {
            "due": due.count(),
            "asked": due.filter(askings__isnull=False).distinct().count(),
            "sent": sum(asked.values()),
            "twice": sum(n - 1 for n in asked.values()),
        }


def _waits(as_of: datetime) -> set[tuple[int, datetime]]:
    """Questions that want an answer, and since when: from the rows, one by one."""
    rows = Question.objects.answerable().select_related("depends_on").prefetch_related(*READ)
    resting = set(
        Snooze.objects.filter(lifted_at=None, until__gt=as_of).values_list("question", flat=True)
    )
    moments = {row.pk: _wanted_since(row) for row in rows if row.pk not in resting}
    return {(pk, moment) for pk, moment in moments.items() if moment <= as_of}


def _wanted_since(question: Any) -> datetime:
    verdicts = verdicts_of_round(question)
    moments = [verdicts[-1].given_at if verdicts else question.deadline, question.recorded_at]
    moments += [a.amended_at for a in question.amendments.all() if a.field == "deadline"]
    moments += [r.resolved_at for r in question.resolutions.all() if r.answer == Answer.REOPENED]
    moments += [snooze.lifted_at or snooze.until for snooze in question.snoozes.all()]
    if question.depends_on is not None:
        rulings = question.depends_on.resolutions.all()
        moments += [r.resolved_at for r in rulings if r.superseded_at is None]
    latest: datetime = max(moments)
    return latest
