"""Content as JSON and back, so that an issue says the same whenever it is looked at."""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.core.serializers.json import DjangoJSONEncoder

from mail.content.digests import DigestContent


def frozen(content: DigestContent) -> dict[str, Any]:
    """Return the content as it is stored."""
    stored: dict[str, Any] = json.loads(json.dumps(asdict(content), cls=DjangoJSONEncoder))
    return stored


def thawed(stored: dict[str, Any]) -> DigestContent:
    """Return the content that was stored; what an older version did not have is at its default."""
    content: DigestContent = _read(DigestContent, stored)
    return content


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) is UnionType:
        (kind,) = (part for part in get_args(kind) if part is not NoneType)
        return None if value is None else _read(kind, value)
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        many = kinds[-1] is Ellipsis
        return tuple(_read(kinds[0 if many else n], one) for n, one in enumerate(value))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = [field.name for field in fields(kind) if field.name in value]
        return kind(**{name: _read(hints[name], value[name]) for name in known})
    return datetime.fromisoformat(value) if kind is datetime else value
