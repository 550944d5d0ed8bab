"""Contents as JSON, and back: what an issue said is rendered again from what was frozen."""

from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from mail.content.digests import DigestContent

Thaw = Callable[[Any], Any]


def frozen(content: DigestContent) -> dict[str, Any]:
    """The content as JSON takes it; times keep their microseconds."""
    found: dict[str, Any] = _plain(asdict(content))
    return found


def thawed(stored: dict[str, Any]) -> DigestContent:
    """The content that was frozen. What it does not know is left out; what it lacks is empty."""
    content: DigestContent = _thaw(DigestContent)(stored)
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value


@cache
def _thaw(kind: Any) -> Thaw:
    """How a value of this type is read."""
    if is_dataclass(kind):
        return _thaw_fields(kind)
    if get_origin(kind) is UnionType:
        wanted = next(part for part in get_args(kind) if part is not NoneType)
        read = _thaw(wanted)

        def read_if_any(value: Any) -> Any:
            return None if value is None else read(value)

        return read_if_any
    if get_origin(kind) is tuple:
        return _thaw_tuple(*get_args(kind))
    return datetime.fromisoformat if kind is datetime else _itself


def _itself(value: Any) -> Any:
    return value


def _thaw_tuple(*parts: Any) -> Thaw:
    if parts[-1] is Ellipsis:
        read = _thaw(parts[0])
        return lambda values: tuple(map(read, values))
    readers = [_thaw(part) for part in parts]
    return lambda values: tuple(r(value) for r, value in zip(readers, values, strict=True))


def _thaw_fields(kind: Any) -> Thaw:
    hints = get_type_hints(kind)
    readers = {field.name: _thaw(hints[field.name]) for field in fields(kind)}
    return lambda stored: kind(
        **{name: read(stored[name]) for name, read in readers.items() if name in stored}
    )
