"""Where a quote stands in a text, and that recorded quotes keep their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.models import Article, LedgerEntry, Quotation, Role
from forecasts.selectors.quotations import CONTEXT, Place, place_of
from forecasts.services.statements import record_unscorable_statement
from tests.api.worlds import correct
from tests.factories import AFTER, START, make_article, make_expert, make_forecast, make_user

TEXT = "He said it will rain.\n\nShe said it will\nrain, too."


def words(start: int, end: int) -> Place:
    return Place(start, end, TEXT[start:end], TEXT[:start][-CONTEXT:], TEXT[end:][:CONTEXT])


@pytest.mark.parametrize(
    ("quote", "near", "found"),
    [
        ("it will rain", 0, words(8, 20)),
        ("it will rain", 30, words(32, 44)),
        (" it  will rain ", 0, words(8, 20)),
        ("It will rain", 0, None),
        ("it will not rain", 0, None),
        ("", 0, None),
        (" ", 0, None),
        (".*", 0, None),
    ],
)
def test_quote_is_found_word_for_word(quote: str, near: int, found: Place | None) -> None:
    assert place_of(quote, TEXT, near=near) == found


@given(st.text("ab \n", min_size=1, max_size=40), st.data())
def test_every_stretch_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]

    place = place_of(quote, text, near=start)

    assert place is None if not quote.strip() else place is not None
    if place is not None:
        assert text[place.start : place.end] == place.exact
        assert place.exact.split() == quote.split()
        assert text[: place.start].endswith(place.prefix)
        assert text[place.end :].startswith(place.suffix)


@pytest.mark.django_db
def test_quote_of_a_source_with_a_text_keeps_its_place() -> None:
    article = make_article(TEXT)

    forecast = make_forecast(source=article.source, quote="it will rain, too")

    place = Quotation.objects.get(forecast=forecast)
    assert (place.start, place.end, place.exact) == (32, 49, "it will\nrain, too")
    assert (place.prefix, place.suffix) == (TEXT[:32], ".")
    line = LedgerEntry.objects.get(kind="quotation").line
    assert f'"article_sha256":"{article.sha256}"' in line


@pytest.mark.django_db
def test_correction_and_statement_get_their_places_too() -> None:
    article = make_article(TEXT)
    forecast = make_forecast(source=article.source, quote="it will rain")

    corrected = correct(forecast, as_of=AFTER, quote="She said it will rain")
    statement = record_unscorable_statement(
        source=article.source,
        quote="too",
        reason="no_threshold",
        expert=make_expert(),
        by=make_user(Role.CODER),
        as_of=START,
    )

    assert corrected.quotation.start == 23
    assert statement.quotation.exact == "too"


@pytest.mark.django_db
def test_quote_that_the_text_does_not_have_gets_no_place() -> None:
    article = make_article(TEXT)

    make_forecast(source=article.source, quote="it may rain")
    make_forecast(quote="it will rain")

    assert not Quotation.objects.exists()
    assert Article.objects.count() == 1
