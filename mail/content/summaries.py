"""What the weekly summary tells leads: counts and names of questions, nothing of forecasts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from forecasts.models import Assignment, Dispute, Resolution, Role, User, Verdict
from forecasts.models.resolutions import Answer
from forecasts.scoring.agreements import Agreement
from forecasts.selectors.agreements import Pair, reviewing_statistics
from forecasts.selectors.reviews import reachable_staff
from forecasts.selectors.waits import questions_overdue
from mail.links import site_link

LONGEST_LIST = 20
# Before the target time of a dispute.
ACKNOWLEDGE_SOON, DECIDE_SOON = timedelta(days=2), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ruling of the week."""

    title: str
    answer: str
    link: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A question that has waited for two weeks or longer."""

    title: str
    days: int
    """How long an answer has been wanted."""
    asked: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Workload:
    """What a reviewer has done in the week, and what waits for them."""

    name: str
    n_answered: int
    n_open: int


@dataclass(frozen=True, slots=True)
class Agreeing:
    """Two reviewers, and how often they said the same."""

    names: tuple[str, str]
    n: int
    n_agreed: int


@dataclass(frozen=True, slots=True)
class DisputeDue:
    """A dispute whose target time is near or over. What it is about stands at the desk."""

    number: int
    is_new: bool
    """Whether nobody has acknowledged it."""
    due_at: datetime
    is_late: bool
    link: str


@dataclass(frozen=True, slots=True)
class SummaryContent:
    """One week of reviewing."""

    week: str
    starts_at: datetime
    as_of: datetime
    resolved: tuple[Resolved, ...]
    n_resolved: int
    overdue: tuple[Overdue, ...]
    n_overdue: int
    agreement: Agreement
    pairs: tuple[Agreeing, ...]
    """Of all time, as the agreement."""
    workloads: tuple[Workload, ...]
    disputes: tuple[DisputeDue, ...]
    n_disputes: int
    desk_link: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say beyond that."""
        is_quiet = not (self.n_resolved or self.n_overdue or self.n_disputes)
        return is_quiet and not any(one.n_answered or one.n_open for one in self.workloads)

    @property
    def headline(self) -> str:
        """The week in a line."""
        if self.is_empty:
            return "Nothing was resolved, and nothing waits"
        disputes = f"{self.n_disputes} dispute{'' if self.n_disputes == 1 else 's'} near"
        parts = (
            (self.n_resolved, f"{self.n_resolved} resolved"),
            (self.n_overdue, f"{self.n_overdue} overdue"),
            (self.n_disputes, f"{disputes} the target time"),
        )
        return ", ".join(said for n, said in parts if n) or "Nothing was resolved or is overdue"


def summary_content(week: str, *, starts_at: datetime, as_of: datetime) -> SummaryContent:
    """The week after `starts_at`, up to `as_of`; agreement is of all rounds ever.

    A fixed number of queries. Real questions only.
    """
    rulings = _rulings(starts_at, as_of)
    overdue = _overdue(as_of)
    disputes = _disputes(as_of)
    reviewing = reviewing_statistics(as_of=as_of)
    return SummaryContent(
        week=week,
        starts_at=starts_at,
        as_of=as_of,
        resolved=rulings[:LONGEST_LIST],
        n_resolved=len(rulings),
        overdue=overdue[:LONGEST_LIST],
        n_overdue=len(overdue),
        agreement=reviewing.agreement,
        pairs=tuple(map(_agreeing, reviewing.pairs[:LONGEST_LIST])),
        workloads=_workloads(starts_at, as_of),
        disputes=disputes[:LONGEST_LIST],
        n_disputes=len(disputes),
        desk_link=site_link("admin:reviewing"),
    )


def _rulings(starts_at: datetime, as_of: datetime) -> tuple[Resolved, ...]:
    rows = (
        Resolution.objects.in_force(as_of)
        .filter(resolved_at__gt=starts_at, resolved_at__lte=as_of, question__synthetic=False)
        .exclude(answer=Answer.REOPENED)
        .select_related("question")
        .order_by("-resolved_at", "pk")
    )
    return tuple(
        Resolved(
            title=str(row.question),
            answer=Answer(row.answer).label,
            link=site_link("web:question", row.question.slug),
        )
        for row in rows
    )


def _overdue(as_of: datetime) -> tuple[Overdue, ...]:
    rows = questions_overdue(as_of).filter(synthetic=False)
    return tuple(
        Overdue(
            title=str(row),
            days=(as_of - row.unanswered_since).days,
            asked=tuple(
                _name(turn.reviewer) for turn in row.assignments.all() if turn.closed_at is None
            ),
            link=site_link("admin:desk_duequestion_change", row.pk),
        )
        for row in rows.prefetch_related("assignments__reviewer")
    )


def _workloads(starts_at: datetime, as_of: datetime) -> tuple[Workload, ...]:
    """Reviewers and whoever else answered or is asked, who has most to do first."""
    given = Verdict.objects.counting().filter(given_at__gt=starts_at, given_at__lte=as_of)
    real = Q(question__synthetic=False)
    answered = Counter(given.filter(real).values_list("reviewer", flat=True))
    waiting = Counter(Assignment.objects.open().filter(real).values_list("reviewer", flat=True))
    reviewers = reachable_staff(Role.REVIEWER).values_list("pk", flat=True)
    users = User.objects.in_bulk({*answered, *waiting, *reviewers})
    found = [Workload(_name(user), answered[pk], waiting[pk]) for pk, user in users.items()]
    return tuple(sorted(found, key=lambda one: (-one.n_open, -one.n_answered, one.name)))


def _disputes(as_of: datetime) -> tuple[DisputeDue, ...]:
    is_new = Q(acknowledged_at=None)
    near = is_new & Q(acknowledge_by__lte=as_of + ACKNOWLEDGE_SOON)
    near |= Q(decide_by__lte=as_of + DECIDE_SOON)
    rows = Dispute.objects.to_do().filter(near, received_at__lte=as_of)
    return tuple(sorted((_dispute(row, as_of) for row in rows), key=_by_due))


def _dispute(row: Dispute, as_of: datetime) -> DisputeDue:
    is_new = row.acknowledged_at is None
    due_at = row.acknowledge_by if is_new else row.decide_by
    link = site_link("admin:forecasts_dispute_change", row.pk)
    return DisputeDue(row.pk, is_new, due_at, is_late=due_at <= as_of, link=link)


def _by_due(one: DisputeDue) -> tuple[datetime, int]:
    return one.due_at, one.number


def _agreeing(pair: Pair) -> Agreeing:
    one, other = pair.reviewers
    return Agreeing((_name(one), _name(other)), pair.n, pair.n_agreed)


def _name(user: User) -> str:
    return user.get_full_name() or user.username
