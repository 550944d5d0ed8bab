"""What a spreadsheet would run is disarmed on the way out, and is what was said on the way in."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecasts.exports.fields import cells, guarded, unguarded
from forecasts.exports.files import csv_text
from forecasts.imports.files import read_rows
from forecasts.imports.rows import Format
from forecasts.models import UnscorableStatement
from tests.imports.files import STATEMENT, WORLD, csv_file, json_lines, take_in

# The characters that OWASP names, the last four in full width.
DANGEROUS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\0") | st.sampled_from(f"'{DANGEROUS}\",;"),
    max_size=40,
)


@given(texts)
@example("'=1")
@example("''")
@example("'a")
def test_disarmed_text_comes_back_as_it_was(text: str) -> None:
    cell = guarded(text)

    assert unguarded(cell) == text
    assert not cell.startswith(tuple(DANGEROUS))


@settings(max_examples=200)
@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_exported_cells_are_read_as_they_were(rows: list[tuple[str, str]]) -> None:
    written = csv_text([("one", "two"), *(cells(row) for row in rows)])

    found = list(read_rows(io.BytesIO(written.encode()), Format.CSV, ("one", "two")))

    assert [(row.cells["one"], row.cells["two"]) for row in found] == rows


def test_numbers_stay_numbers() -> None:
    assert cells((-1.5, 0.25, "-1.5")) == ("-1.5", "0.25", "'-1.5")


@pytest.mark.django_db
@pytest.mark.parametrize("quote", ["=1+1", "'=1+1", "+ 70 %", "-ism", "@ home", "'a", "''=x"])
def test_quote_is_the_same_from_every_kind_of_file(quote: str) -> None:
    for table in ("experts", "sources"):
        take_in(table, WORLD[table])
    row = {**STATEMENT, "quote": quote}

    take_in("unscorable_statements", json_lines([row]), format_=Format.JSON_LINES)
    again = take_in("unscorable_statements", csv_file({**row, "quote": guarded(quote)}))

    assert UnscorableStatement.objects.get().quote == quote
    assert again.counts["unchanged"] == 1
