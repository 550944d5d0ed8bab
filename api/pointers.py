"""JSON pointers (RFC 6901) to what is wrong in a body."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.settings import api_settings


def pointed(detail: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """What serializers found, each with a pointer to its place: ("/rows/2/quote", "…")."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from pointed(inner, _below(at, str(name)))
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            is_row = isinstance(inner, Mapping | list | tuple)
            yield from pointed(inner, f"{at}/{number}" if is_row else at)
    else:
        yield at, str(detail)


def _below(at: str, name: str) -> str:
    if name == api_settings.NON_FIELD_ERRORS_KEY:
        return at
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
