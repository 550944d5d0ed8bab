"""What is in the files and what is not: hostile texts, private facts, any number of rows."""

# mypy: disable-error-code="import-untyped"

import re
import tracemalloc
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from forecasts.exports.fields import guarded
from forecasts.exports.lexicons import LEXICON_PHRASES, LEXICONS
from forecasts.exports.packages import TABLES
from forecasts.exports.scores import SCORES
from forecasts.ledgers.verify_ledger import check
from forecasts.models import Evidence, Forecast, LedgerEntry, Question, Role, Scorecard
from forecasts.services.codings import record_coding
from forecasts.services.scorecards import recompute_scorecards
from forecasts.services.statements import record_unscorable_statement
from tests.api.worlds import HIDDEN_LINK, NOW, SECRETS, make_world
from tests.exports.packages import lines_in, package_in, rows_in, said
from tests.factories import START, make_expert, make_forecast, make_question, make_source, make_user

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1,5",
    "@SUM(A1)",
    "'=1",
    "''@x",
    "'quoted'",
    'a "b", c',
    "two\nlines",
    "carriage\rreturn",
    "None",
    "null",
    "NA",
    "1e400",
    "0007",
    "Ünïcödé 🌦",
    "<script>alert(1)</script>",
)

# Whoever adds one asks first whether it names or hints at anybody who works here.
PUBLIC = {
    "experts": "slug name kind affiliation description links aliases synthetic recorded_at "
    "external_id merged_into",
    "renames": "id expert before renamed_at",
    "merges": "id expert into reason merged_at undo undo_reason undone_at",
    "topics": "slug name",
    "sources": (
        "id outlet title url published_at date_basis note sha256 synthetic recorded_at external_id"
    ),
    "questions": (
        "slug id title resolution_criteria state opens_at deadline topics family family_title "
        "depends_on depends_on_answer required_verdicts synthetic recorded_at external_id "
        "interim_days"
    ),
    "topic_changes": "id question topic was_on changed_at",
    "amendments": "id question field before after reason amended_at",
    "forecasts": (
        "id expert recorded_as question source kind basis stated_at recorded_at quote phrase "
        "claims_yes probability low high corrects correction_reason superseded_at superseded_by "
        "external_id"
    ),
    "lexicons": "id name version title citation url sha256 loaded_at superseded_at",
    "lexicon_phrases": "id lexicon phrase low mid high speaks_for is_wide note",
    "codings": "id forecast low mid high is_blind lexicon_phrase coded_at",
    "adopted_ranges": "id forecast low probability high n_codings adopted_at superseded_at",
    "unscorable_statements": "id expert recorded_as attributed_to source quote reason note "
    "recorded_at external_id",
    "quotations": (
        "id article_sha256 forecast statement start end exact prefix suffix recorded_at"
    ),
    "proposals": (
        "id source extractor start end speaker phrase claims_yes horizon decision forecast "
        "statement proposed_at"
    ),
    "resolutions": (
        "id question answer basis known_at reason resolved_at supersedes superseded_at"
    ),
    "evidence": "question resolution url sha256 copy_state kept_at media_type",
    "corrections": "kind corrected_at question record was became reason experts",
    "disputes": (
        "id expert question forecast resolution source statement text name speaks_as link "
        "received_at acknowledged_at decided_at outcome answer"
    ),
}


def test_hostile_texts_come_back_as_they_were(db: None, tmp_path: Path) -> None:
    question, expert, source = make_question(), make_expert(name="@Ada"), make_source()
    for text in HOSTILE:
        make_forecast(question=question, expert=expert, source=source, quote=text)
    record_unscorable_statement(
        source=source, quote="=1", reason="no_threshold", expert=expert,
        by=make_user(Role.CODER), as_of=START,
    )  # fmt: skip

    package_in(tmp_path / "x", as_of=NOW)

    cells = [row["quote"] for row in rows_in(tmp_path / "x" / "forecasts.csv")]
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)] == []
    assert [said(cell) for cell in cells] == list(HOSTILE)
    assert [row["quote"] for row in lines_in(tmp_path / "x" / "forecasts.jsonl")] == list(HOSTILE)
    frame = pd.read_csv(tmp_path / "x" / "forecasts.csv", keep_default_na=False, dtype=str)
    assert [said(cell) for cell in frame.quote] == list(HOSTILE)
    sql = f"SELECT quote FROM read_csv('{tmp_path}/x/forecasts.csv', all_varchar=true)"
    assert [said(cell) for (cell,) in duckdb.sql(sql).fetchall()] == list(HOSTILE)


