"""Who is asked about which question, and what has to change."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from forecasts.models import Assignment, Snooze, User
from forecasts.selectors.rosters import Knowledge, Roster, read_knowledge
from forecasts.selectors.waits import BACKUP_AFTER, Waits

Kind = Assignment.Kind


@dataclass(slots=True)
class Seat:
    """An open assignment."""

    pk: int
    question: int
    reviewer: int
    kind: str


@dataclass(slots=True)
class Seating:
    """All open assignments, beside the questions that somebody has to look at.

    Read once; `release`, `promote` and `fill`, in this order, say what to write.
    """

    seats: dict[int, list[Seat]]
    """By question."""
    wanted: list[int]
    """Questions that somebody has to look at, longest wait first."""
    backed: set[int]
    """Those of them that have waited so long that a backup is asked."""
    kept: set[int]
    """Questions whose assignments last."""

    @property
    def questions(self) -> set[int]:
        """All of which the roster has to know."""
        return {*self.wanted, *(self.kept & set(self.seats))}

    def release(self, roster: Roster) -> list[int]:
        """Assignments that end, by id: the question rests, or the reviewer cannot answer it."""
        ending = [
            seat
            for question, seats in self.seats.items()
            for seat in seats
            if question not in self.kept or not _stays(seat, roster)
        ]
        for seat in ending:
            self.seats[seat.question].remove(seat)
        return [seat.pk for seat in ending]

    def promote(self) -> list[int]:
        """Backups that become the first, by id, because the first has gone."""
        alone = [
            seats[0]
            for seats in self.seats.values()
            if [seat.kind for seat in seats] == [Kind.BACKUP]
        ]
        for seat in alone:
            seat.kind = Kind.FIRST
        return [seat.pk for seat in alone]

    def fill(self, roster: Roster) -> Iterator[tuple[int, User, str]]:
        """Who is to be asked about what, and as what."""
        load = Counter(seat.reviewer for seats in self.seats.values() for seat in seats)
        missing = [(q, kind) for q in self.wanted for kind in self._missing(q, roster)]
        knowledge = read_knowledge([question for question, _ in missing])
        for question, kind in missing:
            reviewer = self._choose(question, roster, knowledge, load)
            if reviewer is not None:
                load[reviewer.pk] += 1
                self.seats[question].append(Seat(0, question, reviewer.pk, kind))
                yield question, reviewer, kind

    def _missing(self, question: int, roster: Roster) -> list[str]:
        kinds = {seat.kind for seat in self.seats[question]}
        missing: list[str] = []
        if not kinds & {Kind.FIRST, Kind.LEAD}:
            missing.append(Kind.LEAD if question in roster.stuck else Kind.FIRST)
        if question in self.backed and Kind.BACKUP not in kinds:
            missing.append(Kind.BACKUP)
        return missing

    def _choose(
        self, question: int, roster: Roster, knowledge: Knowledge, load: Counter[int]
    ) -> User | None:
        seated = {seat.reviewer for seat in self.seats[question]}
        present = [user for user in roster.present(question) if user.pk not in seated]
        if present:
            return min(
                present,
                key=lambda user: (load[user.pk], -knowledge[question, user.pk], user.pk),
            )
        if seated:
            return None
        # Everybody is away: the question waits for whoever is back first.
        free = roster.free(question)
        return min(free, key=lambda user: (roster.attendance.away[user.pk], user.pk), default=None)


def _stays(seat: Seat, roster: Roster) -> bool:
    free = {user.pk for user in roster.free(seat.question)}
    if seat.reviewer not in free:
        return False
    return seat.reviewer not in roster.attendance.away or not roster.present(seat.question)


def read_seating(waits: Waits, *, as_of: datetime, early: Collection[int] = ()) -> Seating:
    """The open assignments, and the questions that want an answer or are in `early`.

    `waits` has all questions that can be answered.
    """
    seats: dict[int, list[Seat]] = defaultdict(list)
    by_hand: set[int] = set()
    rows = Assignment.objects.open().order_by("pk")
    for pk, question, reviewer, kind, by in rows.values_list(
        "pk", "question", "reviewer", "kind", "assigned_by"
    ):
        seats[question].append(Seat(pk, question, reviewer, kind))
        by_hand |= {question} if by else set()
    snoozed = Snooze.objects.in_force(as_of).values_list("question", flat=True)
    wanted = [question for question, since in waits.items() if since <= as_of]
    resting = {*early, *by_hand, *snoozed} & waits.keys() - set(wanted)
    return Seating(
        seats=seats,
        wanted=[*wanted, *sorted(resting & set(early))],
        backed={question for question in wanted if waits[question] <= as_of - BACKUP_AFTER},
        kept={*wanted, *resting},
    )
