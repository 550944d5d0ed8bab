"""What the documentation names exists: targets, commands, objects, files, endpoints."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from mail.models.prompts import CHECK_DAYS
from tests.docs.pages import DOCS, code_in, name, pages, rows_of_table
from tools.environments import ROOT
from tools.run_checks import CHECKS
from worker.sweeps import SWEEPS

PACKAGES = ("api", "config", "demo", "desk", "forecasts", "mail", "tests", "tools", "web", "worker")
TARGET = re.compile(r"\bmake ([a-z]+)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
FILE = re.compile(rf"(?:{'|'.join((*PACKAGES, 'docs'))})/[\w./-]*")
ENDPOINT = re.compile(r"localhost:8000(/[^\s\"?>#]*)")
EVERY_PAGE = pytest.mark.parametrize("page", pages(), ids=name)


def find(dotted: str) -> Any:
    """Import the longest module in the name, and get the rest of it from there."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise AttributeError(dotted)


def exists(dotted: str) -> bool:
    try:
        find(dotted)
    except AttributeError:
        return False
    return True


def found_in(page: Path, pattern: re.Pattern[str]) -> set[str]:
    return {match for code in code_in(page) for match in pattern.findall(code)}


@EVERY_PAGE
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert found_in(page, TARGET) - targets == set()


@EVERY_PAGE
def test_named_checks_exist(page: Path) -> None:
    named = found_in(page, re.compile(r'make check ARGS="?([a-z ]+)'))

    assert {check for group in named for check in group.split()} - set(CHECKS) == set()


@EVERY_PAGE
def test_management_commands_exist(page: Path) -> None:
    assert found_in(page, COMMAND) - set(get_commands()) == set()


@EVERY_PAGE
def test_named_sweeps_exist(page: Path) -> None:
    named = found_in(page, re.compile(r"manage\.py sweep ([a-z_]+)"))

    assert named - set(SWEEPS) == set()


@EVERY_PAGE
def test_objects_named_in_code_spans_exist(page: Path) -> None:
    spans = {code for code in code_in(page) if DOTTED.fullmatch(code)}

    assert {span for span in spans if not exists(span)} == set()


@EVERY_PAGE
def test_files_named_in_code_spans_exist(page: Path) -> None:
    spans = {code for code in code_in(page) if FILE.fullmatch(code)}

    assert {span for span in spans if not (ROOT / span).exists()} == set()


@EVERY_PAGE
def test_addresses_of_the_demo_exist(page: Path) -> None:
    unknown = []
    for path in ENDPOINT.findall(page.read_text()):
        try:
            resolve(path)
        except Resolver404:
            unknown.append(path)

    assert unknown == []


def test_every_entry_of_the_glossary_has_a_meaning_and_a_place_in_the_code() -> None:
    rows = rows_of_table((DOCS / "glossary.md").read_text(), first_column="Word")

    incomplete = [row[0] for row in rows if len(row) != 3 or not all(row) or "`" not in row[2]]

    assert len(rows) > 50
    assert incomplete == []


def test_every_code_span_in_the_glossarys_last_column_is_imported() -> None:
    rows = rows_of_table((DOCS / "glossary.md").read_text(), first_column="Word")
    spans = {span for row in rows for span in re.findall(r"`([^`]+)`", row[2])}

    assert {span for span in spans if span not in PACKAGES and not exists(span)} == set()


def test_days_of_the_checks_are_those_of_the_code() -> None:
    *first, last = map(str, CHECK_DAYS)
    adr = next(DOCS.glob("adr/0010-*.md"))

    days = f"{', '.join(first)} and {last} days after"

    assert days in (DOCS / "reference" / "architecture.md").read_text()
    assert days in adr.read_text()
