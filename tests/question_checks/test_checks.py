"""Each kind of finding on examples that have it and on examples that do not."""

import re
import tomllib
from datetime import UTC, datetime, time, timedelta

import pytest

from forecasts.question_checks.checks import findings
from forecasts.question_checks.dates import dates
from forecasts.question_checks.findings import Draft, Finding, Words
from tools.environments import ROOT

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
SOURCE = "Source of truth: Reuters."
CODE, MADE = re.compile(r"`([a-z_]+)`"), re.compile(r"Finding\(\s*\"([a-z_]+)\"")


def found(
    title: str = "Will it rain?",
    criteria: str = SOURCE,
    deadline: datetime | None = LATER,
    said_at: datetime | None = None,
    opens_at: datetime | None = None,
) -> list[Finding]:
    draft = Draft(title, criteria, deadline, opens_at, said_at, topics=["weather"])
    return findings(draft, as_of=NOW)


def codes(title: str = "Will it rain?", criteria: str = SOURCE) -> list[str]:
    return [finding.code for finding in found(title, criteria)]


@pytest.mark.parametrize(
    "title",
    [
        "Will it rain?",
        "Will the rate rise by 31 December 2026?",
        "If it rains, will the match be called off?",
        "By 2027, will the bridge be open?",
        "Is the bridge open on 1 May 2026?",
        "Synthetic 12: will it rain?",
        "Will the court strike down or uphold the law?",
        "Will a signed agreement cede or swap territory?",
        "Will Russia and Ukraine sign a treaty?",
        "Will the EU, the UN or the US recognize the state?",
        "Will the plant be open by the end of the year 2026?",
        "Will May resign by 31 December 2026?",
    ],
)
def test_clear_titles_are_left_alone(title: str) -> None:
    assert codes(title) == []


@pytest.mark.parametrize(
    ("title", "code", "words"),
    [
        ("Who will win?", "open_question", ["Who"]),
        ("How will it end?", "open_question", ["How"]),
        ("It rains.", "no_question", []),
        ("\u062d\u0631\u0628", "no_question", []),
        ("Will it rain", "no_question_mark", []),
        ("Could it rain?", "asks_what_is_possible", ["Could"]),
        ("Should he resign?", "asks_what_is_right", ["Should"]),
        ("Will it rain and/or snow?", "two_claims", ["and/or"]),
        ("Will it rain and will it snow?", "two_claims", ["and will"]),
        ("Will inflation fall and unemployment rise?", "two_claims", ["and"]),
        ("Will A attack B or C leave the alliance?", "two_claims", ["or"]),
        ("Will it rain? Will it snow?", "two_claims", []),
        ("Will a major war begin?", "vague", ["major"]),
        ("Will there be peace soon?", "vague", ["soon"]),
        ("Will it end in the  near future?", "vague", ["in the  near future"]),
        ("Will it end by December?", "relative_date", ["by December"]),
        ("Will it end by the end of the year?", "relative_date", ["end of the year"]),
        ("Will it end THIS summer?", "relative_date", ["THIS summer"]),
        ("Will it end by 1 May 2026?", "date_disagrees", ["1 May 2026"]),
        ("Will it end before June 2026?", "date_disagrees", ["June 2026"]),
    ],
)
def test_unclear_titles_are_found_with_the_words_at_fault(
    title: str, code: str, words: list[str]
) -> None:
    [finding] = found(title)

    assert (finding.code, finding.field) == (code, "title")
    assert [one.text for one in finding.words] == words
    assert all(title[one.start : one.end] == one.text for one in finding.words)


@pytest.mark.parametrize(
    "criteria",
    [
        "According to the ministry.",
        "Two agencies report it.",
        "It is published by the central bank.",
        "See https://example.org/rates for the rate.",
        "The list on kremlin.ru counts.",
        SOURCE,
        "Eurostat's first estimate counts.",
    ],
)
def test_criteria_that_say_who_decides_are_left_alone(criteria: str) -> None:
    assert codes(criteria=criteria) == []


