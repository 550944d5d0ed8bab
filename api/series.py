"""Series of moments: from, to, and the calendar's steps between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Literal

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from api.options import moment_until
from api.parameters import choice
from api.problems import Fault, InvalidParametersError

Step = Literal["week", "month", "quarter", "year"]
STEPS: tuple[Step, ...] = ("week", "month", "quarter", "year")
MOST_POINTS = 120
USUAL_POINTS = 12
MONTHS = {"month": 1, "quarter": 3, "year": 12}
TOO_MANY = "There would be more than {most} points; take a later `from` or a longer `step`."

PARAMETERS = [
    OpenApiParameter(
        "from",
        OpenApiTypes.DATETIME,
        description="The first point is the first beginning of a step from here on. Without it "
        f"there are {USUAL_POINTS} points before `to`.",
    ),
    OpenApiParameter(
        "to",
        OpenApiTypes.DATETIME,
        description="The last point. Now where it is not given. Not in the future.",
    ),
    OpenApiParameter(
        "step",
        str,
        enum=STEPS,
        default="month",
        description="From point to point: beginnings of weeks (Monday), months, quarters or years "
        f"in UTC, at most {MOST_POINTS}.",
    ),
]
NAMES = tuple(parameter.name for parameter in PARAMETERS)


@dataclass(frozen=True, slots=True)
class Series:
    """Moments in rising order, the last one as it was asked for."""

    first: datetime
    last: datetime
    step: Step
    moments: tuple[datetime, ...]
    is_past: bool


def read_series(query: QueryDict, now: datetime) -> Series:
    """The moments that the query asks for. Raises InvalidParametersError."""
    step = choice("step", query.get("step", "month"), STEPS)
    given = query.get("to")
    last = now if given is None else moment_until("to", given, latest=now)
    first = _first(query.get("from"), last, step)
    moments = list(_before(last, first, step))[: MOST_POINTS + 1]
    if len(moments) >= MOST_POINTS:
        raise InvalidParametersError(Fault("from", TOO_MANY.format(most=MOST_POINTS)))
    return Series(first, last, step, (*moments, last), given is not None)


def _first(given: str | None, last: datetime, step: Step) -> datetime:
    if given is not None:
        return moment_until("from", given, latest=last)
    return _moved(_begun(last, step), step, -USUAL_POINTS + 1)


def _before(last: datetime, first: datetime, step: Step) -> Iterator[datetime]:
    """The beginnings of steps from `first` to before `last`; one more than there may be."""
    start = _begun(first, step)
    start = start if start >= first else _moved(start, step, 1)
    numbers = range(MOST_POINTS + 1)
    return takewhile(lambda at: at < last, (_moved(start, step, n) for n in numbers))


def _begun(moment: datetime, step: Step) -> datetime:
    """When the step that the moment lies in began."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == "week":
        return day - timedelta(days=day.weekday())
    length = MONTHS[step]
    return day.replace(day=1, month=1 + (day.month - 1) // length * length)


def _moved(start: datetime, step: Step, number: int) -> datetime:
    if step == "week":
        return start + timedelta(weeks=number)
    months = start.year * 12 + start.month - 1 + number * MONTHS[step]
    return start.replace(year=months // 12, month=months % 12 + 1)
