"""The subscribers' form as a browser fills it in."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client

LEAST = timedelta(seconds=4)
MANY = {"topics", "experts"}


def fields_of(page: str) -> dict[str, Any]:
    """The hidden fields of a page's forms, and what its other fields start with."""
    inputs = re.findall(r"<input type=\"hidden\"[^>]*>", page)
    found: dict[str, Any] = {}
    for one in inputs:
        name, value = (re.search(rf'{part}="([^"]*)"', one) for part in ("name", "value"))
        assert name
        found[name[1]] = unescape(value[1]) if value else ""
    for select in re.findall(r"<select.*?</select>", page, re.DOTALL):
        name, value = (
            re.search(r'name="(\w+)"', select),
            re.search(r'value="([^"]*)" selected', select),
        )
        assert name
        assert value, select[:80]
        found[name[1]] = value[1]
    for box in re.findall(r"<input type=\"(?:checkbox|radio)\"[^>]*checked[^>]*>", page):
        name, value = re.search(r'name="(\w+)"', box), re.search(r'value="([^"]*)"', box)
        assert name
        if name[1] in MANY:
            found.setdefault(name[1], []).append(value[1] if value else "on")
        else:
            found[name[1]] = value[1] if value else "on"
    return found


def send(reader: Client, clock: Any, **typed: Any) -> Any:
    """Open the form, wait as long as a person does, and send it."""
    start = fields_of(reader.get("/subscribe/").content.decode())
    clock.shift(LEAST)
    return reader.post("/subscribe/", {**start, "email": "ada@ada.org", **typed})


def errors_in(page: bytes) -> list[str]:
    """What a page complains about."""
    lists = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', page.decode(), re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in lists]
