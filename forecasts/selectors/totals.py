"""Figures of the whole: how much there is, where it stands, how long answers took."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Coalesce

from forecasts.models import Forecast, Question, Resolution, UnscorableStatement
from forecasts.scoring.arrays import Booleans, Integers
from forecasts.scoring.standings import Fate, standing_forecasts
from forecasts.scoring.statements import Answer
from forecasts.selectors.agreements import DAY, OVERDUE
from forecasts.selectors.columns import MICROSECOND, Columns, instant, microseconds, read_columns
from forecasts.selectors.histories import read_about, ruled_columns
from forecasts.selectors.questions import State
from forecasts.selectors.statements import Said, statements_at

LATELY = timedelta(days=30)
NOTHING = 0
RULED = {
    Answer.YES: State.YES,
    Answer.NO: State.NO,
    Answer.AMBIGUOUS: State.AMBIGUOUS,
    Answer.ANNULLED: State.ANNULLED,
}
NEEDED = {"yes": Answer.YES, "no": Answer.NO}


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of what is real or of what is invented. Questions: those somebody has answered."""

    n_experts: int
    n_questions: int
    questions: dict[str, int]
    """By State; every state is there."""
    n_forecasts: int
    """Statements: forecasts, updates and withdrawals."""
    n_scored: int
    n_sources: int
    n_unscorable: int
    n_resolved: int
    """Questions whose first ruling tells how long it took."""
    n_resolved_lately: int
    """First rulings of the last thirty days, annulled early or not."""
    median_days: float | None
    n_due: int
    n_overdue: int
    first_recorded_at: datetime | None

    @property
    def share_overdue(self) -> float | None:
        """How much of what is due has been for 14 days or more."""
        return self.n_overdue / self.n_due if self.n_due else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stood; times are microseconds."""

    state: State
    is_synthetic: bool
    resolved_at: int | None
    """Its first ruling."""
    wait: int | None
    """How long that took, from when an answer was possible."""
    is_overdue: bool


def totals(as_of: datetime) -> dict[bool, Totals]:
    """The figures of what is invented (True) and of what is real, from the rows by `as_of`."""
    said = statements_at(None, as_of=as_of, has_clusters=False)
    asked = list(_asked(said, as_of))
    kinds = np.array([one.is_synthetic for one in asked], dtype=np.bool_)
    standing = standing_forecasts(said.statements, said.questions, counted_at=microseconds(as_of))
    scored = kinds[standing.question[standing.fate == Fate.SCORED]]
    n_sources, n_unscorable = _sources(as_of), _unscorable(as_of)
    return {
        kind: Totals(
            n_scored=int((scored == kind).sum()),
            n_sources=n_sources[kind],
            n_unscorable=n_unscorable[kind],
            **_of_statements(said, kinds == kind),
            **_of_questions([one for one in asked if one.is_synthetic == kind], as_of),
        )
        for kind in (False, True)
    }


def _sources(as_of: datetime) -> Counter[bool]:
    """How many have been quoted."""
    rows = Forecast.objects.in_force(as_of).filter(recorded_at__lte=as_of).order_by()
    found = rows.values_list("source", "source__synthetic").distinct()
    return Counter(kind for _, kind in found)


def _unscorable(as_of: datetime) -> Counter[bool]:
    rows = UnscorableStatement.objects.filter(recorded_at__lte=as_of)
    return Counter(rows.order_by().values_list("source__synthetic", flat=True))


def _of_statements(said: Said, is_here: Booleans) -> dict[str, Any]:
    rows = is_here[said.statements.question]
    recorded = said.statements.recorded_at[rows]
    return {
        "n_experts": np.unique(said.statements.expert[rows]).size,
        "n_forecasts": recorded.size,
        "first_recorded_at": instant(int(recorded.min())) if recorded.size else None,
    }


def _of_questions(asked: list[Asked], as_of: datetime) -> dict[str, Any]:
    states = Counter(one.state for one in asked)
    waits = [one.wait for one in asked if one.wait is not None]
    since = microseconds(as_of - LATELY)
    resolved = [one.resolved_at for one in asked if one.resolved_at is not None]
    return {
        "n_questions": len(asked),
        "questions": {state.value: states[state] for state in State},
        "n_resolved": len(waits),
        "n_resolved_lately": sum(moment > since for moment in resolved),
        "median_days": median(waits) * MICROSECOND / DAY if waits else None,
        "n_due": states[State.DUE],
        "n_overdue": sum(one.is_overdue for one in asked),
    }


def _asked(said: Said, as_of: datetime) -> Iterator[Asked]:
    rows, rulings = _questions(said.question_ids), _Rulings(as_of)
    deadlines, answers = said.questions.deadline.tolist(), said.questions.answer.tolist()
    columns = (
        rows[name].tolist() for name in ("pk", "recorded_at", "parent", "needed", "synthetic")
    )
    now = microseconds(as_of)
    for deadline, answer, pk, recorded, parent, needed, synthetic in zip(
        deadlines, answers, *columns, strict=True
    ):
        code, parent_at = rulings.standing.get(parent, (Answer.OPEN, NOTHING))
        is_met = parent == NOTHING or code == needed
        state = RULED.get(answer) or _state(is_open=deadline > now, is_met=is_met)
        possible = max(deadline, recorded, parent_at)
        resolved_at, known_at = rulings.first.get(pk, (None, NOTHING))
        since = max(possible, rulings.reopened.get(pk, NOTHING))
        yield Asked(
            state=state,
            is_synthetic=bool(synthetic),
            resolved_at=resolved_at,
            wait=_wait(deadline, possible, resolved_at, known_at),
            is_overdue=state == State.DUE and since <= microseconds(as_of - OVERDUE),
        )


def _state(*, is_open: bool, is_met: bool) -> State:
    if is_open:
        return State.OPEN
    return State.DUE if is_met else State.AWAITING_CONDITION


def _wait(deadline: int, possible: int, resolved_at: int | None, known_at: int) -> int | None:
    """See agreements: where the ruling came early, from when the world knew."""
    if resolved_at is None:
        return None
    start = possible if resolved_at >= deadline else known_at
    return None if start < NOTHING else max(resolved_at - start, 0)


def _questions(ids: Integers) -> Columns:
    needed = [When(depends_on_answer=word, then=Value(int(code))) for word, code in NEEDED.items()]
    rows = Question.objects.order_by("pk").annotate(
        parent=Coalesce("depends_on", Value(NOTHING)),
        needed=Case(*needed, default=Value(NOTHING), output_field=IntegerField()),
    )
    return read_about(ids, rows.values_list("pk", "recorded_at", "parent", "needed", "synthetic"))


class _Rulings:
    """Of each question: the ruling that stands, the first of its own, the last reopening."""

    def __init__(self, as_of: datetime) -> None:
        """Read the rulings made by `as_of`."""
        self.standing: dict[int, tuple[int, int]] = {}
        self.first: dict[int, tuple[int, int]] = {}
        self.reopened: dict[int, int] = {}
        rows = read_columns(_ruled(as_of))
        names = ("question", "code", "known", "resolved_at", "ends_at", "basis_code", "is_undone")
        now = microseconds(as_of)
        for question, code, known, at, ends_at, basis, is_undone in zip(
            *(rows[name].tolist() for name in names), strict=True
        ):
            if ends_at > now:
                self.standing[question] = (code, at)
            if code == Answer.OPEN and basis != UNDO:
                self.reopened[question] = at
            if code != Answer.OPEN and basis != CONDITION and not is_undone:
                self.first.setdefault(question, (at, known))


CONDITION, UNDO, OTHER = range(3)
BASES = {Resolution.Basis.CONDITION: CONDITION, Resolution.Basis.UNDO: UNDO}


def _ruled(as_of: datetime) -> QuerySet[Any, Any]:
    bases = [When(basis=word, then=Value(code)) for word, code in BASES.items()]
    undone = When(
        superseded_by__basis=Resolution.Basis.UNDO,
        superseded_by__resolved_at__lte=as_of,
        then=Value(1),
    )
    rows = Resolution.objects.filter(resolved_at__lte=as_of).annotate(
        basis_code=Case(*bases, default=Value(OTHER), output_field=IntegerField()),
        is_undone=Case(undone, default=Value(0), output_field=IntegerField()),
    )
    return ruled_columns(rows, "resolved_at", "ends_at", "basis_code", "is_undone")
