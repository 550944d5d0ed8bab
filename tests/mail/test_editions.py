"""Editions: an issue as mail that is complete, readable everywhere, and says one thing twice."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from django.utils import translation

from mail.content.digests import DigestContent, SelectionFilter
from mail.content.freezing import frozen, thawed
from mail.dates import day, deadline
from mail.editions import MOST_BYTES, pictures_of, render_edition
from mail.headlines import preview_of
from mail.models import Subscriber
from mail.pictures import HEIGHT, WIDTH
from mail.texts import WIDTH as COLUMNS
from tests.mail.issues import (
    AS_OF,
    NAMES,
    SITE,
    busy,
    correction,
    empty,
    mover,
    ordinary,
    resolved,
    slug,
)
from tests.mail.lints import HEX, Mail, contrast, objections

pytestmark = pytest.mark.once
EVIDENCE = ("https://news.example.org/a", "https://www.example.com/report")
ERRATUM = correction(9, week="2026-W46")
WEEKS: dict[str, Callable[[], DigestContent]] = {"empty": empty, "ordinary": ordinary, "busy": busy}
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror="alert(1)">',
    "</td></table></mj-text></mj-section>",
    "{{ SITE_URL }}{% load x %}",
    "&lt;b&gt; &amp;nbsp; ]]> --> <!-- ",
    "“Q” «q» \"q\" 'q' `q`",
    "שלום 123 עולם",
    "مرحبا (قوس) 5%",
    "👩‍👩‍👧‍👦🇺🇦 é ﷽",
    "w" * 280,
    "=1+1 @x +y -z\tand\nlines",
)


def rendered(content: DigestContent, **options: Any) -> Any:
    """With the usual choices."""
    return render_edition(
        content, **{"selection": None, "locale": "en-gb", "corrections": (), **options}
    )


@pytest.mark.parametrize("week", WEEKS)
def test_lints_find_nothing(week: str) -> None:
    edition = rendered(WEEKS[week](), corrections=(ERRATUM,))

    assert objections(edition.html, site=SITE, evidence=EVIDENCE) == []
    assert len(edition.html.encode()) <= MOST_BYTES


def test_lint_finds_what_it_looks_for() -> None:
    html = rendered(ordinary()).html
    spoiled = {
        "<script>": html.replace("</h1>", "</h1><script></script>"),
        "unclosed": html.replace("</body>", "<div></body>"),
        "a link to http:": html.replace(f'href="{SITE}/how', 'href="http://hindcast.test/how'),
        "a link to https://evil": html.replace(f'href="{SITE}/how', 'href="https://evil.test/how'),
        "without alt": re.sub(r' alt="Reli[^"]*"', "", html),
        "a picture from elsewhere": html.replace('src="cid:', 'src="https://t.test/'),
        "onclick": html.replace("<h1", '<h1 onclick="x"'),
        "styles from elsewhere": html.replace(":root {", "@import x; :root {"),
        "bytes": html.replace("</h1>", f"{'x' * 102_000}</h1>"),
        "conditionals": html.replace("<![endif]-->", "", 1),
    }

    for complaint, wrong in spoiled.items():
        found = objections(wrong, site=SITE, evidence=EVIDENCE)
        assert [one for one in found if complaint in one or complaint.strip("<>") in one], complaint


def colors_of(mail: Mail) -> set[tuple[str, str]]:
    """The pairs of a text's color and what is behind it."""
    return {(words.color, words.background) for words in mail.words}


@pytest.mark.parametrize("week", WEEKS)
def test_contrast_is_enough_in_light(week: str) -> None:
    mail = Mail(rendered(WEEKS[week](), corrections=(ERRATUM,)).html)
    preview = {("#ffffff", "#f3f1ec")}  # hidden, for lists of mails only

    pairs = colors_of(mail) - preview

    assert len(pairs) > 3
    assert all(HEX.fullmatch(color) for pair in pairs for color in pair)
    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


@pytest.mark.parametrize("week", WEEKS)
def test_every_number_of_the_html_is_in_the_text(week: str) -> None:
    numbers = re.compile(r"\d+(?:\.\d+)?")
    content = WEEKS[week]()

    edition = rendered(content, corrections=(ERRATUM,))

    # The figures on top are those of the headings; the preview is not part of what is read.
    words = [one.text for one in Mail(edition.html).words
             if ("div", ("counts",)) not in one.path]  # fmt: skip
    said = [number for text in words[1:] for number in numbers.findall(text)]
    assert words[0] == preview_of(content, "en-gb")
    assert Counter(said) - Counter(numbers.findall(edition.text)) == Counter()
    assert len(said) > (300 if week == "busy" else 5)


