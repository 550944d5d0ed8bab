"""verify_ledger: whatever was changed behind the services' backs is found and named."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from forecasts.ledgers.verify_ledger import GENESIS, chained
from forecasts.models import AdoptedRange, Amendment, Forecast, LedgerEntry, Question, Resolution
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.selectors.ledgers import ledger_head
from tests.factories import START, make_forecast, make_question, resolve
from tests.forecasts.test_ledgers import full_history

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def rows(model: Any, **lookups: Any) -> models.QuerySet[Any]:
    """Rows that let themselves be changed."""
    return models.QuerySet(model).filter(**lookups)


def findings(head: str = "") -> list[str]:
    return [str(finding) for finding in LedgerCheck(head=head).findings(lambda _: None)]


def number_of(row: Any, kind: str) -> int:
    return LedgerEntry.objects.get(kind=kind, row_id=row.pk).number


def test_untouched_ledger_holds() -> None:
    full_history()

    assert findings() == []
    assert findings(ledger_head().hash) == []


def test_empty_ledger_holds() -> None:
    make_question()

    assert findings() == []


STANDING = {"superseded_at": None}
CHANGES: list[tuple[Any, dict[str, Any], dict[str, Any], str]] = [
    (Forecast, {"correction_reason": "Typo"}, {"high": Decimal("0.3")},
     'high ("0.200000" → "0.300000")'),
    (Forecast, {"basis": "inferred"}, {"phrase": "may"}, 'phrase ("will" → "may")'),
    (Forecast, {"correction_reason": "Typo"}, {"superseded_at": START + DAY}, "superseded_at ("),
    (AdoptedRange, STANDING, {"n_codings": 7}, "n_codings (3 → 7)"),
    (AdoptedRange, STANDING, {"superseded_at": START}, "superseded_at ("),
    (Amendment, {"field": "deadline"}, {"reason": "None"}, 'reason ("Unclear" → "None")'),
    (Resolution, {"answer": "no"}, {"reason": "Bribed"}, 'reason ("" → "Bribed")'),
    (Resolution, {"answer": "reopened"}, {"superseded_at": START + 90 * DAY}, "superseded_at ("),
    (Question, {"title": "Will it be otherwise?"}, {"title": "So be it"}, '→ "So be it")'),
    (Question, {"depends_on__isnull": False}, {"deadline": START + DAY}, "deadline ("),
    (Question, {"depends_on__isnull": False}, {"required_verdicts": 2}, "verdicts (1 → 2)"),
]  # fmt: skip
NAMES = {AdoptedRange: "adopted_range"}


@pytest.mark.parametrize(("model", "lookups", "change", "differs"), CHANGES)
def test_changed_row_is_named_with_what_differs(
    model: Any, lookups: dict[str, Any], change: dict[str, Any], differs: str
) -> None:
    full_history()
    row = rows(model, **lookups).order_by("pk")[0]
    rows(model, pk=row.pk).update(**change)

    (found,) = findings()

    kind = NAMES.get(model, model._meta.model_name)
    assert found.startswith(f"Entry {number_of(row, kind)}, {kind} {row.pk} (")
    assert differs in found


def test_question_renamed_in_all_its_lines_is_named_in_each() -> None:
    forecast = make_forecast()
    rows(Question, pk=forecast.question_id).update(slug="elsewhere")

    assert len(findings()) == 2


def test_missing_row_is_named() -> None:
    forecast = make_forecast()
    rows(Forecast, pk=forecast.pk)._raw_delete("default")

    assert findings() == [
        (
            f"Entry 2, forecast {forecast.pk} ({forecast.expert.slug}, {forecast.question.slug}): "
            "its row is missing."
        ),
    ]


def test_row_without_a_line_is_named() -> None:
    forecast = make_forecast()
    values: dict[str, Any] = dict(Forecast.objects.values().get())
    del values["id"]
    models.Model.save_base(extra := Forecast(**values | {"quote": "slipped in"}), force_insert=True)

    assert findings() == [
        (
            f"No entry tells of forecast {extra.pk} ({forecast.expert.slug}, "
            f"{forecast.question.slug}), recorded at 2026-01-01T00:00:00.000000Z."
        )
    ]


def test_swapped_rows_are_named_with_each_other() -> None:
    one, other = make_forecast("0.1"), make_forecast("0.9")
    names = [field.attname for field in Forecast._meta.fields if field.attname != "id"]
    ours, theirs = ({name: getattr(row, name) for name in names} for row in (one, other))
    rows(Forecast, pk=one.pk).update(quote="for a moment")
    rows(Forecast, pk=other.pk).update(**ours)
    rows(Forecast, pk=one.pk).update(**theirs)

    swapped = [re.sub(r" \(.*?\)", "", line) for line in findings() if "swapped" in line]

    assert swapped == [
        (
            f"Entry 2, forecast {one.pk}: its row was swapped: it holds what entry 4 says of "
            f"forecast {other.pk}."
        ),
        (
            f"Entry 4, forecast {other.pk}: its row was swapped: it holds what entry 2 says of "
            f"forecast {one.pk}."
        ),
    ]


def entry_of(number: int) -> models.QuerySet[Any]:
    return rows(LedgerEntry, number=number)


def swap_lines() -> None:
    one, other = (entry_of(number).get().line for number in (2, 4))
    entry_of(2).update(line=other)
    entry_of(4).update(line=one)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (lambda: entry_of(2).update(line='{"kind":"forecast"}'), ["Entry 2", "changed"]),
        (lambda: entry_of(2).update(line="{"), ["Entry 2", "cannot be read"]),
        (lambda: entry_of(2).update(hash="0" * 64), ["Entry 2", "changed"]),
        (lambda: entry_of(2).update(previous_hash="1" * 64), ["Entry 2", "does not follow"]),
        (lambda: entry_of(2).update(recorded_at=START + DAY), ["Entry 2", "another recorded_at"]),
        (lambda: entry_of(2).update(row_id=10**6), ["Entry 2", "another id"]),
        (lambda: entry_of(2)._raw_delete("default"), ["Entry 3", "entry 2 is missing"]),
        (swap_lines, ["Entry 2", "changed"]),
    ],
)
def test_changed_entry_is_named(tamper: Callable[[], object], named: list[str]) -> None:
    for probability in ("0.1", "0.9"):
        make_forecast(probability)
    tamper()

    text = "\n".join(findings())

    assert all(words in text for words in named)
    assert "Entry 1" not in text


def test_rewritten_ledger_is_found_by_a_published_hash() -> None:
    forecast, _ = make_forecast("0.1"), make_forecast("0.9")
    published = ledger_head().hash
    rows(Forecast, pk=forecast.pk).update(quote="it will not")
    previous = GENESIS
    for entry in list(LedgerEntry.objects.all()):
        line = entry.line.replace(forecast.quote, "it will not")
        entry_of(entry.number).update(
            line=line, previous_hash=previous, hash=chained(previous, line)
        )
        previous = chained(previous, line)

    assert findings() == []
    assert findings(published) == [
        f"No entry has the hash {published}: the ledger was written anew, or cut off."
    ]


def test_queries_do_not_grow_with_the_entries() -> None:
    counts = []
    for _ in range(2):
        for _ in range(5):
            resolve(make_forecast().question)
        with CaptureQueriesContext(connection) as queries:
            assert findings() == []
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_command_says_that_all_is_well() -> None:
    make_forecast()
    out = StringIO()

    call_command("verify_ledger", stdout=out)

    assert out.getvalue() == f"The ledger holds: 2 entries, head {ledger_head().hash}.\n"


def test_command_ends_with_an_error_and_names_what_is_wrong() -> None:
    forecast = make_forecast()
    rows(Forecast, pk=forecast.pk).update(quote="it will not")
    out = StringIO()

    with pytest.raises(CommandError, match="does not hold: 1 findings"):
        call_command("verify_ledger", stdout=out)

    assert f"Entry 2, forecast {forecast.pk}" in out.getvalue()
    assert '→ "it will not")' in out.getvalue()
