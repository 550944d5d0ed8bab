"""Bodies: JSON of a size and depth that somebody could mean."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser

from api.problems import Fault, InvalidBodyError

MOST_LEVELS = 32


class BodyTooLargeError(APIException):
    """A body that nobody reads to its end."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(f"A body has at most {most} bytes; send several.")


class BodyParser(BaseParser):
    """JSON in UTF-8, without what only some readers accept: NaN, names given twice, surrogates."""

    media_type = "application/json"
    most: int | None = None
    """How many bytes there may be, where that is not what the settings say."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """What the body holds. Raises BodyTooLargeError, InvalidBodyError."""
        most: int = self.most or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body: bytes = stream.read(most + 1)
        if len(body) > most:
            raise BodyTooLargeError(most)
        try:
            found = json.loads(
                body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_object
            )
            _check(found, body)
        except UnicodeDecodeError as error:
            raise _broken("it is not UTF-8.") from error
        except RecursionError as error:
            raise _broken(f"it is nested deeper than {MOST_LEVELS} levels.") from error
        except ValueError as error:
            raise _broken(f"{error}.") from error
        return found


def _broken(why: str) -> InvalidBodyError:
    return InvalidBodyError(Fault(None, f"The body is no JSON that can be used: {why}", pointer=""))


def _refuse_constant(name: str) -> Any:
    msg = f"{name} is no number of JSON"
    raise ValueError(msg)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            msg = f"{json.dumps(name[:100])} is given twice"
            raise ValueError(msg)
        found[name] = value
    return found


def _check(found: Any, body: bytes) -> None:
    if _is_deeper(found, MOST_LEVELS):
        raise RecursionError
    # Only an escape can hide half a character in UTF-8.
    if b"\\ud" in body.lower() and any(map(_is_half, json.dumps(found, ensure_ascii=False))):
        msg = "it holds half a character (a lone surrogate)"
        raise ValueError(msg)


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _is_half(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
