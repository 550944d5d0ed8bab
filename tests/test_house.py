"""The house style that can be measured: lengths, names, docstrings, who reads the clock."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.environments import ROOT

PRODUCT = (
    *("api", "benchmarks", "config", "demo", "desk"),
    *("forecasts", "mail", "tools", "web", "worker"),
)
NOT_OURS = {".coverage", ".env", ".git", ".venv", "__pycache__", "htmlcov", "migrations", "var"}
CACHES = {".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache"}
CLOCK = re.compile(r"timezone\.now|datetime\.(utc)?now|\.today\(|\btime\.time\b|\bNow\(")
# Written in halves, so that this file passes its own test.
WORKPLACE = re.compile(r"\.\./" + "shared" + r"|(?<![\w.])/" + r"work/")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files_in(*folders: str, pattern: str = "*.py") -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if path.is_file() and not (NOT_OURS | CACHES) & set(path.relative_to(ROOT).parts):
                yield path


def functions_in(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` on, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_functions_are_short() -> None:
    lengths = {
        f"{name(path)}:{function.lineno} {function.name}": length(function)
        for path in files_in(*PRODUCT)
        for function in functions_in(path)
    }
    too_long = {where: lines for where, lines in lengths.items() if lines > 50}

    assert too_long == {}
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 25


def test_files_are_short() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in files_in(*PRODUCT)}
    too_long = {where: lines for where, lines in lengths.items() if lines > 400}

    assert too_long == {}
    assert statistics.median(lengths.values()) <= 80


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"common", "helpers", "misc", "util", "utils"}
    modules = [path.relative_to(ROOT) for path in files_in(*PRODUCT, "tests")]

    assert [module for module in modules if drawers & set(module.with_suffix("").parts)] == []


def test_every_module_says_in_its_docstring_what_it_is() -> None:
    silent = [
        name(path)
        for path in files_in(*PRODUCT, "tests")
        if ast.get_docstring(ast.parse(path.read_text())) is None
    ]

    assert silent == []


@pytest.mark.parametrize("package", ["forecasts", "mail"])
def test_only_doors_read_the_clock(package: str) -> None:
    readings = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in files_in(package)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if CLOCK.search(line)
    ]

    assert readings == []


def test_no_file_points_out_of_the_repository() -> None:
    pointing = []
    for path in files_in(".", pattern="*"):
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if WORKPLACE.search(text):
            pointing.append(name(path))

    assert pointing == []
