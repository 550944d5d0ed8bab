"""What a form was filled in against, and what has changed since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from desk.forms import ServiceForm
from forecasts.models import Amendment, Question, Resolution
from forecasts.models.resolutions import Answer


class Version(NamedTuple):
    """How many rows of each kind a question had, and stamps on them: they are only ever added."""

    amendments: int
    rulings: int
    verdicts: int
    withdrawn: int
    assignments: int
    closed: int
    snoozes: int
    lifted: int

    def __str__(self) -> str:
        """As a form carries it."""
        return ".".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What a form brought back; None where that is no version."""
        try:
            numbers = [int(number) for number in text.split(".")]
            return cls(*numbers)
        except (TypeError, ValueError):
            return None

    @property
    def meaning(self) -> tuple[int, int]:
        """What an answer depends on: the wording, and the rulings."""
        return self.amendments, self.rulings


def version_of(question: Question) -> Version:
    """The question's present version, from prefetched rows where present."""
    assignments, snoozes = list(question.assignments.all()), list(question.snoozes.all())
    verdicts = list(question.verdicts.all())
    return Version(
        amendments=len(question.amendments.all()),
        rulings=len(question.resolutions.all()),
        verdicts=len(verdicts),
        withdrawn=sum(row.withdrawn_at is not None for row in verdicts),
        assignments=len(assignments),
        closed=sum(row.closed_at is not None for row in assignments),
        snoozes=len(snoozes),
        lifted=sum(row.lifted_at is not None for row in snoozes),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a question meanwhile."""

    text: str
    at: datetime
    amendment: Amendment | None = None


def changes_since(question: Question, seen: Version) -> list[Change]:
    """What happened since that version, oldest first; of verdicts only that there are some."""
    changes = [
        *_amendments(question, seen),
        *_rulings(question, seen),
        *_verdicts(question, seen),
        *_assignments(question, seen),
        *_snoozes(question, seen),
    ]
    return sorted(changes, key=lambda change: change.at)


def changes_met(form: ServiceForm | None, question: Question, version: str) -> list[Change]:
    """What a form that came too late met; `version` is what it was filled in against."""
    seen = Version.parse(version)
    if form is None or not form.lost_race or seen is None:
        return []
    return changes_since(question, seen)


def _amendments(question: Question, seen: Version) -> Iterator[Change]:
    for row in list(question.amendments.all())[seen.amendments :]:
        yield Change("It was amended.", row.amended_at, row)


def _rulings(question: Question, seen: Version) -> Iterator[Change]:
    for row in list(question.resolutions.all())[seen.rulings :]:
        yield Change(_said(row), row.resolved_at)


def _said(ruling: Resolution) -> str:
    if ruling.answer == Answer.REOPENED:
        return f"It was reopened: {ruling.reason}"
    basis = ruling.get_basis_display()
    text = f"It was resolved “{ruling.answer}” ({basis[:1].lower()}{basis[1:]})."
    return f"{text} {ruling.reason}".strip()


def _verdicts(question: Question, seen: Version) -> Iterator[Change]:
    rows = list(question.verdicts.all())
    for row in rows[seen.verdicts :]:
        yield Change("A verdict was given.", row.given_at)
    withdrawn = sorted(row.withdrawn_at for row in rows if row.withdrawn_at is not None)
    for moment in withdrawn[seen.withdrawn :]:
        yield Change("A verdict was taken back.", moment)


def _assignments(question: Question, seen: Version) -> Iterator[Change]:
    for row in list(question.assignments.all())[seen.assignments :]:
        yield Change(f"It was assigned to {row.reviewer}.", row.assigned_at)


def _snoozes(question: Question, seen: Version) -> Iterator[Change]:
    rows = list(question.snoozes.all())
    for row in rows[seen.snoozes :]:
        yield Change(f"It was snoozed until {row.until:%-d %B %Y}: {row.reason}", row.snoozed_at)
    lifted = sorted(row.lifted_at for row in rows if row.lifted_at is not None)
    for moment in lifted[seen.lifted :]:
        yield Change("A snooze ended.", moment)
