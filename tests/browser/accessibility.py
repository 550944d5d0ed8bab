"""Asking axe-core whether a page can be used by everybody."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The rules of WCAG 2.2, levels A and AA.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {
    "resultTypes": ["violations"],
    # It would read style sheets again, and look for what they import in the wrong place.
    "preload": False,
    "runOnly": {"type": "tag", "values": TAGS},
    # The one rule of version 2.2, which axe leaves off unless asked.
    "rules": {"target-size": {"enabled": True}},
}


def violations(page: Page) -> list[str]:
    """What axe objects to, a line for each: the rule, its help text, where."""
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:120]}"
        for rule in found
        for node in rule["nodes"]
    ]
