"""What a digest says: the frozen values of one issue."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reading:
    """P(yes) in [0, 1] as stated, or as coders read the words."""

    probability: float
    low: float
    high: float
    is_inferred: bool

    @property
    def is_range(self) -> bool:
        """Whether the wording leaves more than one number."""
        return self.low < self.high


@dataclass(frozen=True, slots=True)
class Saying:
    """What one expert had said about a question, and how that scored."""

    expert: str
    expert_link: str
    quote: str
    reading: Reading | None
    """None where only words were given and no range is adopted yet, or on a withdrawal."""
    brier: float | None
    """0 to 1, lower is better; None where the forecast is not scored."""
    brier_bounds: tuple[float, float] | None
    """Best and worst that the range allows; None for a bare number."""
    is_withdrawal: bool


@dataclass(frozen=True, slots=True)
class QuestionNews:
    """A question that was resolved, or is coming due, with who says what."""

    slug: str
    title: str
    link: str
    deadline: datetime
    sayings: tuple[Saying, ...]
    answer: str = ""
    known_at: datetime | None = None
    is_correction: bool = False
    reason: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mover:
    """An expert whose score changed in the week; lower Brier scores are better."""

    expert: str
    link: str
    n_before: int
    n_after: int
    brier_before: float | None
    brier_after: float | None
    """None where nothing is scored any more."""
    interval: tuple[float, float] | None
    """95 % interval of the new score, where one can be given."""
    wording: tuple[float, float] | None
    """Best and worst score that the ranges allow; None where all numbers are bare."""
    is_too_small: bool
    """Whether five clusters of questions, the least that an interval takes, are not reached."""


@dataclass(frozen=True, slots=True)
class NewForecast:
    """A forecast recorded in the week, in the expert's words."""

    expert: str
    expert_link: str
    question: str
    question_slug: str
    question_link: str
    quote: str
    source: str
    stated_at: datetime
    deadline: datetime
    reading: Reading | None
    is_withdrawal: bool
    is_correction: bool


@dataclass(frozen=True, slots=True)
class CorrectionNews:
    """Something that an earlier issue had wrong, for those who were sent that issue."""

    keys: tuple[str, ...]
    """The rows that were wrong, the one that was read last first."""
    title: str
    link: str
    was: str
    became: str
    reason: str
    corrected_at: datetime
    week: str = ""
    """The last issue with the error that this reader was sent."""


@dataclass(frozen=True, slots=True)
class DigestContent:
    """One issue. Lists are cut to what a reader will read; the `n_` counts tell of all."""

    week: str
    starts_at: datetime
    as_of: datetime
    resolved: tuple[QuestionNews, ...]
    n_resolved: int
    movers: tuple[Mover, ...]
    n_movers: int
    coming_due: tuple[QuestionNews, ...]
    n_coming_due: int
    new_forecasts: tuple[NewForecast, ...]
    n_new_forecasts: int
    ledger_number: int = 0
    ledger_hash: str = ""
    """The ledger's head when the issue is made; a preview has none. Readers are its witnesses."""

    @property
    def without_news(self) -> Self:
        """The same issue for somebody who is only told of errors."""
        lists = ("resolved", "movers", "coming_due", "new_forecasts")
        nothing: dict[str, Any] = dict.fromkeys(lists, ()) | {f"n_{name}": 0 for name in lists}
        return replace(self, **nothing)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that a subscriber was to be told."""
        return not (self.n_resolved or self.n_movers or self.n_new_forecasts)
