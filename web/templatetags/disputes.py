"""Marks what is under dispute, and leads to where it can be disputed."""

from typing import Any

from django import template

from forecasts.models.disputes import Record
from forecasts.selectors.disputes import OpenDisputes
from web.records import form_address

register = template.Library()


@register.inclusion_tag("web/parts/disputed.html", takes_context=True)
def disputed(context: template.Context, record: Record) -> dict[str, Any]:
    """A mark with a link to each open dispute about the record; reads `disputed`."""
    found: OpenDisputes | None = context.get("disputed")
    return {"disputes": found.of(record) if found else []}


@register.inclusion_tag("web/parts/dispute_link.html")
def dispute_link(record: Record, what: str) -> dict[str, Any]:
    """A link to the form, such as "Dispute this forecast"."""
    return {"href": form_address(record), "what": what}
