"""manage.py score_file: what it reads, refuses and leaves alone."""

import json
import os
import stat
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forecasts.management.commands import score_file
from forecasts.track_files import TrackFile
from forecasts.track_files.progress import FROM_ROWS, ProgressBar, shown
from forecasts.track_files.scores import ScoredFile
from tests.track_files.files import PLAIN, micro, written
from tools.environments import ROOT

BAD = written({"probability": "1.2"}, {"expert": "Bob", "outcome": "maybe"})


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What scoring was asked for; it finds that every expert has one forecast."""
    asked: dict[str, Any] = {}

    def score(track: TrackFile, **options: int | None) -> ScoredFile:
        asked.update(options, experts=track.experts)
        experts = ((name, {"n": 1}) for name in track.experts)
        return ScoredFile(experts, len(track.experts), population={})

    monkeypatch.setattr(score_file, "score_track_file", score)
    return asked


@pytest.fixture
def track(tmp_path: Path) -> Path:
    return tmp_file(tmp_path, written(PLAIN))


def tmp_file(folder: Path, text: str) -> Path:
    path = folder / "track.csv"
    path.write_text(text, encoding="utf-8")
    return path


def run(*args: str | Path) -> str:
    out = StringIO()
    call_command("score_file", *map(str, args), stdout=out, stderr=out)
    return out.getvalue()


def refusal(*args: str | Path) -> str:
    with pytest.raises(CommandError) as refused:
        run(*args)
    assert refused.value.returncode == 2
    return str(refused.value)


def test_without_json_a_table_is_printed(asked: dict[str, Any], track: Path) -> None:
    out = run(track)

    assert "Ann" in out
    assert asked == {"experts": ["Ann"], "as_of": None, "seed": None, "band": False}


def test_json_is_written_to_the_file(asked: dict[str, Any], track: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.json"

    out = run(track, "--json", target, "--as-of", "2126-03-01", "--seed", "7")

    assert out == ""
    assert json.loads(target.read_text()) == {"experts": {"Ann": {"n": 1}}, "population": {}}
    assert asked == {"experts": ["Ann"], "as_of": micro(2126, 3, 1), "seed": 7, "band": True}
    assert {path.name for path in tmp_path.iterdir()} == {"track.csv", "out.json"}


def test_json_replaces_a_file_and_keeps_its_mode(asked: dict[str, Any], track: Path) -> None:
    target = track.with_name("out.json")
    target.write_text("before")
    target.chmod(0o640)

    run(track, "--json", target)

    assert json.loads(target.read_text())["population"] == {}
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_json_may_go_to_standard_output(asked: dict[str, Any], track: Path) -> None:
    assert json.loads(run(track, "--json", "-"))["experts"] == {"Ann": {"n": 1}}


def test_json_may_go_to_a_device(asked: dict[str, Any], track: Path) -> None:
    run(track, "--json", "/dev/null")

    assert Path("/dev/null").is_char_device()


def test_standard_input_is_read(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = TextIOWrapper(BytesIO(written(PLAIN).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    run("-")

    assert asked["experts"] == ["Ann"]
    assert not stdin.buffer.closed


def test_bad_rows_are_printed_together_and_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")
    err = StringIO()

    with pytest.raises(CommandError, match=r"Nothing is scored: 2 problems in .*track\.csv\.") as e:
        call_command("score_file", str(tmp_file(tmp_path, BAD)), "--json", str(target), stderr=err)

    assert e.value.returncode == 2
    assert err.getvalue() == (
        "line 2, probability: 1.2 is outside [0, 1]\n"
        "line 3, outcome: 'maybe' is none of yes, 1, true, no, 0, false, ambiguous, annulled\n"
    )
    assert target.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"track.csv", "out.json"}


def test_failure_of_scoring_leaves_no_half_written_file(
    monkeypatch: pytest.MonkeyPatch, track: Path
) -> None:
    def fail(*_: Any, **__: Any) -> ScoredFile:
        return ScoredFile(iter([("Ann", {"n": float("nan")})]), 1, population={})

    monkeypatch.setattr(score_file, "score_track_file", fail)

    with pytest.raises(ValueError, match="not JSON compliant"):
        run(track, "--json", track.with_name("out.json"))

    assert [path.name for path in track.parent.iterdir()] == ["track.csv"]


def test_unreadable_file_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"

    assert refusal(missing) == f"Cannot read {missing}: No such file or directory."
    assert refusal(tmp_path) == f"Cannot read {tmp_path}: Is a directory."


def test_output_that_cannot_be_written_is_refused_before_reading(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"

    assert refusal(missing, "--json", tmp_path / "no" / "out.json").endswith(
        "out.json: No such file or directory."
    )
    assert refusal(missing, "--json", tmp_path) == f"Cannot write {tmp_path}: Is a directory."


def test_write_protected_output_is_refused(track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = track.with_name("out.json")
    target.touch(mode=0o400)
    # Root, as whom tests run in containers, may write anywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert refusal(track, "--json", target) == f"Cannot write {target}: Permission denied."


def test_track_record_is_not_overwritten(track: Path) -> None:
    assert "is the track record itself" in refusal(track, "--json", track)
    assert track.read_text() == written(PLAIN)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--as-of", "2026-03-01T12:00"], "--as-of: '2026-03-01T12:00' has no zone"),
        (["--as-of", "soon"], "--as-of: 'soon' is not a time"),
        (["--seed", "-1"], "--seed: '-1' is not a whole number from 0 up"),
        (["--seed", "x"], "--seed: 'x' is not a whole number from 0 up"),
        (["--jsn", "x"], "unrecognized arguments"),
    ],
)
def test_wrong_option_gets_one_clear_line(track: Path, args: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(track, *args)


def test_command_runs_without_a_database(tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}

    done = subprocess.run(
        [sys.executable, "manage.py", "score_file", "-"],
        cwd=ROOT,
        env=environment,
        input=BAD.encode(),
        capture_output=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [
        "line 2, probability: 1.2 is outside [0, 1]",
        "line 3, outcome: 'maybe' is none of yes, 1, true, no, 0, false, ambiguous, annulled",
        "CommandError: Nothing is scored: 2 problems in standard input.",
    ]


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.5, f"\r[{'#' * 15}{'.' * 15}]  50%  100,000 rows"),
        (None, "\r100,000 rows"),
    ],
)
def test_progress_shows_on_a_terminal_from_100000_rows_on(share: float | None, shown: str) -> None:
    terminal = Terminal()
    bar = ProgressBar(terminal, lambda: share)

    bar(FROM_ROWS - 1)
    before = terminal.getvalue()
    bar(FROM_ROWS)
    bar.clear()

    assert before == ""
    assert terminal.getvalue() == shown + "\r\033[K"


def test_progress_shows_nothing_elsewhere() -> None:
    stream = StringIO()
    bar = ProgressBar(stream, lambda: 0.5)

    bar(FROM_ROWS)
    bar.clear()

    assert stream.getvalue() == ""


def test_share_of_a_file_is_known_and_of_a_pipe_is_not(track: Path) -> None:
    reader, writer = os.pipe()
    with track.open("rb") as binary, os.fdopen(reader, "rb") as pipe, os.fdopen(writer, "wb"):
        before = score_file._share_read(binary)
        binary.read()

        assert (before, score_file._share_read(binary)) == (0, 1)
        assert score_file._share_read(pipe) is None


def test_bar_counts_experts_and_leaves_the_line_as_it_was() -> None:
    terminal = Terminal()

    items = list(shown(["Ann", "Bob"], 2, terminal))

    assert items == ["Ann", "Bob"]
    assert " 50%  1 experts scored" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")
