"""The last day that a horizon in words can mean: what a coder may take for a deadline."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The month that each ends with, north of the equator; a winter ends in the year after.
SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "fall": 11, "winter": 2}
SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
NUMBERS = {word: number for number, word in enumerate(SMALL)} | {
    "a": 1,
    "an": 1,
    "a couple of": 2,
    "a few": 3,
    "several": 5,
    "half a": 0.5,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "fifty": 50,
    "a hundred": 100,
}
DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30.4375, "year": 365.25, "decade": 3652.5}
ENDINGS = "uary|ruary|ch|il|e|y|ust|t(?:ember)?|tember|ober|ember"
MONTH = rf"(?P<month>{'|'.join(MONTHS)})(?:{ENDINGS})?\b\.?"
YEAR = r"(?P<year>(?:19|20|21)\d\d)"
COUNT = "|".join(sorted(NUMBERS, key=len, reverse=True))
FURTHEST = date(2199, 12, 31)

Found = re.Match[str]


def last_day(words: str, said: date) -> date | None:
    """The last day that "by the end of June", said on a day, allows; None where it is not plain.

    "Before" a month or a year ends the day before it begins.
    """
    text = " ".join(words.lower().split())
    for pattern, meant in RULES:
        if found := pattern.search(text):
            try:
                day = meant(found, said)
            except (OverflowError, ValueError):
                return None
            if re.match(r"(?:not )?before\b", text) and pattern in PERIODS:
                day = _first(found, day) - timedelta(days=1)
            return day if day <= FURTHEST else None
    return None


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _month(found: Found) -> int:
    return MONTHS.index(found["month"]) + 1


def _first(found: Found, day: date) -> date:
    """Where the period begins that ends with the day."""
    return day.replace(day=1) if "month" in found.groupdict() else date(day.year, 1, 1)


def _day(found: Found, said: date) -> date:
    year = int(found["year"]) if found["year"] else said.year
    day = date(year, _month(found), int(found["day"]))
    return day if found["year"] or day >= said else day.replace(year=year + 1)


def _of_month(found: Found, said: date) -> date:
    if found["year"]:
        return _end(int(found["year"]), _month(found))
    return _end(said.year + (_month(found) < said.month), _month(found))


def _season(found: Found, said: date) -> date:
    month = SEASONS[found["season"]]
    year = int(found["year"]) if found["year"] else said.year
    if found["season"] == "winter" or (not found["year"] and _end(year, month) < said):
        year += 1
    return _end(year, month)


def _span(found: Found, said: date) -> date:
    text = found["count"]
    number = NUMBERS[text] if text in NUMBERS else float(text)
    return said + timedelta(days=ceil(number * DAYS[found["unit"]]))


def _named(found: Found, said: date) -> date:
    """This or next week, month, year, decade."""
    more = found["which"] == "next"
    if found["unit"] == "year":
        return date(said.year + more, 12, 31)
    if found["unit"] == "decade":
        return date((said.year // 10 + 1 + more) * 10 - 1, 12, 31)
    if found["unit"] == "month":
        following = _end(said.year, said.month) + timedelta(days=1)
        return _end(following.year, following.month) if more else _end(said.year, said.month)
    return said + timedelta(days=6 - said.weekday() + 7 * more)


def _weekday(found: Found, said: date) -> date:
    ahead = (WEEKDAYS.index(found["weekday"]) - said.weekday()) % 7
    return said + timedelta(days=ahead or 7)


Rule = tuple[re.Pattern[str], Callable[[Found, date], date]]


def _rule(pattern: str, meant: Callable[[Found, date], date]) -> Rule:
    return re.compile(rf"\b(?:{pattern})\b"), meant


RULES: tuple[Rule, ...] = (
    _rule(rf"(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? {MONTH}(?:,? {YEAR})?", _day),
    _rule(rf"{MONTH} (?P<day>\d\d?)(?:st|nd|rd|th)?(?:,? {YEAR})?(?!\d)", _day),
    _rule(rf"{MONTH}(?:,? {YEAR})?", _of_month),
    _rule(rf"(?P<season>{'|'.join(SEASONS)})(?: of)?(?: {YEAR})?", _season),
    _rule(YEAR, lambda found, _: date(int(found["year"]), 12, 31)),
    _rule(r"(?P<which>this|next|the) (?:calendar )?(?P<unit>week|month|year|decade)", _named),
    _rule(rf"(?P<count>\d+|{COUNT})(?: more)? (?P<unit>{'|'.join(DAYS)})s?", _span),
    _rule("tomorrow", lambda _, said: said + timedelta(days=1)),
    _rule("today|tonight", lambda _, said: said),
    _rule(rf"(?P<weekday>{'|'.join(WEEKDAYS)})", _weekday),
)
PERIODS = {RULES[2][0], RULES[4][0]}
