"""Files that nobody could mean: each is refused with a reason, and nothing is stored."""

import codecs
import json
from typing import Any

import pytest

from forecasts.imports.rows import Format
from forecasts.models import Expert, Forecast, Question, Source
from tests.imports.files import (
    EXPERT,
    FORECAST,
    QUESTION,
    SOURCE,
    WORLD,
    csv_file,
    faults_of,
    json_lines,
    take_in,
)

pytestmark = pytest.mark.django_db


def reasons(table: str, content: bytes | dict[str, Any], **options: Any) -> list[str]:
    """What is wrong, with line and column."""
    report = take_in(table, content, **options)
    assert not report.is_kept
    model = {"experts": Expert, "sources": Source, "questions": Question, "forecasts": Forecast}
    assert model[table].objects.count() == 0  # type: ignore[attr-defined]
    return [f"{line} {column}: {reason}" for line, column, reason in faults_of(report)]


def world() -> None:
    for table in ("experts", "sources", "questions"):
        take_in(table, WORLD[table])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 : it is empty"),
        (b"\n\n", "0 : it is empty"),
        (b"external_id;slug;name\n1;a;A\n", "1 : cells are separated by ';'; save it with commas"),
        (
            b"external_id,slug,nmae\n1,a,A\n",
            "1 : there is no column 'nmae'; did you mean \"name\"?",
        ),
        (b"external_id,slug,slug,name\n1,a,a,A\n", '1 : "slug" is given twice'),
        (b"external_id,slug,name,\n1,a,A,\n", "1 : a column has no name"),
        (b"external_id,slug,name\n1,a\n", "2 : it has 2 cells, and the header has 3"),
        (b"external_id,slug\n1,a\n", "2 name: this cannot be empty"),
        (b'external_id,slug,name\n1,a,"A\n', "2 : it is no CSV: unexpected end of data"),
        (b"external_id,slug,name\n1,a,A\x00B\n", "2 name: The character U+0000 cannot be stored"),
        (b"external_id,slug,name\n1,a\x00,A\n", "2 slug: The character U+0000 cannot be stored"),
        (b"external_id,slug,name\n1\x00,a,A\n", "2 external_id: The character U+0000 cannot"),
        (
            "external_id,slug,name\n1,a,A\u202eB\n".encode(),
            "2 name: The character U+202E cannot be stored",
        ),
        (b"external_id,slug,name\n,a,A\n", "2 external_id: this cannot be empty"),
        (b"external_id,slug,name\n1,a b,A\n", "2 slug: Enter a valid"),
        ("external_id,slug,name\n1,a,Jörg\n".encode("cp1252"), "1 : here or soon after it is not"),
        ("external_id,slug,name\n1,a,A\n".encode("utf-16"), "1 : it is written in UTF-16; choose"),
        (b"\xff\xfe\x00", "1 : it is written in UTF-16; choose that encoding"),
    ],
)
def test_broken_csv_is_refused_at_its_line(content: bytes, said: str) -> None:
    found = reasons("experts", content)

    assert found[0].startswith(said), found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "1 : it is no JSON that can be used"),
        (b"[1]", "1 : it is no object"),
        (b'{"external_id": NaN}', "1 : it is no JSON that can be used: NaN is no number of JSON"),
        (b'{"slug": "a", "slug": "b"}', "1 : it is no JSON that can be used: 'slug' is given twi"),
        (b'{"nmae": "a"}', "1 : there is no column 'nmae'; did you mean \"name\"?"),
        (b'{"external_id": 7, "slug": "a", "name": "A"}', "1 external_id: '7' is no text"),
        (b'{"external_id": "1", "slug": "a", "name": "\\ud800"}', "1 name: The character U+D800"),
        (b'{"external_id": "\\ud800", "slug": "a", "name": "A"}', "1 external_id: The character"),
        (b"[" * 100_000, "1 : it is nested too deeply"),
        (b'{"name": ' + b"9" * 5000 + b"}", "1 : it is no JSON that can be used: Exceeds"),
    ],
)
def test_broken_json_lines_are_refused_at_their_line(content: bytes, said: str) -> None:
    found = reasons("experts", content, format_=Format.JSON_LINES)

    assert found[0].startswith(said), found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "0 : it has to be an array of objects"),
        (b"[{}", "0 : it is no JSON that can be used"),
        (b"[[]]", "1 : it is no object"),
        (b"[" * 100_000, "0 : it is nested too deeply"),
    ],
)
def test_broken_array_is_refused(content: bytes, said: str) -> None:
    found = reasons("experts", content, format_=Format.JSON)

    assert found[0].startswith(said), found


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("probability", "1e400", "'1e400' is no probability"),
        ("probability", "NaN", "'NaN' is no probability"),
        ("probability", "70", "'70' is no probability"),
        ("probability", "70%", "'70%' is no probability"),
        ("probability", "0,7", "'0,7' is no probability"),
        ("probability", "0.1234567", "'0.1234567' is no probability"),
        ("probability", "-0.1", "'-0.1' is no probability"),
        ("probability", "\u0660.\u0665", "is no probability"),
        ("stated_at", "9999-01-01", "times lie between the years 1990 and 2200"),
        ("stated_at", "2026-01-02T08:00", "has no zone; add Z"),
        ("stated_at", "2.1.2026", "is not a time; write 2026-03-01"),
        ("stated_at", "0001-01-01T00:00:00+14:00", "times lie between"),
        ("claims_yes", "perhaps", "'perhaps' is neither true nor false"),
        ("quote", "x" * 601, "Ensure this value has at most 600 characters"),
        ("external_id", "x" * 201, "Ensure this value has at most 200 characters"),
        ("expert", "nobody", "there is no expert with the slug or external_id 'nobody'"),
        ("expert", "x" * 5_000, "there is no expert with the slug or external_id 'xxx"),
        ("expert", "a\x00", "there is no expert with the slug or external_id 'a\\x00'"),
        ("question", "snow", "there is no question with the slug or external_id 'snow'"),
        ("source", "s9", "there is no source with the external_id or url 's9'"),
        ("kind", "guess", "'guess' is none of forecast, withdrawal"),
    ],
)
def test_cell_that_cannot_be_meant_is_refused(column: str, value: str, said: str) -> None:
    world()

    found = reasons("forecasts", {**FORECAST, column: value})

    assert len(found) == 1
    assert found[0].startswith(f"2 {column}: ")
    assert said in found[0]


