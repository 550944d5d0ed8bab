"""A real browser, which complains about everything that its console shows."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from forecasts.models import User
from tests.factories import PASSWORD
from tools.environments import find_browser

WIDTHS = (1280, 360)
# The folder in which pictures are kept; taking them takes as long as all else.
PICTURES = os.environ.get("PICTURES")
# Colors make no page wider: who wants to see them asks for pictures.
SCHEMES = ["light", "dark"] if PICTURES else ["light"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests beside this file together, at the end: they share one browser."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """As pytest-django's, but without the redirect to https, which no test server speaks."""
    with override_settings(SECURE_SSL_REDIRECT=False):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _cookies_without_https(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"


@pytest.fixture(scope="package")
def browser(live_server: LiveServer) -> Iterator[Browser]:
    """Chromium, started once for all tests; each page has a profile of its own."""
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on PATH: apt install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread; Django takes that for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console said in red: scripts that failed, violations of the policy, 404s."""
    return []


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(
    browser: Browser, live_server: LiveServer, complaints: list[str]
) -> Iterator[OpenPage]:
    """Opens a page of the live server in a fresh profile."""
    contexts: list[BrowserContext] = []

    def open_one(color_scheme: str = "light", width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            color_scheme=color_scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()


def log_in(page: Page, user: User) -> None:
    """Through the form. Beside other windows its focus may come late, and what is typed be lost."""
    page.goto("/admin/login/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#user-tools")


def too_wide(page: Page, name: str) -> list[str]:
    """At which widths the page as it is now is wider than its window; takes its pictures."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name} at {width}")
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    return found
