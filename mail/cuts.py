"""What a mail shows of a long week: the first of each list, with a count of all and a link."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mail.content.digests import (
    CorrectionNews,
    DigestContent,
    DisputeNews,
    Mover,
    NewForecast,
    QuestionNews,
    Saying,
)
from mail.links import site_link

LONGEST_LIST = 20

Item = TypeVar("Item")
View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of each list, of each question's sayings and of each text is shown."""

    items: int
    sayings: int
    pictures: int
    characters: int


# The first that fits is taken. The last one fits whatever was said.
STEPS = (
    Limits(items=LONGEST_LIST, sayings=6, pictures=4, characters=500),
    Limits(items=16, sayings=5, pictures=4, characters=400),
    Limits(items=12, sayings=4, pictures=3, characters=320),
    Limits(items=10, sayings=4, pictures=3, characters=300),
    Limits(items=8, sayings=4, pictures=3, characters=280),
    Limits(items=6, sayings=3, pictures=2, characters=260),
    Limits(items=5, sayings=3, pictures=2, characters=240),
    Limits(items=3, sayings=2, pictures=1, characters=200),
    Limits(items=1, sayings=1, pictures=1, characters=140),
)


@dataclass(frozen=True, slots=True)
class Shown(Generic[Item]):
    """The first of a list, how many there are, and where the others stand."""

    items: tuple[Item, ...]
    n: int
    link: str

    @property
    def n_left_out(self) -> int:
        """How many are not shown."""
        return self.n - len(self.items)


@dataclass(frozen=True, slots=True)
class ShownSaying:
    """What one expert had said, and whether nobody scored better on it, or nobody worse."""

    saying: Saying
    mark: str


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question with the first of its sayings."""

    news: QuestionNews
    sayings: Shown[ShownSaying]

    @property
    def is_scored(self) -> bool:
        """Whether any of what is shown is."""
        return any(shown.saying.brier is not None for shown in self.sayings.items)


@dataclass(frozen=True, slots=True)
class ShownMover:
    """A mover, and whether its picture comes along."""

    mover: Mover
    picture: str
    """The name of the picture; empty where there is none."""


@dataclass(frozen=True, slots=True)
class ShownNews:
    """The sections of a mail, in their order."""

    resolved: Shown[ShownQuestion]
    movers: Shown[ShownMover]
    errata: Shown[CorrectionNews]
    """Of what this reader was sent."""
    corrections: Shown[CorrectionNews]
    disputes: Shown[DisputeNews]
    coming_due: Shown[ShownQuestion]
    new_forecasts: Shown[NewForecast]


def shown_news(
    content: DigestContent, errata: Sequence[CorrectionNews], limits: Limits
) -> ShownNews:
    """What is shown of the news within these limits; what a reader is told in person comes once."""
    told = {key for news in errata for key in news.keys}
    public = [news for news in content.corrections if told.isdisjoint(news.keys)]

    def first(items: Iterable[Item], page: str, view: Callable[[Item], Any]) -> Shown[Any]:
        listed = list(items)
        found = tuple(view(item) for item in listed[: limits.items])
        return Shown(found, len(listed), site_link(page))

    return ShownNews(
        resolved=first(content.resolved, "web:questions", lambda q: _question(q, limits)),
        movers=_movers(content, limits),
        errata=first(errata, "web:corrections", _itself),
        corrections=first(public, "web:corrections", _itself),
        disputes=first(content.disputes, "web:disputes", _itself),
        coming_due=first(content.coming_due, "web:questions", lambda q: _question(q, limits)),
        new_forecasts=first(content.new_forecasts, "web:questions", _itself),
    )


def picture_name(content: DigestContent, mover: Mover) -> str:
    """The Content-ID of a mover's picture, without its brackets: one per expert and issue."""
    return f"reliability-{mover.slug}@{content.week}.hindcast"


def _itself(item: Item) -> Item:
    return item


def _movers(content: DigestContent, limits: Limits) -> Shown[ShownMover]:
    found: list[ShownMover] = []
    for mover in content.movers[: limits.items]:
        n_pictures = sum(1 for one in found if one.picture)
        is_drawn = mover.reliability is not None and n_pictures < limits.pictures
        found.append(ShownMover(mover, picture_name(content, mover) if is_drawn else ""))
    return Shown(tuple(found), len(content.movers), site_link("web:experts"))


def _question(news: QuestionNews, limits: Limits) -> ShownQuestion:
    said, most = news.sayings, limits.sayings
    scores = [one.brier for one in said if one.brier is not None]
    best, worst = (min(scores), max(scores)) if scores else (None, None)
    found = [ShownSaying(one, _mark(one.brier, best, worst)) for one in said]
    if len(found) > most:
        # Whoever did worst on it is named, too.
        last = [one for one in found[most - 1 :] if one.mark == "worst"][-1:]
        found = [*found[: most - len(last)], *last]
    return ShownQuestion(news, Shown(tuple(found), len(said), news.link))


def _mark(brier: float | None, best: float | None, worst: float | None) -> str:
    if brier is None or best == worst:
        return ""
    return "best" if brier == best else "worst" if brier == worst else ""
