"""Who can be asked about which question."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from forecasts.models import Question, Role, User
from forecasts.selectors.absences import away_until
from forecasts.selectors.reviews import (
    coders_of,
    hand_ons_of_round,
    questions_at_impasse,
    staff_by_role,
    verdicts_of_round,
)

READ = ("verdicts", "hand_ons", "resolutions", "amendments")


@dataclass(frozen=True, slots=True)
class Roster:
    """Staff, and what bars each of them from each of some questions."""

    staff: dict[str, list[User]]
    """Active users whom a mail can reach, by role."""
    away: dict[int, date]
    """Who is out of office, and until when."""
    coders: dict[int, set[int]]
    answered: dict[int, set[int]]
    """Who has answered each question, or handed it on."""
    stuck: frozenset[int]
    """Questions that only a lead can settle."""
    topics: dict[int, set[int]]
    """What each of the staff knows, by user id."""

    def role_for(self, question: int) -> Role:
        """Whose turn it is."""
        return Role.LEAD if question in self.stuck else Role.REVIEWER

    def free(self, question: int) -> list[User]:
        """Who may answer the question now, whether they are there or not.

        Nobody who coded it or has answered in this round; a lead settles only what they never
        answered.
        """
        barred = self.barred(question)
        return [user for user in self.staff[self.role_for(question)] if user.pk not in barred]

    def barred(self, question: int) -> set[int]:
        """Who may not be asked about the question, by user id."""
        return self.coders.get(question, set()) | self.answered.get(question, set())

    def present(self, question: int) -> list[User]:
        """Who may answer the question and is not away."""
        return [user for user in self.free(question) if user.pk not in self.away]


def read_roster(questions: Collection[int], *, as_of: datetime) -> Roster:
    """The roster for the questions with these ids, in as many queries for many as for one."""
    said = Q(verdicts__isnull=False) | Q(hand_ons__isnull=False)
    rows = list(Question.objects.filter(said, pk__in=questions).distinct().prefetch_related(*READ))
    stuck = questions_at_impasse(rows)
    answered = {question.pk: _said(question, is_stuck=question.pk in stuck) for question in rows}
    return Roster(
        staff=staff_by_role(),
        away=away_until(as_of),
        coders=coders_of(questions),
        answered=answered,
        stuck=frozenset(stuck),
        topics=_topics_known(),
    )


def _said(question: Question, *, is_stuck: bool) -> set[int]:
    counting = [verdict for verdict in question.verdicts.all() if verdict.is_counting]
    verdicts = counting if is_stuck else verdicts_of_round(question)
    handed_on = {row.reviewer_id for row in hand_ons_of_round(question)}
    return {row.reviewer_id for row in verdicts} | handed_on


def _topics_known() -> dict[int, set[int]]:
    topics: dict[int, set[int]] = defaultdict(set)
    for user, topic in User.topics.through.objects.values_list("user", "topic"):
        topics[user].add(topic)
    return topics