@pytest.mark.parametrize("text", ["=", "'=", "''=", "+1", "a", "", "'", "''", "'a", "\t1", "a=b"])
def test_mark_before_a_formula_can_always_be_taken_away(text: str) -> None:
    cell = guarded(text)

    assert not cell.startswith(tuple("=+-@\t\r"))
    assert said(cell) == text


def test_empty_database_has_files_with_headers_only(db: None, tmp_path: Path) -> None:
    description = package_in(tmp_path / "x", as_of=NOW)

    # Lexicons come with the tables.
    own = [table for table in TABLES if table not in (LEXICONS, LEXICON_PHRASES)]
    names = {name for table in own for name in (table.name, f"{table.name}-lines")}
    rows = {one["rows"] for one in description["resources"] if one["name"] in names}
    assert rows == {0}
    for table in own:
        assert rows_in(tmp_path / "x" / f"{table.name}.csv") == []
        assert (tmp_path / "x" / f"{table.name}.csv").read_text().strip() == ",".join(table.header)
    assert check(str(tmp_path / "x" / "ledger.jsonl"))[0] == 0


def test_nothing_of_the_staff_is_in_the_files(db: None, tmp_path: Path) -> None:
    world = make_world()
    coder = make_user(Role.CODER, username="hidden-coder-2")
    record_coding(
        forecast=world.worded, coder=coder, low=Decimal(".1"), mid=Decimal(".15"),
        high=Decimal(".2"), note="hidden-coder-2", as_of=START,
    )  # fmt: skip

    package_in(tmp_path / "x", as_of=NOW)

    texts = "".join(path.read_text() for path in (tmp_path / "x").iterdir())
    found = [secret for secret in (*SECRETS, HIDDEN_LINK, "@example.org") if secret in texts]
    assert found == []
    assert Evidence.objects.filter(url=HIDDEN_LINK).exists()
    codings = lines_in(tmp_path / "x" / "codings.jsonl")
    assert [(one["forecast"], one["is_blind"]) for one in codings] == [(world.worded.pk, True)] * 2


def test_fields_are_those_that_were_agreed_to_be_public() -> None:
    found = {table.name: " ".join(table.header) for table in TABLES if table is not SCORES}

    assert found == PUBLIC


def test_memory_does_not_grow_with_the_rows(db: None, tmp_path: Path) -> None:
    few = peak_of(tmp_path / "few", n=2_000)
    many = peak_of(tmp_path / "many", n=4_000)

    assert Forecast.objects.count() == 6_000
    assert many / few < 1.3


def peak_of(folder: Path, *, n: int) -> int:
    """Bytes at most in use while everything is written, after n more forecasts."""
    add_forecasts(n)
    tracemalloc.start()
    package_in(folder, as_of=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def add_forecasts(n: int) -> None:
    """Add n forecasts and entries of the ledger, five to a question, past the services."""
    coder, source, expert = make_user(Role.CODER), make_source(), make_expert()
    first = Question.objects.count()
    common = {"recorded_at": START, "recorded_by": coder}
    questions = Question.objects.bulk_create(
        Question(
            slug=f"q-{first + number}", title="Will it?", resolution_criteria="It does.",
            deadline=NOW + timedelta(days=1), **common,
        )
        for number in range(n // 5)
    )  # fmt: skip
    Forecast.objects.bulk_create(
        Forecast(
            question=question, expert=expert, source=source, basis="stated", stated_at=START,
            quote=f"I say {number} of it", low=Decimal("0.5"), probability=Decimal("0.5"),
            high=Decimal("0.5"), **common,
        )
        for question in questions
        for number in range(5)
    )  # fmt: skip
    Scorecard.objects.create(expert=expert, touches=1)
    recompute_scorecards(as_of=NOW)
    base = LedgerEntry.objects.count()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            number=base + number, kind="forecast", row_id=base + number, recorded_at=START,
            line="x" * 500, previous_hash=f"{base + number:064}", hash="0" * 64,
        )
        for number in range(1, n + 1)
    )  # fmt: skip
