"""What is looked at before anything starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string


def check_extractors(**_: Any) -> list[CheckMessage]:
    """Every extractor of the settings can be imported and called."""
    return [
        Error(f"ARTICLE_EXTRACTORS: {fault}", id="forecasts.E001")
        for name in settings.ARTICLE_EXTRACTORS
        if (fault := _fault(name))
    ]


def _fault(name: str) -> str:
    try:
        found = import_string(name)
    except ImportError as error:
        return f"{name} cannot be imported: {error}"
    return "" if callable(found) else f"{name} is no function."