@pytest.mark.parametrize("written", ["1e400", "1E-400", "true", "[0.5]", '{"a": 1}', "-0.1", "2"])
def test_number_of_json_that_cannot_be_meant_is_refused(written: str) -> None:
    world()
    row = json.dumps({**FORECAST, "probability": "HERE"}).replace('"HERE"', written)

    found = reasons("forecasts", row.encode(), format_=Format.JSON_LINES)

    assert "is no probability" in found[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("required_verdicts", value) for value in ("3", "-1", "1.5", "9" * 5_000, "x")),
        *(("topics", value) for value in ("nothing", '["a', "[1]", "; ".join("abc" * 100), "[[]]")),
        ("deadline", "9999-12-31"),
        ("depends_on", "rain"),
        ("depends_on_answer", "yes"),
        ("opens_at", "2027-01-01"),
        ("slug", "x" * 101),
        ("resolution_criteria", "x" * 20_001),
    ],
)
def test_question_that_cannot_be_meant_is_refused(column: str, value: str) -> None:
    found = reasons("questions", {**QUESTION, column: value})

    assert len(found) == 1


def test_name_of_5000_characters_is_refused() -> None:
    found = reasons("experts", {**EXPERT, "name": "x" * 5_000})

    assert found == ["2 name: Ensure this value has at most 200 characters (it has 5000)."]


@pytest.mark.parametrize("break_", [b"", b'"\n"'])
def test_cell_of_ten_megabytes_is_refused(break_: bytes) -> None:
    cell = b'"' + b"x" * 10_000_000 + b'"'

    found = reasons("experts", b"external_id,slug,name\n1,a," + cell + b"\n")

    assert found == ["2 : the line has more than 1,000,000 characters"]


def test_cell_of_many_lines_is_refused() -> None:
    cell = b'"' + b"x\n" * 1_000_000 + b'"'

    found = reasons("experts", b"external_id,slug,name\n1,a," + cell + b"\n")

    assert "field larger than field limit" in found[0]


def test_two_rows_with_one_external_id_are_refused() -> None:
    found = reasons("experts", csv_file(EXPERT, {**EXPERT, "slug": "bob"}))

    assert found == ["3 external_id: line 2 has it already"]


def test_two_rows_with_one_slug_are_refused() -> None:
    found = reasons("experts", csv_file(EXPERT, {**EXPERT, "external_id": "e2"}))

    assert found == ["3 slug: There is an expert of this name already; a slug names one for ever."]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    rows = [{**SOURCE, "external_id": "", "date_basis": "x", "published_at": "y"}] * 2

    found = reasons("sources", csv_file(*rows))

    assert [one.split(":")[0] for one in found] == [
        f"{line} {column}"
        for line in (2, 3)
        for column in ("external_id", "published_at", "date_basis")
    ]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16", b""),
        ("windows-1252", b""),
        ("iso-8859-2", b""),
    ],
)
def test_text_is_read_in_the_encoding_that_is_chosen(encoding: str, mark: bytes) -> None:
    content = "external_id,slug,name\r\n1,joerg,Jörg\r\n".encode(encoding)

    report = take_in("experts", mark + content, encoding=encoding)

    assert report.is_kept
    assert Expert.objects.get().name == "Jörg"


def test_array_on_one_long_line_is_read() -> None:
    rows = [{**SOURCE, "external_id": str(n), "url": "", "note": "x" * 1_000} for n in range(1_200)]

    report = take_in("sources", json.dumps(rows).encode(), format_=Format.JSON)

    assert report.is_kept
    assert Source.objects.count() == 1_200


def test_array_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forecasts.imports.files.LONGEST_ARRAY", 10)

    found = reasons("experts", json.dumps([EXPERT]).encode(), format_=Format.JSON)

    assert found == ["0 : an array of this size is too large; use JSON Lines"]


def test_mixed_encodings_are_refused() -> None:
    lines = [b"external_id,slug,name\n", "1,a,Jörg\n".encode(), "2,b,Jörg\n".encode("latin-1")]

    found = reasons("experts", b"".join(lines))

    assert "it is not UTF-8" in found[0]


def test_lines_that_cannot_be_read_do_not_hide_the_others() -> None:
    content = json_lines([EXPERT]) + b"nonsense\n" + json_lines([{**EXPERT, "slug": "b c"}])

    report = take_in("experts", content, format_=Format.JSON_LINES)

    assert [(line, column) for line, column, _ in faults_of(report)] == [
        (2, ""),
        (3, "external_id"),
    ]
