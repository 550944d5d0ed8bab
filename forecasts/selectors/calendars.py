"""What calendars show: deadlines, and how often what they say has changed."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from forecasts.models import Assignment, CalendarFeed, Coding, Forecast, Question, Role, User
from forecasts.models.resolutions import Answer
from forecasts.selectors.rulings import ruling_in_force

# What is over stays for a quarter, so that an annulment reaches who had noted the deadline.
PAST = timedelta(days=92)
COMING = timedelta(days=60)
MOST_DEADLINES = 1_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """A question's deadline as a calendar shows it."""

    question: Question
    answer: str
    """Of the ruling in force; empty without one."""
    n_changes: int
    """Edits, amendments and rulings so far: it only rises."""
    changed_at: datetime

    @property
    def is_annulled(self) -> bool:
        """Whether nobody has to wait for it any more."""
        return self.answer == Answer.ANNULLED


def public_deadlines(
    questions: QuerySet[Question] | None = None, *, as_of: datetime
) -> list[Deadline]:
    """The deadlines of a quarter before `as_of` and later, or of these questions, by date.

    Of too many the next to come are kept first, and then those that were over last.
    """
    today = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    rows = Question.objects.all() if questions is None else questions
    to_come = Case(When(deadline__gte=as_of, then="deadline"))
    nearest = (F("deadline").desc(), "pk")
    within = rows.filter(deadline__gte=today - PAST)
    return _deadlines(within.order_by(to_come.asc(nulls_last=True), *nearest))


def deadlines_on(topic: str, *, as_of: datetime) -> list[Deadline]:
    """Those of questions on the topic of this slug."""
    return public_deadlines(Question.objects.filter(topics__slug=topic), as_of=as_of)


def deadlines_of(expert: str, *, as_of: datetime) -> list[Deadline]:
    """Those of questions that the expert of this slug answered."""
    said = Forecast.objects.in_force().filter(expert__slug=expert, question=OuterRef("pk"))
    return public_deadlines(Question.objects.filter(Exists(said)), as_of=as_of)


def deadlines_for(user: User, *, as_of: datetime) -> list[Deadline]:
    """Those of questions that the reviewer is to answer, and of those that may come to them.

    Nobody is asked about what they coded, and a lead only about what is assigned to them.
    """
    own = Assignment.objects.open().filter(reviewer=user, question=OuterRef("pk"))
    codings = Coding.objects.filter(forecast__question=OuterRef("pk"), coder=user)
    recordings = Forecast.objects.filter(question=OuterRef("pk"), recorded_by=user)
    coming = Q(deadline__gt=as_of, deadline__lte=as_of + COMING)
    coming &= ~Exists(codings) & ~Exists(recordings)
    wanted = Exists(own) | coming if user.has_role(Role.REVIEWER) else Q(Exists(own))
    return _deadlines(Question.objects.unresolved().filter(wanted).order_by("deadline", "pk"))


def _deadlines(questions: QuerySet[Question]) -> list[Deadline]:
    """The first of them, by date."""
    rows = questions.prefetch_related("amendments", "resolutions")[:MOST_DEADLINES]
    return [_deadline(row) for row in sorted(rows, key=lambda row: (row.deadline, row.pk))]


def _deadline(question: Question) -> Deadline:
    ruling = ruling_in_force(question)
    amendments, rulings = question.amendments.all(), question.resolutions.all()
    moments = [question.recorded_at, question.edited_at or question.recorded_at]
    moments += [row.amended_at for row in amendments] + [row.resolved_at for row in rulings]
    return Deadline(
        question=question,
        answer=ruling.answer if ruling else "",
        n_changes=question.n_edits + len(amendments) + len(rulings),
        changed_at=max(moments),
    )


def hash_of(token: str) -> str:
    """What is kept of a token: it is random enough that a plain hash hides it."""
    return hashlib.sha256(token.encode()).hexdigest()


def calendar_owner(token: str) -> User | None:
    """The reviewer whose calendar it opens; None for a token that is unknown or revoked.

    The lookup is by hash, so that its time says nothing of the token.
    """
    feeds = CalendarFeed.objects.working().filter(token_hash=hash_of(token))
    feed = feeds.select_related("user").prefetch_related("user__groups").first()
    if feed is None or not feed.user.has_role(Role.REVIEWER, Role.LEAD):
        return None
    return feed.user


def calendar_of(user: User) -> CalendarFeed | None:
    """The user's feed that works, to say since when."""
    return CalendarFeed.objects.working().filter(user=user).first()
