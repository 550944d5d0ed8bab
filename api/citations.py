"""Citing an answer: an address that gives it for ever, and a text that names it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from api.times import zulu
from forecasts.models import Expert
from forecasts.models.experts import marked
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.ledgers import ledger_head

# What writes longest is stopped long before: after so much time no row of that moment is to come.
SETTLED_AFTER = timedelta(minutes=10)
# Not for ever: a new version of the statistics computes other numbers at the same address.
KEPT_LONG = "public, max-age=86400"
PERMANENT = (
    "The address of this answer as of a fixed moment. Ten minutes after that moment it gives the "
    "same bytes for ever, as long as `statistics_version` is the same."
)
CITATION = "A text to cite it by: what, as of when, by which version, where, and the ledger's head."


def permanent_field() -> serializers.URLField:
    """Where the answer stays."""
    return serializers.URLField(help_text=PERMANENT)


def citation_field() -> serializers.CharField:
    """How to cite it."""
    return serializers.CharField(help_text=CITATION)


def cited(
    request: Request, what: str, *, as_of: datetime, given: str = "as_of"
) -> dict[str, str | int]:
    """The members that an answer is cited by. given: the parameter that holds the moment."""
    moment = str(zulu(as_of))
    query = request.query_params.copy()
    query[given] = moment
    address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {
        "statistics_version": STATISTICS_VERSION,
        "permanent": address,
        "citation": f"{settings.SPECTACULAR_SETTINGS['TITLE']}. {what}, as of {moment}, "
        f"statistics version {STATISTICS_VERSION}. {address}. {_ledger(as_of)}",
    }


def cache_control(as_of: datetime | None, now: datetime, otherwise: str) -> str:
    """How long an answer of that moment may be kept."""
    is_settled = as_of is not None and now - as_of >= SETTLED_AFTER
    return KEPT_LONG if is_settled else otherwise


def names_of(experts: Iterable[Expert]) -> str:
    """The experts as a citation names them."""
    return " and ".join(marked(expert.name, synthetic=expert.synthetic) for expert in experts)


def _ledger(as_of: datetime) -> str:
    head = ledger_head(as_of)
    if not head.number:
        return "Nothing was in the ledger."
    return f"Ledger entry {head.number}, SHA-256 {head.hash}."


CITED_SCHEMA: dict[str, Any] = {
    "statistics_version": {"type": "integer", "description": "Raised when a formula changes."},
    "permanent": {"type": "string", "format": "uri", "description": PERMANENT},
    "citation": {"type": "string", "description": CITATION},
}