def strings_replaced(value: Any, payload: str) -> Any:
    """The content with the payload in every text that somebody wrote."""
    if is_dataclass(value):
        kept = {
            *("link", "expert_link", "question_link", "slug", "week", "answer", "topics"),
            *("experts", "keys", "ledger_hash", "evidence", "question_slug"),
        }
        return replace(
            value,  # type: ignore[type-var]
            **{
                field.name: strings_replaced(getattr(value, field.name), payload)
                for field in fields(value)
                if field.name not in kept
            },
        )
    if isinstance(value, tuple):
        return tuple(strings_replaced(part, payload) for part in value)
    return payload if isinstance(value, str) and value else value


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_people_write_is_text(payload: str) -> None:
    content = strings_replaced(ordinary(), payload)
    plain = Mail(rendered(ordinary(), corrections=(ERRATUM,)).html)

    edition = rendered(content, corrections=(strings_replaced(ERRATUM, payload),))

    mail = Mail(edition.html)
    assert objections(edition.html, site=SITE, evidence=EVIDENCE) == []
    tags = [tag for tag, _ in mail.tags if tag != "br"]
    assert tags == [tag for tag, _ in plain.tags if tag != "br"]
    shown = " ".join(payload.split())
    assert shown in " ".join(mail.text.split())
    assert shown in " ".join(edition.text.split())


def test_mark_that_somebody_wrote_is_no_mark() -> None:
    edition = rendered(replace(empty(), resolved=(resolved(0, title="%%UNSUBSCRIBE%%?"),)))

    assert edition.html.count("%%UNSUBSCRIBE%%") == edition.text.count("%%UNSUBSCRIBE%%") == 1
    assert "%%UNSUBSCRIBE%%?" in Mail(edition.html).text
    assert "%%UNSUBSCRIBE%%?" in edition.text.replace("\u2060", "")


def test_what_is_written_from_the_right_turns_nothing_beside_it() -> None:
    edition = rendered(replace(empty(), movers=(mover(4),)))

    name = NAMES[4]
    assert f"\u2068{name}\u2069: 0.243 -> 0.198" in edition.text
    assert re.search(rf'<h3[^>]* dir="auto"><a [^>]*>{name}</a></h3>', edition.html)


def test_longest_words_of_all_still_fit() -> None:
    content = strings_replaced(busy(), 'ЖЖЖ & "ё" ' * 20)
    far = tuple(f"https://news.example.org/{'x' * 1900}{n}" for n in range(40))
    content = replace(content, resolved=tuple(
        replace(one, evidence=far, title="<&>" * 100) for one in content.resolved
    ))  # fmt: skip

    edition = rendered(content)

    assert len(edition.html.encode()) <= MOST_BYTES
    assert objections(edition.html, site=SITE, evidence=far) == []


def test_long_week_is_cut_counted_and_linked_in_both_parts() -> None:
    edition = rendered(busy())

    text = " ".join(edition.text.split())
    shown = re.search(r"… (\d+) of 130 shown; the rest: (\S+)", text)
    assert shown is not None
    assert shown[2] == f"{SITE}/questions/"
    assert f"{shown[1]} of 130 shown." in Mail(edition.html).text
    assert edition.html.count("budget-") == edition.text.count("budget-") == int(shown[1])
    assert edition.text.count("of 25 shown") == edition.text.count("of 24 shown") == 1


def test_pictures_come_along_with_alt_text_and_a_table() -> None:
    edition = rendered(ordinary())
    mail = Mail(edition.html)

    assert [image["src"] for image in mail.images] == [f"cid:{name}" for name in edition.pictures]
    assert [(image["width"], image["height"]) for image in mail.images] == [("256", "248")] * 2
    assert all("same numbers" in image["alt"] for image in mail.images)
    for png in edition.pictures.values():
        assert png[:8] == b"\x89PNG\r\n\x1a\n"
        size = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
        assert size == (2 * WIDTH, 2 * HEIGHT)
        assert len(png) < 40_000
    # Full: the mean and the share; provisional: the tenth and counts only.
    assert "0.740 6 4 (0.667)" in mail.text
    assert "0.70 to 0.80 6 4 By" not in mail.text
    assert "0.70 to 0.80 6 4" in mail.text


