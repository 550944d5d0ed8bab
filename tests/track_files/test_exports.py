"""manage.py export_track: what it writes, for whom, and what score_file makes of it."""

import csv
import json
import stat
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from forecasts.models import Forecast, QuestionFamily, Role, Source, Topic
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast, record_forecasts
from forecasts.services.questions import amend_question
from forecasts.track_files import read_track_file
from forecasts.track_files.exports import COLUMNS, TrackExport
from forecasts.track_files.progress import FROM_ROWS, ProgressBar
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Nothing of the tables is finer than a microsecond.
ODD = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def run(*args: str | Path) -> str:
    out = StringIO()
    call_command("export_track", *map(str, args), stdout=out)
    return out.getvalue()


def rows(*args: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(run(*args))))


def test_row_says_all_there_is() -> None:
    family = QuestionFamily.objects.create(slug="f", title="F")
    topics = [Topic.objects.create(slug=slug, name=slug.title()) for slug in ("war", "rain")]
    parent = make_question(family=family)
    question = make_question(
        topics=topics, opens_at=START, depends_on=parent, depends_on_answer="yes"
    )
    forecast = Forecast(
        low=Decimal("0.2"), probability=Decimal("0.250001"), high=Decimal(1), quote="x",
        expert=make_expert(slug="ann"), question=question, basis="stated", stated_at=ODD,
        source=make_source(as_of=ODD, date_basis=Source.DateBasis.ARCHIVED),
    )  # fmt: skip
    record_forecasts(forecasts=[forecast], by=make_user(Role.CODER), as_of=ODD)
    resolve(parent)
    resolve(question, "no", known_at=ODD + DAY)

    (row,) = rows()

    assert row == {
        "expert": "ann",
        "question": str(question.pk),
        "family": str(parent.pk),
        "conditions": "1",
        "topic": "rain;war",
        "open_at": "2026-01-01T00:00:00Z",
        "deadline": "2026-01-31T00:00:00Z",
        "outcome": "no",
        "known_at": "2026-01-03T03:04:05.678901Z",
        "probability": "0.250001",
        "low": "0.2",
        "high": "1",
        "coding": "stated",
        "forecast_at": "2026-01-02T03:04:05.678901Z",
        "withdrawn_at": "",
        "recorded_at": "2026-01-02T03:04:05.678901Z",
        "adopted_at": "",
        "date_basis": "archived",
        "synthetic": "no",
    }
    assert tuple(row) == COLUMNS


def test_words_have_a_number_once_it_is_adopted() -> None:
    forecast = make_forecast(None)
    for low in ("0.1", "0.2"):
        record_coding(
            forecast=forecast, coder=make_user(Role.CODER), as_of=AFTER,
            low=Decimal(low), mid=Decimal("0.5"), high=Decimal("0.9"),
        )  # fmt: skip

    names = ("coding", "probability", "low", "high", "adopted_at")
    before, after = rows("--as-of", f"{DEADLINE:%Y-%m-%d}"), rows()

    assert [[row[name] for name in names] for row in (*before, *after)] == [
        ["inferred", "", "", "", ""],
        ["inferred", "0.5", "0.15", "0.9", "2026-02-01T00:00:00Z"],
    ]


def test_withdrawal_is_a_row_of_its_own() -> None:
    forecast = make_forecast("0")
    make_forecast(
        None, kind="withdrawal", expert=forecast.expert, question=forecast.question, as_of=ODD
    )

    said, taken_back = rows()

    names = ("probability", "forecast_at", "withdrawn_at")
    assert [said[name] for name in names] == ["0", "2026-01-01T00:00:00Z", ""]
    assert [taken_back[name] for name in names] == ["", "", "2026-01-02T03:04:05.678901Z"]


def test_past_instant_shows_what_stood_then() -> None:
    forecast = make_forecast("0.7")
    resolve(forecast.question)
    amend_question(
        question=forecast.question, changes={"deadline": AFTER + DAY}, reason="Moved",
        by=make_user(Role.LEAD), as_of=AFTER,
    )  # fmt: skip
    kept = ("expert", "question", "source", "basis", "stated_at", "quote")
    correct_forecast(
        forecast=forecast,
        replacement=Forecast(
            **{name: getattr(forecast, name) for name in kept}, probability=Decimal("0.6")
        ),
        reason="Misread", by=make_user(Role.CODER), as_of=AFTER,
    )  # fmt: skip

    names = ("probability", "deadline", "outcome", "known_at")
    found = [rows("--as-of", when) for when in ("2025-12-31", "2026-01-31T23:59Z", "2026-02-01")]

    assert [[[row[name] for name in names] for row in each] for each in found] == [
        [],
        [["0.7", "2026-01-31T00:00:00Z", "", ""]],
        [["0.6", "2026-02-02T00:00:00Z", "yes", "2026-01-31T00:00:00Z"]],
    ]


