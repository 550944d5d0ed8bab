"""The page to try the API: without a network, with curl and Python to copy, for everybody."""

import json
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route
from pytest_django.live_server_helper import LiveServer

from forecasts.models import Topic
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOCS = "/api/v1/docs/"


def open_docs(page: Page, server: LiveServer) -> list[str]:
    """Open the page where nothing but the server can be reached; returns what else was asked."""
    outside: list[str] = []

    def answer(route: Route) -> None:
        if route.request.url.startswith((server.url, "data:")):
            route.fallback()
        else:
            outside.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    page.goto(DOCS)
    page.wait_for_selector(".opblock")
    return outside


def opened(page: Page, method: str, path: str) -> Locator:
    """The operation, unfolded."""
    place = page.locator(f".opblock-{method}", has=page.locator(f"[data-path='{path}']"))
    place.locator(".opblock-summary-control").click()
    return place


def tried(place: Locator) -> Locator:
    """What came of pressing the button."""
    place.locator(".execute").click()
    answer = place.locator(".live-responses-table")
    answer.wait_for()
    return answer


def python_of(place: Locator) -> str:
    place.locator(".curl-command").get_by_text("Python", exact=True).click()
    return place.locator(".curl-command pre").inner_text()


def printed(program: str) -> str:
    out = StringIO()
    with redirect_stdout(out):
        exec(program, {})
    return out.getvalue()


def test_operation_is_tried_and_its_python_prints_the_same(
    open_page: OpenPage, live_server: LiveServer, complaints: list[str]
) -> None:
    Topic.objects.create(slug="weather", name='Wetter: "schön"')
    page = open_page()
    outside = open_docs(page, live_server)

    place = opened(page, "get", "/api/v1/topics/")
    answer = tried(place).inner_text()
    curl = place.locator(".curl-command pre").inner_text()
    program = python_of(place)

    shown: Any = {"slug": "weather", "name": 'Wetter: "schön"', "n_questions": 0}
    assert '"slug": "weather"' in answer
    assert curl.startswith("curl -X 'GET'")
    assert f"{live_server.url}/api/v1/topics/" in curl
    assert json.loads(printed(program))["results"] == [shown]
    assert place.locator(".curl-command .copy-to-clipboard button").count() == 1
    assert (outside, complaints) == ([], [])


def test_refused_write_shows_the_problem_and_a_program_with_its_body(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    page = open_page()
    open_docs(page, live_server)

    place = opened(page, "post", "/api/v1/sources/")
    answer = tried(place).inner_text()
    program = python_of(place)

    assert '"status": 401' in answer
    assert '"request_id"' in answer
    assert "The Paper" in program
    assert 'method="POST"' in program


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_page_has_no_violation(
    open_page: OpenPage, live_server: LiveServer, color_scheme: str
) -> None:
    page = open_page(color_scheme)
    open_docs(page, live_server)
    wrong = look(page, "folded")
    tried(opened(page, "get", "/api/v1/topics/"))

    wrong += look(page, "tried")

    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    is_dark = sum(map(int, background.removeprefix("rgb(").removesuffix(")").split(","))) < 300
    assert is_dark == (color_scheme == "dark")
    assert not wrong, "\n".join(wrong)
