"""Examples of a page: what the shell and Python print, beside what the page says they print.

On a page, `…` stands for what was left out or differs each time: a line of it for any lines, in
a line for any text, at the end of a JSON list for more of them. JSON objects may lack members.
"""

import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

RUN, SHOWN = ("sh", "python"), ("csv", "json", "text")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^python manage\.py (.+)$", re.MULTILINE)
SITE = "http://localhost:8000"
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Example:
    """Something to run, and what is shown to come of it."""

    language: str
    code: str
    shown: str | None = None
    form: str = ""


def examples_in(page: Path) -> list[Example]:
    """The examples of a page; the first block of text, CSV or JSON after one shows its answer."""
    found: list[Example] = []
    for language, content in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in RUN:
            found.append(Example(language, content))
        elif language in SHOWN and found and found[-1].shown is None:
            found[-1] = Example(found[-1].language, found[-1].code, content.rstrip("\n"), language)
    return found


@dataclass(slots=True)
class Reader:
    """Somebody who types the examples of a page one after the other, in a folder of their own."""

    site: str
    folder: Path
    secrets: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "example"})

    def prints(self, example: Example) -> str:
        """Run it; returns what is printed, as it would be by a service at the page's address."""
        code = example.code.replace(SITE, self.site)
        printed = self._by_shell(code) if example.language == "sh" else self._by_python(code)
        return printed.replace(self.site, SITE).replace("\r\n", "\n").strip("\n")

    def _by_shell(self, code: str) -> str:
        if COMMAND.search(code):
            return self._by_command(code)
        done = subprocess.run(
            ["sh", "-e", "-c", code],
            cwd=self.folder, env={**self._surroundings(), **self.secrets},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{code}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _by_command(self, code: str) -> str:
        out = StringIO()
        for arguments in COMMAND.findall(code):
            call_command(*arguments.split(), stdout=out)
        return out.getvalue()

    def _by_python(self, code: str) -> str:
        out = StringIO()
        with redirect_stdout(out):
            exec(compile(code, "example", "exec"), self.names)
        return out.getvalue()

    def _surroundings(self) -> dict[str, str]:
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        return {"PATH": path, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}


def holds(example: Example, printed: str) -> bool:
    """Whether that is what the page shows."""
    if example.shown is None:
        return True
    if example.form == "json":
        return is_shown(json.loads(example.shown), json.loads(printed))
    return is_text(example.shown, printed)


def is_shown(shown: Any, found: Any) -> bool:
    """Whether the page's JSON is what was found, or its part."""
    if isinstance(shown, dict):
        return isinstance(found, dict) and all(
            name in found and is_shown(value, found[name]) for name, value in shown.items()
        )
    if isinstance(shown, list) and isinstance(found, list):
        has_more = shown[-1:] == [LEFT_OUT]
        shown = shown[:-1] if has_more else shown
        is_long_enough = len(found) >= len(shown) if has_more else len(found) == len(shown)
        return is_long_enough and all(map(is_shown, shown, found))
    if isinstance(shown, str) and isinstance(found, str):
        return is_text(shown, found)
    return type(shown) is type(found) and bool(shown == found)


def is_text(shown: str, found: str) -> bool:
    """Whether the page's text is what was found."""
    patterns = [
        r"(?:[^\n]*\n)*"
        if line.strip() == LEFT_OUT
        else r"[^\n]*".join(map(re.escape, line.rstrip().split(LEFT_OUT))) + r" *\n"
        for line in shown.split("\n")
    ]
    return re.fullmatch("".join(patterns), f"{found}\n") is not None
