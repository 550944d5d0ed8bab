"""Subject and preview text say the week's news, by rules."""

from dataclasses import replace
from itertools import product

import pytest

from mail.content.digests import CorrectionNews, DigestContent, SelectionFilter, Stood
from mail.content.selections import news_for
from mail.headlines import MAX_PREVIEW, MAX_SUBJECT, happened, preview_of, subject_of
from tests.mail.issues import (
    DECIDED,
    NAMES,
    busy,
    correction,
    dispute,
    empty,
    first_score,
    mover,
    new_forecast,
    ordinary,
    resolved,
    slug,
)

DEAL, PEACE, FIRST = resolved(0), resolved(1), first_score()
NONE = "1 resolved: no territorial deal"
BORDER = "Correction: Will the border reopen? No"
MISHEARD = correction(
    was=Stood(expert="Anna", quote="Surely", probability=0.9),
    became=Stood(expert="Anna", quote="Surely not", probability=0.1),
)
LONG = "Will the United States, the EU or the UN General Assembly recognize sovereignty over land?"


@pytest.mark.parametrize(
    ("title", "answer", "said"),
    [
        ("Will there be a territorial deal by 31 December 2026?", "no", "no territorial deal"),
        ("Will there be a territorial deal by 31 December 2026?", "yes", "a territorial deal"),
        ("Will there be an election in June 2026?", "yes", "an election"),
        ("Will there be a vote in 2026?", "ambiguous", "Will there be a vote? Cannot be told"),
        ("Will there be any talks?", "no", "no talks"),
        ("Will there be any talks?", "yes", "talks"),
        ("Will there be no talks?", "no", "Will there be no talks? No"),
        ("Will there be a deal? (synthetic)", "no", "no deal (synthetic)"),
        ("Will it rain? (synthetic)", "yes", "Will it rain? (synthetic) Yes"),
        ("Will it rain by 1 March 2026?", "no", "Will it rain? No"),
        ("Will it rain before the end of 2026?", "yes", "Will it rain? Yes"),
        ("Will it rain in 2026 days?", "yes", "Will it rain in 2026 days? Yes"),
        ("If it rains, will it pour?", "annulled", "If it rains, will it pour? Annulled"),
        ("The treaty is signed", "yes", "The treaty is signed: yes"),
        ("Did it?", "reopened", "Did it? Open again"),
    ],
)  # fmt: skip
def test_ruling_is_said_as_what_happened(title: str, answer: str, said: str) -> None:
    assert "".join(happened(title, answer)) == said


@pytest.mark.parametrize(
    ("news", "errata", "subject"),
    [
        (
            {"resolved": (DEAL, PEACE, PEACE), "movers": (FIRST, first_score(2))},
            (),
            "3 resolved: no territorial deal; two experts get their first score",
        ),
        (
            {"resolved": (DEAL,), "movers": (first_score(0),)},
            (),
            f"{NONE}; Anna Weber gets a first score",
        ),
        (
            {"resolved": (DEAL,), "movers": (mover(0), mover(1))},
            (),
            f"{NONE}; Anna Weber 0.243 → 0.198",
        ),
        (
            {"resolved": (DEAL,), "new_forecasts": (new_forecast(),) * 4},
            (),
            f"{NONE}; 4 new forecasts: Anna Weber on Will the budget pass its…",
        ),
        (
            {"resolved": (DEAL,)},
            (correction(),),
            f"{BORDER}; {NONE}",
        ),
        (
            {"resolved": (DEAL,)},
            (correction(), correction(1)),
            "2 corrections: Will the border reopen? No; 1 resolved: no territorial deal",
        ),
        ({"corrections": (correction(),)}, (correction(),), BORDER),
        ({}, (MISHEARD,), "Correction: Anna on Will the border reopen by 1 November 2026?"),
        ({"movers": (mover(0),)}, (), "Anna Weber 0.243 → 0.198"),
        ({"movers": (mover(0, 0.2, None), mover(1))}, (), "2 scores changed"),
        ({"disputes": (dispute(record="Anna: It will"),)}, (), "new dispute: Anna: It will"),
        (
            {"disputes": (dispute(record="Anna: It will", **DECIDED),)},
            (),
            "dispute decided: Anna: It will",
        ),
        (
            {"new_forecasts": (new_forecast(question="Will it rain?"),)},
            (),
            "a new forecast: Anna Weber on Will it rain?",
        ),
        ({}, (), "No news this week (2026-W47)"),
    ],
)
def test_subject_is_the_news(
    news: dict[str, object], errata: tuple[CorrectionNews, ...], subject: str
) -> None:
    content = replace(empty(), **news)  # type: ignore[arg-type]

    assert subject_of(content, errata) == subject


def weeks() -> list[DigestContent]:
    """Weeks of every shape: each list empty, short or long, with short and endless words."""
    endless = f"Will {'supercalifragilistic' * 14}?"
    titles = ("Did it?", LONG, endless, "היתכן שזה יקרה?", "🎉" * 150)
    names = ("Bo", "Professor Sir Bartholomew Featherstonehaugh-Cholmondeley the Younger")
    found = [empty(), ordinary(), busy()]
    for title, name in product(titles, names):
        rulings = (resolved(0, "yes", title=title), resolved(0, title=title))
        for n, m, c, f in product((0, 1, 2), (0, 1, 12), (0, 1), (0, 1, 3)):
            news = replace(
                empty(),
                resolved=rulings[:n],
                movers=(replace(FIRST, expert=name),) * m,
                corrections=(correction(title=title),) * c,
                new_forecasts=(new_forecast(expert=name, question=title),) * f,
            )
            found.append(news)
    return found


def test_no_subject_is_too_long_or_empty_or_more_than_a_line() -> None:
    subjects = [subject_of(content, content.corrections[:1]) for content in weeks()]

    wrong = [s for s in subjects if not 5 <= len(s) <= MAX_SUBJECT or s != " ".join(s.split())]
    assert wrong == []
    assert not [s for s in subjects if s.isupper() or "!!" in s or s.endswith(";")]


def test_no_preview_is_too_long_and_none_says_nothing() -> None:
    previews = [preview_of(content, "en-gb") for content in weeks()]

    assert [text for text in previews if not 20 <= len(text) <= MAX_PREVIEW] == []


def test_every_selection_has_a_subject_of_its_own() -> None:
    content = ordinary()
    budget = SelectionFilter(topics=frozenset({"budget"}))
    boris = SelectionFilter(experts=frozenset({slug(NAMES[1])}))

    assert subject_of(content).startswith("Correction: Will the border reopen? No; 3 resolved")
    assert subject_of(news_for(content, budget)).startswith("4 new forecasts: Anna Weber on Will")
    assert subject_of(news_for(content, boris)) == (
        "Correction: Will the border reopen? No; 3 resolved: no territorial deal; 1 score changed"
    )


def test_preview_says_what_the_subject_leaves_out() -> None:
    assert preview_of(ordinary(), "iso") == (
        "Anna Weber came closest, Brier 0.006. Anna Weber: 0.243 → 0.198, lower is better. "
        "4 scores changed. 2 coming due, the first on 2026-11-30."
    )