def test_picture_is_one_per_expert_and_issue() -> None:
    content = ordinary()
    anna = SelectionFilter(experts=frozenset({slug(NAMES[0])}))

    all_of_them = pictures_of(content)

    for selection in (None, anna):
        edition = rendered(content, selection=selection)
        assert edition.pictures.items() <= all_of_them.items()
    assert len(all_of_them) == 2


def test_reader_gets_what_they_chose() -> None:
    budget = SelectionFilter(topics=frozenset({"budget"}))

    edition = rendered(ordinary(), selection=budget)

    assert "NEW FORECASTS (4)" in edition.text
    assert "RESOLVED" not in edition.text
    nothing = rendered(ordinary(), selection=SelectionFilter(topics=frozenset({"sport"})))
    assert "No news this week on what you chose" in nothing.text
    assert nothing.subject == "No news this week (2026-W47)"


def test_empty_week_is_one_line_and_errors_are_told_all_the_same() -> None:
    edition = rendered(empty(), corrections=(ERRATUM,))

    assert edition.text.count("No news this week") == 1
    assert "HOW TO READ" not in edition.text
    assert "In 2026-W46 you read: YES, known on 2 November 2026\n  It is: NO" in edition.text
    assert edition.subject == "Correction: Will the border reopen? No"


def test_error_that_a_reader_is_told_in_person_is_told_once() -> None:
    content = replace(empty(), corrections=(correction(9), correction(1)))

    edition = rendered(content, corrections=(ERRATUM,))

    assert "WHAT WE HAD WRONG (1)" in edition.text
    assert "CORRECTIONS (1)" in edition.text
    assert edition.text.count("/questions/border-9/") == 1


@pytest.mark.parametrize("locale", Subscriber.Locale)
def test_dates_are_written_as_the_reader_chose(locale: Subscriber.Locale) -> None:
    written = locale.label.removesuffix(" (italiano)")
    content = replace(empty(), as_of=datetime(2026, 11, 21, 10, tzinfo=UTC))
    with translation.override("fr"):
        edition = rendered(content, locale=locale.value)

        assert translation.get_language() == "fr"
    assert f"as of {written}, 10:00 UTC." in " ".join(edition.text.split())
    assert f"as of {written}, 10:00 UTC." in unescape(Mail(edition.html).text)


def test_midnight_is_the_end_of_the_day_before() -> None:
    assert deadline(datetime(2026, 12, 1, tzinfo=UTC), "iso") == "end of 2026-11-30 (UTC)"
    assert deadline(datetime(2026, 12, 1, 9, tzinfo=UTC), "en-us") == "December 1, 2026, 09:00 UTC"
    assert day(datetime(2026, 12, 1, tzinfo=UTC), "de") == "1. Dezember 2026"


def test_digest_says_its_instant_and_week() -> None:
    edition = rendered(ordinary())

    for part in (" ".join(edition.text.split()), Mail(edition.html).text):
        assert "Every number is as of 22 November 2026, 10:00 UTC." in part
        assert "2026-W47" in part


def test_text_is_wrapped_and_links_have_lines_of_their_own() -> None:
    lines = rendered(ordinary()).text.splitlines()

    assert [line for line in lines if len(line) > COLUMNS and " " in line.strip()] == []
    assert [
        line for line in lines if "https://" in line and not line.strip().startswith("https")
    ] == []
    assert not any(one == two == "" for one, two in pairwise(lines))


def test_issue_is_rendered_the_same_from_what_was_frozen() -> None:
    content = ordinary()

    again = thawed(frozen(content))

    assert again == content
    assert rendered(again) == rendered(content)
    assert thawed({**frozen(content), "n_resolved": 3, "note": ""}) == replace(content, note="")


def test_html_works_without_style_element() -> None:
    html = rendered(ordinary()).html
    bare = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)

    body = bare[bare.index("<body") :]
    assert "max-width:640px" in body
    assert objections(bare, site=SITE, evidence=EVIDENCE) == []
    words = Mail(bare).words
    assert {w.background for w in words} >= {"#14213d", "#ffffff", "#fff1d0"}


def test_scores_are_written_as_on_the_pages() -> None:
    tie = replace(mover(2), brier_before=0.0625, brier_after=0.1875, interval=None)

    text = rendered(replace(empty(), movers=(tie,))).text

    assert "0.062 -> 0.188, worse" in text
    assert AS_OF.year == 2026
