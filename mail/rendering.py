"""From content to a mail: mail/<name>/{subject.txt, body.txt, body.html}."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

MAX_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's subject and its two equally complete parts."""

    subject: str
    text: str
    html: str


def render_mail(name: str, context: dict[str, Any]) -> Rendered:
    """Render the three templates of a mail."""
    context = {"SITE_URL": settings.SITE_URL, "DEMO": settings.DEMO, **context}
    subject = " ".join(render_to_string(f"mail/{name}/subject.txt", context).split())
    return Rendered(
        subject=subject if len(subject) <= MAX_SUBJECT else subject[: MAX_SUBJECT - 1] + "…",
        text=render_to_string(f"mail/{name}/body.txt", context),
        html=render_to_string(f"mail/{name}/body.html", context),
    )
