"""The table says which limit a ratio is against, and is written where it belongs."""

from pathlib import Path

import pytest

from benchmarks import tables
from benchmarks.__main__ import chosen
from benchmarks.harness import Line, Measurement, Result
from benchmarks.scales import SCALES, is_prime


def result(name: str, *seconds: float, limit: str | None = None, mib: float = 0) -> Result:
    line = Line(name, name.title(), lambda _: lambda: None, limit, None)
    return Result(line, [Measurement(each, mib, is_scaled=name == "sample") for each in seconds])


def test_ratios_are_of_medians_against_the_named_line() -> None:
    limit = result("limit", 1, 9, 2)
    work = result("work", 3, limit="limit", mib=12.4)
    sample = result("sample", 600, limit="work")

    assert tables.table([limit, work, sample]).splitlines() == [
        "| line   | name   | seconds   | ratio       | memory |",
        "| ------ | ------ | --------- | ----------- | ------ |",
        "| Limit  | limit  | 2         | limit       |        |",
        "| Work   | work   | 3         | 1.5 x limit | 12 MiB |",
        "| Sample | sample | about 600 | 200 x work  |        |",
    ]


def test_table_replaces_that_of_its_own_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("a\n<!-- small -->\nold\n<!-- /small -->\nb\n<!-- 10m -->\n<!-- /10m -->\n")
    monkeypatch.setattr(tables, "README", readme)

    tables.write("small", "new")

    assert readme.read_text() == (
        "a\n<!-- small -->\nnew\n<!-- /small -->\nb\n<!-- 10m -->\n<!-- /10m -->\n"
    )


@pytest.mark.parametrize("scale", sorted(SCALES.keys() - {"tiny"}))
def test_readme_has_a_place_for_every_scale(scale: str) -> None:
    text = tables.README.read_text()

    assert text.index(f"<!-- {scale} -->\n") < text.index(f"<!-- /{scale} -->")


def test_lines_bring_their_limits() -> None:
    limits = {"sums": None, "narrow": "sums", "ours": "sums", "libraries": "sums"}

    assert chosen(limits, ["ours"]) == ["sums", "ours"]
    assert chosen(limits, None) == list(limits)


@pytest.mark.parametrize("scale", SCALES)
def test_number_of_questions_is_a_prime(scale: str) -> None:
    assert is_prime(SCALES[scale].questions)
    assert [number for number in range(14) if is_prime(number)] == [2, 3, 5, 7, 11, 13]
