"""The demo's log-ins, for its log-in page."""

from django import template

from demo.logins import LOGINS, Login

register = template.Library()


@register.simple_tag
def demo_logins() -> tuple[Login, ...]:
    """Who can log in to the demo."""
    return LOGINS
