"""Options of scores: as of when, and which forecasts count."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from api.filters import KnownSlugField
from api.parameters import choice, instant, parsed, unknown_choice
from api.problems import Fault, InvalidParametersError
from api.times import zulu
from forecasts.models import Topic
from forecasts.scoring import EVERYTHING, Options
from forecasts.scoring.horizons import HORIZONS
from forecasts.selectors.columns import microseconds

ValueT = TypeVar("ValueT")
CODINGS: tuple[Literal["all", "stated", "inferred"], ...] = ("all", "stated", "inferred")
LATE: tuple[Literal["include", "exclude"], ...] = ("include", "exclude")
EARLY: tuple[Literal["exclude", "include"], ...] = ("exclude", "include")
DISPUTED: tuple[Literal["include", "exclude"], ...] = ("include", "exclude")

AS_OF = OpenApiParameter(
    "as_of",
    OpenApiTypes.DATETIME,
    description="Compute from the rows recorded by then: what the answer was at that moment. "
    "Corrections, codings and rulings recorded later do not show. Not in the future.",
)
PARAMETERS = [
    AS_OF,
    OpenApiParameter(
        "known_until",
        OpenApiTypes.DATETIME,
        description="Count only what the world knew by then: statements made by then, answers "
        "known by then, deadlines past by then, whenever they were recorded. For the history of "
        "records that were entered afterwards. Not after `as_of`, nor in the future.",
    ),
    OpenApiParameter(
        "topic",
        str,
        description="Only questions on the topic of this slug, as topics were at `as_of`.",
    ),
    OpenApiParameter(
        "horizon",
        str,
        enum=HORIZONS,
        description="Only forecasts that looked so far ahead, from the statement to the deadline "
        "as scheduled. A bound belongs to the longer one; a month is a twelfth of 365.25 days.",
    ),
    OpenApiParameter(
        "coding",
        str,
        enum=CODINGS,
        default=EVERYTHING.coding,
        description="Whose number: stated by the expert, or inferred from words by coders.",
    ),
    OpenApiParameter(
        "late",
        str,
        enum=LATE,
        default=EVERYTHING.late,
        description="`exclude` leaves out what was recorded or coded after the answer was known, "
        "as if it had never been said, even where the source proves its date.",
    ),
    OpenApiParameter(
        "early",
        str,
        enum=EARLY,
        default=EVERYTHING.early,
        description="`include` counts rulings before the deadline at once. Biased: what can end "
        "early mostly ends on yes, so those who said yes look better than they are.",
    ),
    OpenApiParameter(
        "disputed",
        str,
        enum=DISPUTED,
        default=EVERYTHING.disputed,
        description="`exclude` leaves out what is under dispute at `as_of`, as if it had never "
        "been said: every answer to a disputed question or ruling, and those that rest on a "
        "disputed forecast or source.",
    ),
]
NAMES = tuple(parameter.name for parameter in PARAMETERS)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request asks of scores. as_of and known_until: None where they are not given."""

    now: datetime
    as_of: datetime | None
    known_until: datetime | None
    options: Options

    @property
    def moment(self) -> datetime:
        """The instant by which rows were recorded."""
        return self.as_of or self.now

    @property
    def is_past(self) -> bool:
        """Whether an instant was asked for, of which nothing is stored."""
        return self.as_of is not None

    def described(self) -> dict[str, Any]:
        """The options in use, as the API shows them."""
        options = self.options
        return {
            "known_until": zulu(self.known_until),
            "topic": options.topic,
            "horizon": options.horizon,
            "coding": options.coding,
            "late": options.late,
            "early": options.early,
            "disputed": options.disputed,
        }


def read_as_of(query: QueryDict, now: datetime) -> datetime | None:
    """The instant asked for; None for now. Raises InvalidParametersError."""
    given = query.get("as_of")
    return None if given is None else moment_until("as_of", given, latest=now)


def read_chosen(query: QueryDict, now: datetime) -> Chosen:
    """What the query asks for. Raises InvalidParametersError naming all that cannot be used."""
    reader = _Reader(query)
    as_of = reader.read("as_of", partial(moment_until, latest=now), None)
    known_until = reader.read("known_until", partial(moment_until, latest=as_of or now), None)
    options = Options(
        topic=reader.read("topic", _topic, None),
        horizon=reader.read("horizon", partial(choice, choices=HORIZONS), None),
        coding=reader.read("coding", partial(choice, choices=CODINGS), EVERYTHING.coding),
        late=reader.read("late", partial(choice, choices=LATE), EVERYTHING.late),
        early=reader.read("early", partial(choice, choices=EARLY), EVERYTHING.early),
        known_until=None if known_until is None else microseconds(known_until),
        disputed=reader.read("disputed", partial(choice, choices=DISPUTED), EVERYTHING.disputed),
    )
    if reader.faults:
        raise InvalidParametersError(*reader.faults)
    return Chosen(now, as_of, known_until, options)


class _Reader:
    """Reads parameters one by one and keeps what is wrong with each."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.faults: list[Fault] = []

    def read(self, name: str, parse: Callable[[str, str], ValueT], default: ValueT) -> ValueT:
        """What `parse` makes of the name and its value; the default where it is not given."""
        given = self.query.get(name)
        if given is None:
            return default
        try:
            return parse(name, given)
        except InvalidParametersError as error:
            self.faults += error.faults
            return default


def moment_until(name: str, given: str, *, latest: datetime) -> datetime:
    """The moment that the parameter names. Raises InvalidParametersError."""
    return parsed(name, given, partial(_not_after, latest=latest))


def _not_after(given: str, *, latest: datetime) -> datetime:
    moment = instant(given)
    if moment > latest:
        raise ValueError(f"this moment lies after {zulu(latest)}, in the future of the answer.")
    return moment


def _topic(name: str, given: str) -> str:
    field = KnownSlugField(rows=Topic.objects.all())
    try:
        return field.clean(given)
    except ValidationError as error:
        raise InvalidParametersError(unknown_choice(name, given, field.slugs())) from error
