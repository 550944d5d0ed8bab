"""Issues to render: an ordinary, a busy, an empty and a hostile one, made without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mail.content.digests import (
    Bin,
    CorrectionNews,
    DigestContent,
    DisputeNews,
    Mover,
    NewForecast,
    QuestionNews,
    Reading,
    Reliability,
    Saying,
    Stood,
)

SITE = "https://hindcast.test"
AS_OF = datetime(2026, 11, 22, 10, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = ("Anna Weber", "Boris Kovalenko", "Chiara Rossi", "The Northern Institute", "ד״ר יעל כהן")
QUOTES = (
    "I would be very surprised if they signed anything before spring.",
    "There is a real chance of a deal, perhaps two in three.",
    "It will not happen while the front line moves every week.",
    "Both sides have said what they need, and those two lists do not meet.",
)
TITLES = (
    "Will there be a territorial deal by 31 December 2026?",
    "Will the two presidents meet in person before 1 December 2026?",
    "Will the central bank cut its rate in November 2026?",
    "Will the grain corridor be open for 30 days by 15 November 2026?",
)


def slug(name: str) -> str:
    """As an address has it."""
    return f"e{abs(sum(map(ord, name)))}"


def saying(
    n: int, probability: float | None = None, brier: float | None = None, **fields: Any
) -> Saying:
    """What the n-th expert says."""
    name = NAMES[n % len(NAMES)]
    p = probability
    reading = None if p is None else Reading(p, p, p, is_inferred=False)
    return Saying(
        **{
            "expert": name,
            "expert_link": f"{SITE}/experts/{slug(name)}/",
            "quote": QUOTES[n % len(QUOTES)],
            "reading": reading,
            "brier": brier,
            "brier_bounds": None,
            "is_withdrawal": False,
            **fields,
        }
    )


def resolved(n: int = 0, answer: str = "no", **fields: Any) -> QuestionNews:
    """A ruling that three experts had spoken about."""
    inferred = Reading(0.35, 0.2, 0.5, is_inferred=True)
    y = float(answer == "yes")
    said = (
        saying(0, 0.08, (0.08 - y) ** 2),
        saying(1, brier=(0.35 - y) ** 2, reading=inferred, brier_bounds=(0.04, 0.25)),
        saying(2, 0.7, (0.7 - y) ** 2),
    )
    made = QuestionNews(
        slug=f"question-{n}",
        title=TITLES[n % len(TITLES)],
        link=f"{SITE}/questions/question-{n}/",
        deadline=AS_OF - DAY,
        sayings=tuple(sorted(said, key=lambda one: one.brier or 0)),
        answer=answer,
        known_at=AS_OF - 2 * DAY,
        evidence=("https://news.example.org/a", "https://www.example.com/report"),
        topics=("ukraine",),
        experts=tuple(slug(name) for name in NAMES[:3]),
    )
    return replace(made, **fields)


def coming_due(n: int = 0, **fields: Any) -> QuestionNews:
    """A question of the next weeks."""
    made = QuestionNews(
        slug=f"due-{n}",
        title="Will a general ceasefire have been in force for 30 days by 31 December 2026?",
        link=f"{SITE}/questions/due-{n}/",
        deadline=datetime(2026, 12, 1, tzinfo=UTC) + n * DAY,
        sayings=(saying(0, 0.12), saying(3), saying(4, 0.3)),
        topics=("ukraine",),
        experts=(slug(NAMES[0]), slug(NAMES[3]), slug(NAMES[4])),
    )
    return replace(made, **fields)


def reliability(*, is_provisional: bool) -> Reliability:
    """Somebody who says too much."""
    rows = ((0.06, 9, 0), (0.14, 6, 1), (0.31, 5, 1), (0.52, 8, 3), (0.74, 6, 4), (0.93, 5, 4))
    bins = tuple(
        Bin(
            int(p * 10) / 10, int(p * 10 + 1) / 10, n, k, p, k / n, (k / n * 0.5, k / n * 0.6 + 0.4)
        )
        for p, n, k in rows
    )
    return Reliability(
        is_provisional=is_provisional,
        bins=bins,
        curve=((0.05, 0.08, 0.0), (0.14, 0.31, 0.18), (0.5, 0.55, 0.375), (0.74, 0.95, 0.73)),
        band=()
        if is_provisional
        else ((0.05, 0.0, 0.2), (0.3, 0.12, 0.5), (0.52, 0.3, 0.75), (0.95, 0.7, 1.0)),
    )


def mover(n: int = 0, before: float | None = 0.2431, after: float | None = 0.1984) -> Mover:
    """The n-th expert, whose support falls with n."""
    name = NAMES[n % len(NAMES)]
    drawn = reliability(is_provisional=n % 4 == 1) if n % 4 < 2 else None
    return Mover(
        expert=name,
        link=f"{SITE}/experts/{slug(name)}/",
        n_before=0 if before is None else 36 - 9 * (n % 4),
        n_after=39 - 9 * (n % 4) if before is not None else 1,
        brier_before=before,
        brier_after=after,
        interval=(0.1312, 0.2895) if n % 4 < 3 and before is not None else None,
        wording=(0.171, 0.229) if n % 2 else None,
        is_too_small=n % 4 == 3 or before is None,
        slug=f"{slug(name)}-{n}",
        n_clusters=35 - 9 * (n % 4),
        reliability=drawn,
        topics=("ukraine",),
        experts=(slug(name),),
    )


def first_score(n: int = 3) -> Mover:
    """Somebody who had none."""
    return replace(mover(n, None, 0.1225), reliability=None, interval=None, wording=None)


def correction(n: int = 0, **fields: Any) -> CorrectionNews:
    """A ruling that was turned."""
    made = CorrectionNews(
        keys=(f"ruling:{n}",),
        title="Will the border reopen by 1 November 2026?",
        link=f"{SITE}/questions/border-{n}/",
        was=Stood(answer="yes", known_at=AS_OF - 20 * DAY),
        became=Stood(answer="no", known_at=AS_OF - 21 * DAY),
        reason="The report of the reopening was withdrawn by its author.",
        corrected_at=AS_OF - 3 * DAY,
        slug=f"border-{n}",
        topics=("ukraine",),
        experts=(slug(NAMES[1]),),
    )
    return replace(made, **fields)


def dispute(n: int = 0, **fields: Any) -> DisputeNews:
    """Somebody who was quoted and disagrees."""
    made = DisputeNews(
        kind="Forecast",
        record=f"Chiara Rossi: {QUOTES[1]}",
        link=f"{SITE}/disputes/{n + 1}/",
        text="The interview was about another agreement. The sentence before says so.",
        acknowledged_at=AS_OF - 4 * DAY,
        topics=("ukraine",),
        experts=(slug(NAMES[2]),),
    )
    return replace(made, **fields)


DECIDED: dict[str, Any] = {
    "outcome": "Partly upheld",
    "answer": "The context was added; the reading stays, as it was made of the whole interview.",
    "decided_at": AS_OF - DAY,
}


def new_forecast(n: int = 0, **fields: Any) -> NewForecast:
    """What somebody said this week."""
    name = NAMES[n % len(NAMES)]
    readings = (
        Reading(0.65, 0.65, 0.65, is_inferred=False),
        Reading(0.3, 0.1, 0.5, is_inferred=True),
    )
    made = NewForecast(
        expert=name,
        expert_link=f"{SITE}/experts/{slug(name)}/",
        question="Will the budget pass its first reading by 15 December 2026?",
        question_slug=f"budget-{n}",
        question_link=f"{SITE}/questions/budget-{n}/",
        quote=QUOTES[(n + 1) % len(QUOTES)],
        source="The Paper",
        stated_at=AS_OF - 4 * DAY,
        deadline=datetime(2026, 12, 16, tzinfo=UTC),
        reading=(*readings, None)[n % 3],
        is_withdrawal=False,
        is_correction=n % 7 == 6,
        topics=("budget",),
        experts=(slug(name),),
    )
    return replace(made, **fields)


def empty() -> DigestContent:
    """A week without news."""
    return DigestContent(
        "2026-W47", AS_OF - 7 * DAY, AS_OF, ledger_number=812, ledger_hash="ab" * 32
    )


def ordinary() -> DigestContent:
    """A week as most are."""
    return replace(
        empty(),
        resolved=(
            resolved(0),
            resolved(1, "yes"),
            resolved(2, "ambiguous", sayings=(), evidence=()),
        ),
        movers=(mover(0), mover(1, 0.181, 0.205), mover(2), first_score()),
        corrections=(correction(),),
        disputes=(dispute(), dispute(1, kind="Ruling", record=TITLES[3], **DECIDED)),
        coming_due=(coming_due(0), coming_due(3, sayings=())),
        new_forecasts=tuple(new_forecast(n) for n in range(4)),
        note="We now ask two reviewers wherever somebody is named.\nThanks to all who wrote.",
    )


def many(answer: str) -> tuple[Saying, ...]:
    """What nine said, from best to worst; nothing is scored that is annulled."""
    numbers = [(2 + n) / 20 for n in range(9)]
    if answer == "annulled":
        return tuple(saying(n, number) for n, number in enumerate(numbers))
    y = answer == "yes"
    said = [saying(n, number, (number - y) ** 2) for n, number in enumerate(numbers)]
    return tuple(sorted(said, key=lambda one: one.brier or 0))


def busy(**fields: Any) -> DigestContent:
    """A week in which much happened, at every turn."""
    answers = ("no", "yes", "annulled")
    made = replace(
        ordinary(),
        resolved=tuple(
            resolved(n, answers[n % 3], sayings=many(answers[n % 3])) for n in range(45)
        ),
        movers=tuple(mover(n) for n in (0, 4, 8, 12, 1, 5, 9, 2, 6, *range(20, 60, 4))),
        corrections=tuple(correction(n) for n in range(25)),
        disputes=tuple(dispute(n) for n in range(24)),
        coming_due=tuple(coming_due(n) for n in range(28)),
        new_forecasts=tuple(new_forecast(n) for n in range(130)),
    )
    return replace(made, **fields)
