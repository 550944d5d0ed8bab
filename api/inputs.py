"""Reading what is to be written: one object or a list, with everything that is wrong at once."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework.exceptions import APIException, ValidationError

from api.bodies import BodyParser
from api.parameters import choice
from api.pointers import pointed
from api.problems import Fault, InvalidBodyError, nearest
from api.serializers.input_fields import gathered
from forecasts.models.api_keys import MAX_IDEMPOTENCY_KEY

MOST_ROWS = 1_000
MOST_BYTES = 4 * 1024 * 1024
MOST_FAULTS = 5_000
MOST_UNKNOWN = 10
KEY = re.compile(rf"[\x20-\x7e]{{1,{MAX_IDEMPOTENCY_KEY}}}")
KEY_HEADER = "Idempotency-Key"


class RowsParser(BodyParser):
    """JSON with many rows."""

    most = MOST_BYTES


class TooManyRowsError(APIException):
    """More rows than one transaction is to hold."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(f"A body has at most {most:,} rows; send several.")


class InvalidHeaderError(APIException):
    """A header that cannot be used."""

    status_code = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class Rows:
    """What a body holds."""

    values: list[dict[str, Any]]
    is_list: bool

    def place(self, number: int) -> str:
        """The pointer to a row."""
        return f"/{number}" if self.is_list else ""


def read_dry_run(query: QueryDict) -> bool:
    """Whether nothing is to be stored. Raises InvalidParametersError."""
    given = query.get("dry_run")
    return given is not None and choice("dry_run", given, ["true", "false"]) == "true"


def read_idempotency_key(request: HttpRequest) -> str | None:
    """The key under which the answer is to be kept, if any. Raises InvalidHeaderError."""
    given = request.headers.get(KEY_HEADER)
    if given is not None and not KEY.fullmatch(given):
        msg = f"{KEY_HEADER} has 1 to {MAX_IDEMPOTENCY_KEY} letters, digits and signs of ASCII."
        raise InvalidHeaderError(msg)
    return given


def fingerprint(request: HttpRequest, data: Any) -> str:
    """What tells one request from another: method, address and what the body means."""
    parts = (request.method, request.get_full_path(), json.dumps(data, sort_keys=True))
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def read_rows(data: Any, serializer_class: Any, most: int) -> Rows:
    """The rows of a body, checked. Raises InvalidBodyError, TooManyRowsError."""
    is_list = isinstance(data, list)
    given = data if isinstance(data, list) else [data]
    if len(given) > most:
        raise TooManyRowsError(most)
    if not given:
        raise InvalidBodyError(Fault(None, "The list is empty.", pointer=""))
    found = Rows([], is_list=is_list)
    serializer = serializer_class()
    named = gathered(serializer.fields, (row for row in given if isinstance(row, dict)))
    serializer._context = {"named": named}  # noqa: SLF001  (needs the fields first)
    faults: list[Fault] = []
    for number, row in enumerate(given):
        faults += _read(serializer, row, found.place(number), found.values)
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise InvalidBodyError(*faults)
    return found


def _read(serializer: Any, row: Any, at: str, values: list[dict[str, Any]]) -> Iterator[Fault]:
    if not isinstance(row, dict):
        yield Fault(None, "A row is an object.", pointer=at)
        return
    yield from _unknown(serializer.fields, row, at)
    try:
        found = serializer.run_validation(row)
        values.append({name: value for name, value in found.items() if value is not None})
    except ValidationError as error:
        for where, said in pointed(error.detail, at):
            yield Fault(None, said, pointer=where)


def _unknown(fields: Mapping[str, Any], row: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for name in islice((name for name in row if name not in fields), MOST_UNKNOWN):
        shown, near = name[:100], nearest(name, fields)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(fields)}."
        where, _ = next(pointed({shown: ""}, at))
        yield Fault(None, f'There is no "{shown}"; {hint}', near, pointer=where)
