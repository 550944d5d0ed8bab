"""Which day a horizon in words ends with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.extraction.dates import last_day

pytestmark = pytest.mark.once
SAID = date(2026, 8, 12)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by the end of the year", "2026-12-31"),
        ("this year", "2026-12-31"),
        ("next year", "2027-12-31"),
        ("before the end of next year", "2027-12-31"),
        ("by 2030", "2030-12-31"),
        ("before 2030", "2029-12-31"),
        ("before June 2027", "2027-05-31"),
        ("not before January 2027", "2026-12-31"),
        ("in June", "2027-06-30"),
        ("by the end of September", "2026-09-30"),
        ("by 15 September", "2026-09-15"),
        ("by March 3rd", "2027-03-03"),
        ("on 1 May 2028", "2028-05-01"),
        ("by February 29, 2028", "2028-02-29"),
        ("within two weeks", "2026-08-26"),
        ("in the next six months", "2027-02-11"),
        ("in ten years", "2036-08-12"),
        ("within a decade", "2036-08-12"),
        ("by the end of the decade", "2029-12-31"),
        ("next month", "2026-09-30"),
        ("this week", "2026-08-16"),
        ("by Friday", "2026-08-14"),
        ("tomorrow", "2026-08-13"),
        ("this summer", "2026-08-31"),
        ("this spring", "2027-05-31"),
        ("this winter", "2027-02-28"),
        ("in a few days", "2026-08-15"),
    ],
)
def test_horizon_ends_with_a_day(words: str, day: str) -> None:
    assert last_day(words, SAID) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "words",
    ["", "soon", "eventually", "by 31 February 2027", "in 999999999 years", "within 9999 decades"],
)
def test_horizon_that_is_not_plain_has_no_day(words: str) -> None:
    assert last_day(words, SAID) is None


@given(words=st.text(), said=st.dates(date(1990, 1, 1), date(2199, 12, 31)))
def test_no_text_breaks_it(words: str, said: date) -> None:
    day = last_day(words, said)

    assert day is None or day <= date(2199, 12, 31)
