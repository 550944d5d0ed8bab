"""An export restored into an empty database is the same record, with the same scores."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from forecasts.exports.packages import TABLES
from forecasts.imports.packages import BadPackageError
from forecasts.imports.restorations import RESTORED
from forecasts.ledgers import verify_ledger
from forecasts.lexicons.files import read_lexicons
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Coding,
    Expert,
    Forecast,
    LedgerEntry,
    Question,
    Resolution,
    TopicChange,
    User,
)
from forecasts.refusals import NotEmptyError
from forecasts.scoring import Options
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.selectors.ledgers import KINDS, model_of
from forecasts.selectors.scores import expert_scores
from forecasts.services import restores
from forecasts.services.exports import write_now
from forecasts.services.lexicons import load_lexicons
from forecasts.services.restores import STAND_IN, restore_package
from tests.api.sharing import shared
from tests.exports.packages import make_history
from tests.factories import START, make_expert, make_forecast

pytestmark = pytest.mark.django_db
N_MOMENTS = 12
N_MORE_STEPS = 100


def scores_at(moments: list[datetime]) -> dict[str, Any]:
    """Everybody's scores at each moment, by slug and with every option that a reader has."""
    slugs = dict(Expert.objects.values_list("pk", "slug"))
    found: dict[str, Any] = {}
    for moment in moments:
        for options in (Options(), Options(disputed="exclude"), Options(late="exclude")):
            scores = expert_scores(slugs, as_of=moment, options=options)
            for pk, one in scores.items():
                key = f"{slugs[pk]} {moment} {options}"
                # To the last digit: as text, so that no tolerance creeps in.
                found[key] = json.dumps(one.scores, sort_keys=True)
    return found


@pytest.fixture(scope="module")
def origin(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: Any
) -> tuple[Path, list[datetime], dict[str, Any]]:
    """An export of anything that may happen, and the scores before it was exported."""
    folder = tmp_path_factory.mktemp("origin") / "package"
    with shared(django_db_blocker, lambda: _exported(folder)) as found:
        pass
    return folder, *found


def _exported(folder: Path) -> tuple[list[datetime], dict[str, Any]]:
    world = make_history()
    for _ in range(N_MORE_STEPS):
        world.step()
    now = world.now + timedelta(days=30)
    span = now - START
    moments = [START + span * n / N_MOMENTS for n in range(1, N_MOMENTS + 1)]
    for model in (AdoptedRange, Amendment, Forecast, Resolution, TopicChange):
        assert model._default_manager.exists(), model
    assert Forecast.objects.exclude(superseded_at=None).exists()
    assert Resolution.objects.exclude(superseded_at=None).exists()
    assert Forecast.objects.filter(kind="withdrawal").exists()
    assert Question.objects.exclude(depends_on=None).exists()
    write_now(folder, as_of=now)
    return moments, scores_at(moments)


@pytest.fixture
def copied(origin: Any, tmp_path: Path) -> Path:
    """A copy of the export to do something to."""
    return shutil.copytree(origin[0], tmp_path / "package")


def test_scores_are_the_same_to_the_last_digit_at_any_time(origin: Any) -> None:
    folder, moments, before = origin

    restore_package(folder=folder)

    assert scores_at(moments) == before
    assert len(before) > 100


def test_ledger_is_the_same_and_holds(origin: Any, tmp_path: Path) -> None:
    folder = origin[0]

    restore_package(folder=folder)

    again = tmp_path / "again"
    write_now(again, as_of=datetime.fromisoformat("2027-01-01T00:00:00+00:00"))
    assert (again / "ledger.jsonl").read_bytes() == (folder / "ledger.jsonl").read_bytes()
    assert list(LedgerCheck().findings(lambda _: None)) == []
    script = [sys.executable, verify_ledger.__file__, str(again / "ledger.jsonl")]
    assert subprocess.run(script, check=False).returncode == 0


# Of these an export says less than there was, or when it was written.
NOT_THE_SAME = {"evidence", "proposals", "scores"}


def test_every_table_exported_again_is_the_same(origin: Any, tmp_path: Path) -> None:
    folder = origin[0]
    restore_package(folder=folder)

    write_now(tmp_path / "again", as_of=datetime.fromisoformat("2027-01-01T00:00:00+00:00"))

    for table in TABLES:
        name = f"{table.name}.jsonl"
        if table.name not in NOT_THE_SAME:
            assert (tmp_path / "again" / name).read_text() == (folder / name).read_text(), name


def test_links_of_evidence_come_back_and_copies_do_not(origin: Any, tmp_path: Path) -> None:
    folder = origin[0]
    restore_package(folder=folder)

    write_now(tmp_path / "again", as_of=datetime.fromisoformat("2027-01-01T00:00:00+00:00"))

    def links(of: Path) -> set[tuple[Any, ...]]:
        rows = [json.loads(line) for line in (of / "evidence.jsonl").read_text().splitlines()]
        return {(row["question"], row["resolution"], row["url"]) for row in rows if row["url"]}

    assert links(tmp_path / "again") == links(folder) != set()


