"""What is found in annotated texts that were written by people who did not know the rules."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from benchmarks.extraction import TEXTS, Counts, Found, counted, main, of_keywords, of_rules

FOLDERS = sorted(filter(Path.is_dir, TEXTS.iterdir()))


@cache
def counts_of(file: Path, finder: Callable[[Path], list[tuple[int, Found]]]) -> Counts:
    return counted(file, finder(file))


def counts(
    folders: list[Path], finder: Callable[[Path], list[tuple[int, Found]]] = of_rules
) -> Counts:
    total = Counts()
    for folder in folders:
        for file in sorted(folder.glob("*.json")):
            total.add(counts_of(file, finder))
    return total


def test_enough_sentences_of_every_kind_are_annotated() -> None:
    kinds = {file.stem.partition("_")[0] for folder in FOLDERS for file in folder.glob("*.json")}

    assert kinds >= {"interview", "report", "column", "transcript"}
    assert counts(FOLDERS).sentences > 1000


@pytest.mark.parametrize("folders", [FOLDERS, [TEXTS / "plain"]], ids=["all", "plain"])
def test_forecasts_are_found_with_their_speakers_and_phrases(folders: list[Path]) -> None:
    found = counts(folders)

    assert found.recall >= 0.85
    assert found.precision >= 0.70
    assert found.share("speaker") >= 0.85
    assert found.share("phrase") >= 0.75
    assert found.share("claim") >= 0.95


def test_rules_beat_keywords_in_all_that_is_counted() -> None:
    rules, keywords = counts(FOLDERS), counts(FOLDERS, of_keywords)

    assert rules.recall > keywords.recall
    assert rules.precision > keywords.precision
    assert all(rules.share(what) > keywords.share(what) for what in ("speaker", "phrase", "claim"))


def test_benchmark_prints_a_line_for_each_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["extraction"])

    main()

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [
        *(folder.name for folder in FOLDERS),
        "all",
        "all, by keywords and the main speaker",
    ]
