"""Which public addresses take a form, and which of them without a token of its page."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import AFTER
from web.urls import urlpatterns

pytestmark = pytest.mark.django_db
# The first has no power, the others are proved by their link.
WITHOUT_TOKEN = {
    "subscribe",
    "confirm",
    "preferences",
    "subscription-erase",
    "summary",
    "unsubscribe",
}
FORMS = {*WITHOUT_TOKEN, "subscription-code", "dispute-new", "dispute-record", "dispute-received"}
WORDS = {
    "kind": "expert", "key": "ada", "nonce": "b0000000-0000-4000-8000-000000000000", "pk": "1",
    "slug": "ada", "token": "1:forged", "week": "2026-W01",
}  # fmt: skip


def path_of(route: str) -> str:
    for name, word in WORDS.items():
        for kind in ("slug", "str", "int", "uuid"):
            route = route.replace(f"<{kind}:{name}>", word)
    assert "<" not in route
    return f"/{route}"


def test_only_what_a_link_proves_goes_without_a_token() -> None:
    without = {
        pattern.name for pattern in urlpatterns if getattr(pattern.callback, "csrf_exempt", False)
    }

    assert without == WITHOUT_TOKEN


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_forged_link_and_stranger_reach_nothing(pattern: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    path, name = path_of(str(pattern.pattern)), pattern.name

    opened = client.get(path)
    posted = client.post(path, {"email": f"ada@ada.org{AFTER.year}"})

    assert opened.status_code < 500
    if "<" in str(pattern.pattern):
        assert opened.status_code == 404
    if name in FORMS - WITHOUT_TOKEN or name == "subscribe":
        assert posted.status_code == 403
