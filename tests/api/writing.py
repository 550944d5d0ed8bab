"""Bodies that can be written, and sending them."""

import json
from typing import Any

from django.apps import apps
from django.test import Client

from forecasts.models import ApiKey, Scope
from tests.api.keys import bearing, make_key
from tests.api.worlds import World

SOURCE: dict[str, Any] = {
    "outlet": "The Paper",
    "title": "What 2026 brings",
    "url": "https://paper.example/2026",
    "published_at": "2026-01-02T10:00:00+02:00",
    "date_basis": "printed",
}
QUESTION: dict[str, Any] = {
    "slug": "frost",
    "title": "Will there be frost?",
    "resolution_criteria": "There is frost.",
    "deadline": "2026-12-31",
    "topics": ["weather"],
    "family": "floods",
}
EVIDENCE: dict[str, Any] = {"url": "https://paper.example/it-happened"}
PATHS = {
    Scope.SOURCES: "sources/",
    Scope.QUESTIONS: "questions/",
    Scope.FORECASTS: "forecasts/",
    Scope.EVIDENCE: "questions/storm/evidence/",
}
# Who uses a key is noted outside of what is written.
NOTED = ("forecasts.ApiKey", "last_used_at")


def forecast(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "expert": "ada",
        "question": "dam",
        "source": world.source.pk,
        "basis": "stated",
        "stated_at": "2026-01-05T12:00:00Z",
        "quote": "one in four",
        "probability": 0.25,
        **changes,
    }


def body_for(scope: Scope, world: World) -> dict[str, Any]:
    bodies = {Scope.SOURCES: SOURCE, Scope.QUESTIONS: QUESTION, Scope.EVIDENCE: EVIDENCE}
    return bodies[scope] if scope in bodies else forecast(world)


def make_writer(*scopes: Scope, **more: Any) -> tuple[ApiKey, str]:
    return make_key(*(scopes or Scope), **more)


def send(client: Client, token: str | None, path: str, body: Any, **headers: str) -> Any:
    """The answer to a POST; names of headers with underscores."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = bearing(token) if token else {}
    return client.generic(
        "POST", f"/api/v1/{path}", raw, "application/json", headers={**auth, **given}
    )


def everything() -> dict[str, list[Any]]:
    """All rows of all tables, but for when keys were used."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label
        columns = [
            field.attname
            for field in model._meta.concrete_fields
            if (label, field.attname) != NOTED
        ]
        found[label] = list(model._base_manager.order_by("pk").values_list(*columns))
    return found


def pointers(response: Any) -> dict[str, str | None]:
    """The code at each place of a refusal."""
    return {error["pointer"]: error.get("code") for error in response.json()["errors"]}
