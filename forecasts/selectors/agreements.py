"""How reviewing goes: whether reviewers agree, how long it takes, what is left lying."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.crypto import salted_hmac

from forecasts.models import HandOn, Question, Resolution, User, Verdict
from forecasts.models.resolutions import Answer
from forecasts.scoring.agreements import Agreement, nominal_agreement
from forecasts.selectors.reviews import stuck_among

OVERDUE = timedelta(days=14)
DAY = timedelta(days=1)
ANSWERS = tuple(Verdict.Answer.values)
Units = dict[tuple[int, int], dict[int, str]]
"""Who answered what, by question and round."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers, and the rounds in which both gave a verdict."""

    reviewers: tuple[User, User]
    n: int
    n_agreed: int

    @property
    def share(self) -> float:
        """How much of it they agreed on."""
        return self.n_agreed / self.n

    @property
    def labels(self) -> tuple[str, str]:
        """What stands for the two in public."""
        one, other = self.reviewers
        return public_label(one), public_label(other)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long questions waited for their first ruling."""

    n_resolved: int
    """Without those annulled early, which tell no time from which to count."""
    median_days: float | None
    """From when an answer was possible; where it came early, from when the world knew."""
    n_late: int
    """Resolved more than 14 days after an answer was possible."""
    n_due: int
    n_overdue: int
    """Due for 14 days or more, and not resolved."""

    @property
    def share_late(self) -> float | None:
        """How much of what was resolved came late."""
        return self.n_late / self.n_resolved if self.n_resolved else None

    @property
    def share_overdue(self) -> float | None:
        """How much of what is due has been lying for 14 days or more."""
        return self.n_overdue / self.n_due if self.n_due else None


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Figures about the work of reviewers, of real or of invented questions."""

    agreement: Agreement
    pairs: tuple[Pair, ...]
    pace: Pace
    n_verdicts: int
    n_hand_ons: int
    n_settled: int
    """First rulings that a lead made, because reviewers could not."""
    n_waiting_for_lead: int


def reviewing_statistics(*, synthetic: bool = False, as_of: datetime) -> Reviewing:
    """The figures, of the rows as they stand; `as_of` only tells what is due."""
    here = Q(question__synthetic=synthetic)
    units = _units(Verdict.objects.counting().filter(here))
    firsts = _first_rulings(synthetic=synthetic)
    open_ones = Question.objects.unresolved().filter(synthetic=synthetic)
    return Reviewing(
        agreement=_agreement(units),
        pairs=_pairs(units.values()),
        pace=_pace(firsts, synthetic=synthetic, as_of=as_of),
        n_verdicts=sum(map(len, units.values())),
        n_hand_ons=HandOn.objects.filter(here).count(),
        n_settled=firsts.filter(basis=Resolution.Basis.LEAD).count(),
        n_waiting_for_lead=len(stuck_among(open_ones)),
    )


def public_label(user: User) -> str:
    """Stands for a member of staff: always the same, and tells nothing of who it is."""
    digest = salted_hmac("forecasts.selectors.agreements", str(user.pk), algorithm="sha256")
    return f"reviewer-{digest.hexdigest()[:8]}"


def _units(verdicts: QuerySet[Verdict]) -> Units:
    units: Units = defaultdict(dict)
    rows = verdicts.order_by("pk").values_list("question", "round", "reviewer", "answer")
    for question, current, reviewer, answer in rows.iterator():
        units[question, current][reviewer] = answer
    return units


def _agreement(units: Units) -> Agreement:
    counts = [[Counter(said.values())[a] for a in ANSWERS] for said in units.values()]
    return nominal_agreement(
        np.array(counts, dtype=np.int64).reshape(-1, len(ANSWERS)),
        cluster=np.array([question for question, _ in units], dtype=np.int64),
    )


def _pairs(units: Iterable[dict[int, str]]) -> tuple[Pair, ...]:
    """Those who met most often first."""
    met, agreed = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for said in units:
        for pair in combinations(sorted(said), 2):
            met[pair] += 1
            agreed[pair] += said[pair[0]] == said[pair[1]]
    users = User.objects.in_bulk({pk for pair in met for pk in pair})
    pairs = (Pair((users[a], users[b]), n, agreed[a, b]) for (a, b), n in met.items())
    return tuple(sorted(pairs, key=lambda pair: (-pair.n, pair.labels)))


def _first_rulings(*, synthetic: bool) -> QuerySet[Any]:
    """Each question's first answer of its own, annotated with `possible_at`."""
    own = (
        Resolution.objects.exclude(basis=Resolution.Basis.CONDITION)
        .exclude(answer=Answer.REOPENED)
        .exclude(superseded_by__basis=Resolution.Basis.UNDO)
    )
    first = own.filter(question=OuterRef("question")).order_by("resolved_at", "pk").values("pk")[:1]
    rulings = own.filter(pk=Subquery(first), question__synthetic=synthetic)
    annotated: QuerySet[Any] = rulings.annotate(possible_at=_possible_at("question__"))
    return annotated


def _overdue(due: QuerySet[Question], as_of: datetime) -> QuerySet[Any]:
    reopened = Resolution.objects.filter(question=OuterRef("pk"), answer=Answer.REOPENED)
    newest = reopened.exclude(basis=Resolution.Basis.UNDO).order_by("-resolved_at")
    since = _later(_possible_at(), Subquery(newest.values("resolved_at")[:1]))
    waiting: QuerySet[Any] = due.annotate(waits_since=since)
    return waiting.filter(waits_since__lte=as_of - OVERDUE)


def _possible_at(question: str = "") -> Greatest:
    """When an answer was first wanted: at the deadline, but not before there was a question.

    `question`: the way from the rows to their question.
    """
    parents = Resolution.objects.in_force().filter(question=OuterRef(f"{question}depends_on"))
    asked = _later(F(f"{question}deadline"), F(f"{question}recorded_at"))
    return _later(asked, Subquery(parents.values("resolved_at")[:1]))


def _later(moment: Any, other: Any) -> Greatest:
    """The later of two moments, of which the other may be missing."""
    when: models.DateTimeField[Any, Any] = models.DateTimeField()
    return Greatest(moment, Coalesce(other, moment, output_field=when), output_field=when)


def _pace(firsts: QuerySet[Any], *, synthetic: bool, as_of: datetime) -> Pace:
    rows = firsts.values_list("question__deadline", "possible_at", "resolved_at", "known_at")
    waits = [wait for row in rows.iterator() for wait in _wait(*row)]
    due = Question.objects.due(as_of).filter(synthetic=synthetic)
    return Pace(
        n_resolved=len(waits),
        median_days=median(wait / DAY for wait in waits) if waits else None,
        n_late=sum(wait > OVERDUE for wait in waits),
        n_due=due.count(),
        n_overdue=_overdue(due, as_of).count(),
    )


def _wait(
    deadline: datetime, possible_at: datetime, resolved_at: datetime, known_at: datetime | None
) -> list[timedelta]:
    """How long a ruling was waited for; nothing where it came early and tells no time."""
    start = possible_at if resolved_at >= deadline else known_at
    return [] if start is None else [max(resolved_at - start, timedelta())]
