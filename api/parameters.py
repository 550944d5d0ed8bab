"""Query parameters: only known ones, once each, holding what they can."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time
from typing import TypeVar

from django.forms import CharField, ValidationError
from django.http import QueryDict

from api.problems import Fault, InvalidParametersError, nearest
from forecasts.models.fields import EARLIEST, LATEST

ValueT = TypeVar("ValueT")
TextT = TypeVar("TextT", bound=str)
MOST_OFFERED = 12
INSTANT_WANTED = "Give a date such as 2026-03-01, or a time with its zone: 2026-03-01T12:00:00Z."


def check_parameters(
    query: QueryDict, known: Collection[str], *, repeated: Collection[str] = ()
) -> None:
    """Raise InvalidParametersError for a parameter that is unknown, empty or given twice.

    repeated: those that may be given several times.
    """
    faults = [_unknown(name, known) for name in query if name not in known]
    faults += [
        Fault(name, f'"{name}" is given {len(values)} times; give it once.')
        for name, values in query.lists()
        if name in known and name not in repeated and len(values) > 1
    ]
    faults += [
        Fault(name, f'"{name}" is empty; give a value, or leave it out.')
        for name, values in query.lists()
        if name in known and not all(map(str.strip, values))
    ]
    if faults:
        raise InvalidParametersError(*faults)


def _unknown(name: str, known: Collection[str]) -> Fault:
    name = name[:100]
    near = nearest(name, known)
    if near is not None:
        return Fault(name, f'There is no parameter "{name}"; did you mean "{near}"?', near)
    there_are = f"there are {', '.join(sorted(known))}" if known else "none is known here"
    return Fault(name, f'There is no parameter "{name}"; {there_are}.')


def choice(name: str, given: str, choices: Collection[TextT]) -> TextT:
    """The given value. Raises InvalidParametersError unless it is one of the choices."""
    for one in choices:
        if one == given:
            return one
    raise InvalidParametersError(unknown_choice(name, given, choices))


def unknown_choice(name: str, given: str, choices: Collection[str]) -> Fault:
    """The fault of a value that is not among the choices."""
    near = nearest(given, choices)
    hint = f'did you mean "{near}"?' if near else _offer(choices)
    return Fault(name, f'"{name}" cannot be "{given[:100]}"; {hint}', near)


def _offer(choices: Collection[str]) -> str:
    if len(choices) > MOST_OFFERED:
        return f"none of the {len(choices)} there are is like it."
    return f"there are {', '.join(sorted(choices))}." if choices else "there is none."


def parsed(name: str, given: str, parse: Callable[[str], ValueT]) -> ValueT:
    """What `parse` makes of the value. Raises InvalidParametersError naming the parameter."""
    try:
        return parse(given)
    except ValueError as error:
        raise InvalidParametersError(Fault(name, f'"{name}": {error}')) from error


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Reads a number from `least` to `most`, both included; what it returns raises ValueError."""

    def read(given: str) -> int:
        is_number = given.isascii() and given.isdecimal() and len(given) < 10
        if not (is_number and least <= int(given) <= most):
            msg = f"give a whole number from {least} to {most}."
            raise ValueError(msg)
        return int(given)

    return read


def instant(given: str) -> datetime:
    """The moment that a date (its first) or a time with its zone names. Raises ValueError."""
    try:
        moment = _moment(given)
    except ValueError as error:
        raise ValueError(INSTANT_WANTED) from error
    if moment.tzinfo is None:
        raise ValueError(INSTANT_WANTED)
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("Times lie between the years 1990 and 2200.")
    return moment.astimezone(UTC)


def _moment(given: str) -> datetime:
    if len(given) == len("2026-03-01"):
        return datetime.combine(date.fromisoformat(given), time(), tzinfo=UTC)
    return datetime.fromisoformat(given)


class InstantFormField(CharField):
    """A form field that holds a moment."""

    def clean(self, value: str) -> datetime | None:
        """The moment, or None where nothing was given."""
        text = super().clean(value)
        try:
            return instant(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error
