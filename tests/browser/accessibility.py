"""Asking axe-core whether a page can be used by everybody."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# The rules of WCAG 2.2, levels A and AA.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {
    "resultTypes": ["violations"],
    # It would read style sheets again, and look for what they import in the wrong place.
    "preload": False,
    # The one rule of version 2.2, which axe leaves off unless asked.
    "rules": {"target-size": {"enabled": True}},
}


# What a dark page can have that its light twin, which is asked everything, has not.
OF_COLORS = ["color-contrast", "link-in-text-block"]
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


def rules_for(page: Page, tags: list[str]) -> dict[str, Any]:
    """What to ask axe: the rules of these tags, and where it is dark only those of colors."""
    if page.evaluate(IS_DARK):
        return {"type": "rule", "values": OF_COLORS}
    return {"type": "tag", "values": tags}


def violations(page: Page) -> list[str]:
    """What axe objects to, a line for each: the rule, its help text, where."""
    options = {**OPTIONS, "runOnly": rules_for(page, TAGS)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['target']} {node['html'][:120]}"
        for rule in found
        for node in rule["nodes"]
    ]