def test_accounts_without_log_in_stand_for_everybody(origin: Any) -> None:
    restore_package(folder=origin[0])

    names = list(User.objects.order_by("pk").values_list("username", flat=True))
    readers = Counter(Coding.objects.values_list("forecast", flat=True)).values()
    assert names == [STAND_IN, *(f"{STAND_IN}-{n}" for n in range(2, max(readers) + 1))]
    for user in User.objects.all():
        assert (user.is_active, user.is_staff, user.has_usable_password()) == (False, False, False)


def test_readings_come_back_with_the_lexicons_that_they_name(origin: Any, tmp_path: Path) -> None:
    restore_package(folder=origin[0])

    for table in ("lexicons", "lexicon_phrases", "codings", "quotations"):
        assert (origin[0] / f"{table}.jsonl").read_text(), table
    assert load_lexicons(files=read_lexicons(), as_of=START) == []


def test_restored_database_can_be_written_to(origin: Any) -> None:
    restore_package(folder=origin[0])
    last = Forecast.objects.order_by("pk").last()
    assert last is not None

    forecast = make_forecast()

    assert forecast.pk == last.pk + 1
    assert list(LedgerCheck().findings(lambda _: None)) == []


def test_whatever_is_exported_or_in_the_ledger_is_restored() -> None:
    """A table that comes later has to come back, too: see forecasts.imports.restorations."""
    # Of proposals the texts are not in an export.
    left_out = {"corrections", "scores", "proposals"}

    assert {table.name for table in TABLES} - left_out <= set(RESTORED)
    assert {model_of(kind) for kind in KINDS} <= {*restores.TABLES, *restores.LEXICONS}


def test_database_with_records_is_not_restored_into(origin: Any) -> None:
    make_expert()

    with pytest.raises(NotEmptyError):
        restore_package(folder=origin[0])

    assert Expert.objects.count() == 1


def resum(folder: Path, name: str) -> None:
    """Write the checksum of a file that was changed as if it were its own."""
    sums = folder / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(f"  {name}")]
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    sums.write_text("\n".join([*lines, f"{digest}  {name}"]) + "\n")


def edited(folder: Path, name: str, edit: Callable[[list[Any]], object]) -> None:
    """Change the rows of a table, and the checksum with them."""
    path = folder / name
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    edit(rows)
    written = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    path.write_text("".join(f"{line}\n" for line in written))
    resum(folder, name)


def test_changed_file_is_refused(copied: Path) -> None:
    with (copied / "experts.jsonl").open("a") as stream:
        stream.write("{}\n")

    with pytest.raises(BadPackageError, match=r"experts\.jsonl was changed"):
        restore_package(folder=copied)


@pytest.mark.parametrize("name", ["SHA256SUMS", "forecasts.jsonl", "datapackage.json"])
def test_missing_file_is_refused(copied: Path, name: str) -> None:
    (copied / name).unlink()

    with pytest.raises(BadPackageError, match=name):
        restore_package(folder=copied)


def raise_probability(rows: list[Any]) -> None:
    row = next(row for row in rows if row["basis"] == "stated" and row["kind"] == "forecast")
    row["probability"] = row["low"] = row["high"] = 0.123456


def leave_out_last(rows: list[Any]) -> None:
    rows.pop()


def name_nobody(rows: list[Any]) -> None:
    rows[0]["expert"] = "nobody"


def state_long_ago(rows: list[Any]) -> None:
    rows[0]["stated_at"] = "0001-01-01T00:00:00.000000Z"


def forget_the_quote(rows: list[Any]) -> None:
    del rows[0]["quote"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (raise_probability, "not those that its ledger tells of"),
        (leave_out_last, "its row is missing|contradict|not those"),
        (name_nobody, "line 1: it cannot be read: 'nobody'"),
        (state_long_ago, "Times lie between|contradict"),
        (forget_the_quote, "it has no quote: another version of Hindcast wrote it"),
    ],
)
def test_rows_that_disagree_with_the_ledger_are_refused(
    copied: Path, edit: Callable[[list[Any]], None], said: str
) -> None:
    edited(copied, "forecasts.jsonl", edit)

    with pytest.raises(BadPackageError, match=said):
        restore_package(folder=copied)

    assert not LedgerEntry.objects.exists()
    assert not User.objects.exists()


def test_ledger_that_does_not_hold_is_refused(copied: Path) -> None:
    def change(rows: list[Any]) -> None:
        rows[3]["line"] = rows[3]["line"].replace("a", "b", 1)

    edited(copied, "ledger.jsonl", change)

    with pytest.raises(BadPackageError, match=r"ledger\.jsonl: line 4"):
        restore_package(folder=copied)


def test_checksums_name_only_files_of_the_folder(copied: Path) -> None:
    with (copied / "SHA256SUMS").open("a") as stream:
        stream.write(f"{'0' * 64}  ../secret\n")

    with pytest.raises(BadPackageError, match="has a line that is none"):
        restore_package(folder=copied)


def test_command_says_what_it_did(origin: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_package", str(origin[0]))

    assert f"rows restored; {STAND_IN} stands for all" in capsys.readouterr().out


def test_command_refuses_with_status_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no SHA256SUMS") as caught:
        call_command("import_package", str(tmp_path))

    assert caught.value.returncode == 2
    assert connection.in_atomic_block
