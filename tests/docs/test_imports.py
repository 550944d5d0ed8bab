"""What docs/how-to/import.md shows works, and docs/reference/imports.md names every column."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command

from forecasts.imports.files import ENCODINGS
from forecasts.imports.shapes import SHAPES
from forecasts.models import Forecast, Question, Role, UnscorableStatement
from tests.docs.pages import DOCS
from tests.factories import make_user

PAGE = (DOCS / "how-to" / "import.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "imports.md").read_text(encoding="utf-8")
FILES = re.findall(r"`(\w+\.(?:csv|jsonl))`[^`]*```\w+\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^python manage\.py (import_records .*)$", PAGE, re.MULTILINE)


@pytest.mark.django_db
def test_worked_example_is_imported_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_user(Role.CODER, username="coder")
    monkeypatch.chdir(tmp_path)
    for name, content in FILES:
        (tmp_path / name).write_text(content)

    for command in COMMANDS:
        call_command(*shlex.split(command))

    assert len(FILES) == len(SHAPES)
    assert capsys.readouterr().out.count("; imported.") == len(SHAPES)
    assert (Question.objects.count(), Forecast.objects.count()) == (2, 2)
    assert UnscorableStatement.objects.count() == 1


def test_every_column_is_in_the_reference() -> None:
    told = {
        section.partition("\n")[0]: re.findall(
            r"^\| `(\w+)` \| (always)? *\| (.+) \|$", section, re.MULTILINE
        )
        for section in REFERENCE.split("### ")[1:]
    }

    assert told == {
        shape.title: [
            (name, "always" if widget.is_required else "", column.help)
            for column, (name, widget) in zip(shape.columns, shape.widgets().items(), strict=True)
        ]
        for shape in SHAPES.values()
    }


def test_every_encoding_is_in_the_reference() -> None:
    names = [title.partition(" (")[0] for title in ENCODINGS.values()]

    assert [name for name in names if name not in REFERENCE] == []
