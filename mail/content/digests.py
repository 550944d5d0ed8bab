"""What a digest says: the frozen values of one issue, whole and uncut.

Every item names the slugs of its topics and experts, so that each reader gets what they chose.
"""

from dataclasses import dataclass
from datetime import datetime

Slugs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelectionFilter:
    """News on any of these topics, or of any of these experts, by slug."""

    topics: frozenset[str] = frozenset()
    experts: frozenset[str] = frozenset()


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
    """Best first where they are scored."""
    answer: str = ""
    known_at: datetime | None = None
    is_correction: bool = False
    reason: str = ""
    evidence: tuple[str, ...] = ()
    topics: Slugs = ()
    experts: Slugs = ()


@dataclass(frozen=True, slots=True)
class Bin:
    """What was called about this likely, and how often it happened; see docs/scoring.md."""

    lower: float
    upper: float
    n: int
    n_yes: int
    mean_probability: float
    observed_frequency: float
    wilson95: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The numbers of a small reliability picture, as far as the tier supports them."""

    is_provisional: bool
    """Whether shares, their intervals and the band say too little to be shown."""
    bins: tuple[Bin, ...]
    """Those that hold a forecast."""
    curve: tuple[tuple[float, float, float], ...]
    """Steps: the first and the last probability, and the share that happened."""
    band: tuple[tuple[float, float, float], ...] = ()
    """Points: a probability, and the bounds that chance keeps to nine times in ten."""


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
    slug: str = ""
    n_clusters: int = 0
    reliability: Reliability | None = None
    """From ten clusters on."""
    topics: Slugs = ()
    """Of the questions that moved the score."""
    experts: Slugs = ()

    @property
    def is_better(self) -> bool | None:
        """Whether the score fell; None where there are not two that differ."""
        before, after = self.brier_before, self.brier_after
        return None if before is None or after is None or before == after else after < before


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
    topics: Slugs = ()
    experts: Slugs = ()


@dataclass(frozen=True, slots=True)
class Stood:
    """What a record says or said: an answer and since when it is known, or somebody's words."""

    answer: str = ""
    known_at: datetime | None = None
    expert: str = ""
    expert_link: str = ""
    quote: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class CorrectionNews:
    """Something that was wrong, and what stands instead of it."""

    keys: tuple[str, ...]
    """The rows that were wrong, the one that was read last first."""
    title: str
    link: str
    was: Stood
    became: Stood
    reason: str
    corrected_at: datetime
    week: str = ""
    """The last issue with the error that this reader was sent; empty for all readers."""
    slug: str = ""
    """Of the question."""
    topics: Slugs = ()
    experts: Slugs = ()


@dataclass(frozen=True, slots=True)
class DisputeNews:
    """A dispute that became public in the week, or was decided in it."""

    kind: str
    """What it is about: "Forecast", "Ruling" and so on."""
    record: str
    link: str
    text: str
    acknowledged_at: datetime
    outcome: str = ""
    """Empty while it is open."""
    answer: str = ""
    decided_at: datetime | None = None
    topics: Slugs = ()
    experts: Slugs = ()


@dataclass(frozen=True, slots=True)
class DigestContent:
    """One issue, or what one selection gets of it."""

    week: str
    starts_at: datetime
    as_of: datetime
    resolved: tuple[QuestionNews, ...] = ()
    """Without those that had another answer when the week began, which are corrections."""
    movers: tuple[Mover, ...] = ()
    corrections: tuple[CorrectionNews, ...] = ()
    disputes: tuple[DisputeNews, ...] = ()
    coming_due: tuple[QuestionNews, ...] = ()
    new_forecasts: tuple[NewForecast, ...] = ()
    note: str = ""
    """What the editors say on top."""
    ledger_number: int = 0
    ledger_hash: str = ""
    """The ledger's head when the issue is made; a preview has none. Readers are its witnesses."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that a subscriber was to be told."""
        happened = (self.resolved, self.movers, self.corrections, self.disputes)
        return not any((*happened, self.new_forecasts))