def test_some_experts_or_one_kind_can_be_asked_for() -> None:
    for slug, synthetic in {"ann": False, "bob": False, "robot": True}.items():
        kind: dict[str, Any] = {"synthetic": synthetic}
        make_forecast(
            expert=make_expert(slug=slug, **kind),
            question=make_question(**kind),
            source=make_source(**kind),
        )

    def experts(*args: str) -> list[str]:
        return [row["expert"] for row in rows(*args)]

    assert experts() == ["ann", "bob", "robot"]
    assert experts("--real") == ["ann", "bob"]
    assert experts("--synthetic") == ["robot"]
    assert experts("--expert", "bob", "--expert", "robot") == ["bob", "robot"]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--expert", "ann", "--expert", "nobody"), "There is no expert nobody."),
        (("--synthetic", "--expert", "ann"), "There is no expert ann among the synthetic ones."),
        (("--out", "/no/such/file"), "Cannot write /no/such/file: No such file or directory."),
        (("--as-of", "yesterday"), "'yesterday' is not a time"),
        (("--as-of", "2026-01-01T00:00"), "has no zone"),
        (("--real", "--synthetic"), "not allowed with"),
    ],
)
def test_what_cannot_be_done_is_said(args: tuple[str, ...], reason: str) -> None:
    make_expert(slug="ann")

    with pytest.raises(CommandError) as refused:
        run(*args)

    assert reason in str(refused.value)


def test_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_forecast()
    target = tmp_path / "track.csv"
    target.write_text("before")
    target.chmod(0o640)
    with monkeypatch.context() as patch:
        patch.setattr(TrackExport, "_rows", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run("--out", target)
    assert (target.read_text(), list(tmp_path.iterdir())) == ("before", [target])

    assert run("--out", target) == ""

    assert target.read_text() == run()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_nothing_said_is_a_header_that_scores_to_nothing(tmp_path: Path) -> None:
    target, scores = tmp_path / "track.csv", tmp_path / "scores.json"

    run("--out", target)
    call_command("score_file", str(target), "--json", str(scores))

    assert target.read_text() == ",".join(COLUMNS) + "\n"
    assert json.loads(scores.read_text())["experts"] == {}


def test_questions_are_read_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        make_forecast()
    whole, shares = run(), []
    monkeypatch.setattr("forecasts.track_files.exports.QUESTIONS_AT_ONCE", 2)
    monkeypatch.setattr(ProgressBar, "__call__", lambda bar, n: shares.append((n, bar._share())))

    assert run() == whole
    assert shares == [(2, 0.4), (4, 0.8), (5, 1.0)]


def test_bar_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    make_forecast()
    monkeypatch.setattr(TrackExport, "_rows", lambda *_: [("",)] * FROM_ROWS)
    run()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr", terminal)

    run()

    assert "100% " in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\033[K")


def test_one_number_in_two_quotes_of_an_instant_is_one_row() -> None:
    """And what differs in its bounds or in whose number it is stays: the last one stands."""
    expert, question, source = make_expert(), make_question(), make_source()

    def said(quote: str, **fields: Any) -> Forecast:
        numbers = {"probability": Decimal("0.7"), "basis": "stated"} | fields
        return Forecast(
            expert=expert, question=question, source=source, stated_at=START, quote=quote, **numbers
        )

    low = {"low": Decimal("0.5")}
    forecasts = [said("a"), said("b", **low), said("c"), said("d", **low)]
    record_forecasts(forecasts=forecasts, by=make_user(Role.CODER), as_of=START)

    text = run()

    found = read_track_file(StringIO(text)).statements
    assert found.low.tolist() == [700_000, 500_000]


def test_question_may_have_many_topics() -> None:
    topics = [Topic.objects.create(slug=f"{n:02}" + "x" * 70, name=str(n)) for n in range(9)]
    make_forecast(question=make_question(topics=topics))

    assert read_track_file(StringIO(run())).topics == [tuple(topic.slug for topic in topics)]
