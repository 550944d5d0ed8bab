"""The examples of docs/how-to/score-a-file.md run, and show what the command prints."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forecasts.track_files.cells import Names, columns, name, topics
from tests.docs.pages import DOCS, rows_of_table

PAGE = (DOCS / "how-to" / "score-a-file.md").read_text(encoding="utf-8")
FILES = re.compile(r"`(\w+\.csv)`:\n\n```csv\n(.*?)```", re.DOTALL)
EXAMPLES = re.compile(
    r"```sh\npython manage\.py score_file ([^\n]*)\n```\n\n```text\n(.*?)\n```", re.DOTALL
)
PART = re.compile(r"```json\n(.*?)```", re.DOTALL)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the page says to save."""
    for file, content in FILES.findall(PAGE):
        (tmp_path / file).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed(arguments: str) -> str:
    """Return what a terminal shows."""
    out = StringIO()
    try:
        call_command("score_file", *arguments.split(), stdout=out, stderr=out)
    except CommandError as error:
        out.write(f"CommandError: {error}")
    return out.getvalue().strip()


def is_part_of(part: Any, whole: Any) -> bool:
    if isinstance(part, dict):
        return all(key in whole and is_part_of(part[key], whole[key]) for key in part)
    return bool(part == whole)


@pytest.mark.parametrize(("arguments", "shown"), EXAMPLES.findall(PAGE))
def test_example_prints_what_the_page_shows(arguments: str, shown: str) -> None:
    assert printed(arguments) == shown


def test_json_of_the_page_is_part_of_what_is_written(folder: Path) -> None:
    printed("track.csv --json scores.json")

    (shown,) = PART.findall(PAGE)
    assert is_part_of(json.loads(shown), json.loads((folder / "scores.json").read_text()))


def test_page_is_read_whole() -> None:
    assert [file for file, _ in FILES.findall(PAGE)] == ["track.csv", "bad.csv"]
    assert len(EXAMPLES.findall(PAGE)) == 3


def test_table_of_columns_is_that_of_the_code() -> None:
    names = {column: Names(name) for column in ("expert", "question", "family")}
    known = columns(names, Names(topics))

    cells = [row[0] for row in rows_of_table(PAGE, first_column="column")]

    assert re.findall(r"`(\w+)`", " ".join(cells)).count("prob") == 1
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) - {"prob"} == set(known)