@pytest.mark.parametrize(
    "criteria", ["It happens.", "Yes if it rains; no otherwise.", "Yes if a deal is announced."]
)
def test_criteria_that_leave_open_who_decides_are_found(criteria: str) -> None:
    assert codes(criteria=criteria) == ["no_source"]


def test_vague_words_of_criteria_come_with_what_to_write_instead() -> None:
    criteria = f"Prices rise significantly, or soon. {SOURCE}"

    assert found(criteria=criteria) == [
        Finding(
            "vague",
            "resolution_criteria",
            "This can be read in many ways. "
            "Give a number and its unit, such as “at least 10 percent”.",
            (Words(12, 25, "significantly"),),
        ),
        Finding(
            "vague",
            "resolution_criteria",
            "This can be read in many ways. Give the day by which it has to have happened.",
            (Words(30, 34, "soon"),),
        ),
    ]


@pytest.mark.parametrize(
    ("deadline", "said_at", "opens_at", "expected"),
    [
        (LATER, NOW, None, []),
        (None, NOW, None, []),
        (NOW, None, None, ["in_the_past"]),
        (NOW - timedelta(1), NOW - timedelta(9), None, ["in_the_past"]),
        (LATER, LATER, None, ["before_statement"]),
        (LATER, None, LATER, ["opens_after_deadline"]),
    ],
)
def test_deadlines_are_compared_with_the_statement_the_opening_and_now(
    deadline: datetime | None,
    said_at: datetime | None,
    opens_at: datetime | None,
    expected: list[str],
) -> None:
    made = found(deadline=deadline, said_at=said_at, opens_at=opens_at)

    assert [finding.code for finding in made] == expected


def test_title_may_name_the_day_the_month_or_the_year_of_its_deadline() -> None:
    end = datetime(2026, 5, 1, tzinfo=UTC)
    titles = [
        f"Will it end {when}?"
        for when in (
            *("by 30 April 2026", "before May 1, 2026", "by 2026-04-30", "in April 2026"),
            *("by the end of April 2026", "in 2026"),
        )
    ]

    assert [found(title, deadline=end) for title in titles] == [[]] * 6


@pytest.mark.parametrize("text", ["31 February 2026", "0 May 2026", "2026-13-01", "99 May 2026"])
def test_days_that_there_are_not_are_no_dates(text: str) -> None:
    assert [one for one in dates(text) if one.first == one.last] == []


def test_without_a_topic_readers_find_nothing() -> None:
    made = findings(Draft("Will it rain?", SOURCE, LATER), as_of=NOW)

    assert [(finding.code, finding.field) for finding in made] == [("no_topic", "topics")]


def test_nothing_is_said_about_what_is_not_written_yet() -> None:
    assert findings(Draft(), as_of=NOW) == []


def test_no_text_takes_long() -> None:
    hostile = ("and " * 5000, "by " * 6000, "1 May 2026 " * 1800, "is reported " * 1600, "?" * 300)

    for text in hostile:
        found(text[:300], text[:20_000])


def test_questions_of_the_seed_article_are_clear() -> None:
    data = tomllib.loads((ROOT / "demo/data/questions.toml").read_text())
    spoken: dict[str, list[str]] = {}

    for row in data["questions"]:
        deadline = datetime.combine(row["deadline"], time.min, UTC) + timedelta(days=1)
        draft = Draft(row["title"], row["criteria"], deadline, topics=row["topics"])
        made = findings(draft, as_of=datetime(2025, 8, 8, tzinfo=UTC))
        spoken |= {row["slug"]: [w.text for one in made for w in one.words]} if made else {}

    assert spoken == {"general-ceasefire": ["large scale"], "putin-says-he-won": ["the West"]}


def test_reference_lists_every_kind_of_finding() -> None:
    page = (ROOT / "docs/reference/question-checks.md").read_text()
    listed = {code for row in page.splitlines() if row[:3] == "| `" for code in CODE.findall(row)}
    sources = [*(ROOT / "forecasts/question_checks").glob("*.py"), ROOT / "desk/wording_checks.py"]
    made = {code for path in sources for code in MADE.findall(path.read_text())}

    assert listed == made
