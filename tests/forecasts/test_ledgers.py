"""The ledger: every public record appends one line to one chain, in its own transaction."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from forecasts.exceptions import AppendOnlyError, CriteriaFrozenError
from forecasts.ledgers.verify_ledger import GENESIS, chained
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Coding,
    ExpertMerge,
    ExpertMergeUndo,
    Forecast,
    LedgerEntry,
    Lexicon,
    LexiconPhrase,
    Question,
    Quotation,
    Resolution,
    Role,
)
from forecasts.models import UnscorableStatement as Statement
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.selectors.ledgers import KINDS
from forecasts.services.codings import record_coding
from forecasts.services.forecasts import correct_forecast, record_forecasts
from forecasts.services.ledger_intakes import BEGINNING, take_in_what_exists
from forecasts.services.ledgers import appended_last
from forecasts.services.merges import merge_experts, undo_merge
from forecasts.services.questions import amend_question, edit_question
from forecasts.services.resolutions import correct_resolution
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
from tests.factories import (
    AFTER,
    DEADLINE,
    LINKS,
    START,
    make_article,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def subjects() -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.values_list("kind", "row_id"))


def told(kind: str) -> list[dict[str, Any]]:
    lines = LedgerEntry.objects.filter(kind=kind).values_list("line", flat=True)
    return [json.loads(line) for line in lines]


def assert_chained() -> None:
    previous = GENESIS
    for number, entry in enumerate(LedgerEntry.objects.all(), start=1):
        assert (entry.number, entry.previous_hash) == (number, previous)
        assert entry.hash == chained(previous, entry.line)
        previous = entry.hash


def again(forecast: Forecast, **fields: Any) -> Forecast:
    defaults = {
        "expert": forecast.expert,
        "question": forecast.question,
        "source": forecast.source,
        "basis": forecast.basis,
        "stated_at": forecast.stated_at,
        "quote": forecast.quote,
        "probability": forecast.probability,
    }
    return Forecast(**{**defaults, **fields})


def refuse() -> None:
    raise CriteriaFrozenError(fields="none")


def code(forecast: Forecast, mid: str, **fields: Any) -> None:
    record_coding(
        forecast=forecast,
        coder=make_user(Role.CODER),
        low=Decimal("0.2"),
        mid=Decimal(mid),
        high=Decimal("0.7"),
        **{"as_of": START, **fields},
    )


def full_history() -> None:
    """Make one of each thing that is entered, and of each way to it."""
    coder, lead = make_user(Role.CODER), make_user(Role.LEAD)
    forecast = make_forecast("0.7", by=coder)
    wrong = again(forecast, probability=Decimal("0.2"))
    correct_forecast(forecast=forecast, replacement=wrong, reason="Typo", by=coder, as_of=START)
    withdrawn = again(wrong, probability=None, kind="withdrawal", stated_at=START + DAY)
    record_forecasts(forecasts=[withdrawn], by=coder, as_of=START + DAY)
    record_unscorable_statement(
        source=forecast.source, quote="It is bad", reason="judgment", attributed_to="many",
        by=coder, as_of=START,
    )  # fmt: skip
    article = make_article("She said it will surely hail.", by=coder)
    make_forecast(source=article.source, quote="it will surely hail", by=coder)
    words = make_forecast(None, by=coder)
    for mid in ("0.3", "0.4", "0.6"):
        code(words, mid, entry=LexiconPhrase.objects.get(lexicon__name="kent", phrase="likely"))
    code(make_forecast(None, phrase="perhaps", by=coder), "0.3")
    amend_question(
        question=forecast.question,
        changes={"title": "Will it be otherwise?", "deadline": DEADLINE + DAY},
        reason="Unclear",
        by=lead,
        as_of=START + DAY,
    )
    child = make_question(depends_on=words.question, depends_on_answer="yes")
    make_forecast(question=child)
    amended = make_question()
    amend(amended)
    resolve(words.question, "no")
    for answer in ("yes", "reopened"):
        correct_resolution(
            question=words.question,
            lead=lead,
            answer=answer,
            known_at=DEADLINE if answer == "yes" else None,
            links=LINKS,
            reason="Misread",
            as_of=AFTER,
        )
    merge = merge_experts(
        expert=forecast.expert, into=words.expert, reason="One", by=lead, as_of=AFTER
    )
    undo_merge(merge=merge, reason="Two", by=lead, as_of=AFTER + DAY)


def test_everything_that_is_recorded_is_entered_once() -> None:
    full_history()
    lone = Forecast.objects.get(phrase="perhaps")

    rows = [
        *(("question", pk) for pk in Question.objects.values_list("pk", flat=True)),
        *(("forecast", pk) for pk in Forecast.objects.values_list("pk", flat=True)),
        *(("quotation", pk) for pk in Quotation.objects.values_list("pk", flat=True)),
        *(("unscorable_statement", pk) for pk in Statement.objects.values_list("pk", flat=True)),
        *(
            ("lexicon", pk)
            for pk in Lexicon.objects.filter(name="kent").values_list("pk", flat=True)
        ),
        *(
            ("coding", pk)
            for pk in Coding.objects.exclude(forecast=lone).values_list("pk", flat=True)
        ),
        *(("adopted_range", pk) for pk in AdoptedRange.objects.values_list("pk", flat=True)),
        *(("amendment", pk) for pk in Amendment.objects.values_list("pk", flat=True)),
        *(("resolution", pk) for pk in Resolution.objects.values_list("pk", flat=True)),
        *(("expert_merge", pk) for pk in ExpertMerge.objects.values_list("pk", flat=True)),
        *(("expert_merge_undo", pk) for pk in ExpertMergeUndo.objects.values_list("pk", flat=True)),
    ]
    assert sorted(subjects()) == sorted(rows)
    assert len(rows) == 6 + 7 + 1 + 1 + 1 + 3 + 2 + 3 + 5 + 1 + 1
    assert_chained()


def test_line_holds_what_is_public_of_a_forecast_and_nothing_else() -> None:
    source = make_source(url="https://example.org/a", sha256="ab" * 32)
    forecast = make_forecast("0.7", source=source, quote='He said "Ça ira"\nand left')

    entry = LedgerEntry.objects.get(kind="forecast")

    assert entry.recorded_at == START
    assert entry.line == (
        '{"act":"forecast","basis":"stated","claims_yes":true,"correction_reason":"",'
        f'"corrects":null,"expert":"{forecast.expert.slug}","high":"0.700000",'
        f'"id":{forecast.pk},"kind":"forecast","low":"0.700000","phrase":"will",'
        f'"probability":"0.700000","question":"{forecast.question.slug}",'
        '"quote":"He said \\"Ça ira\\"\\nand left","recorded_at":"2026-01-01T00:00:00.000000Z",'
        f'"source":{source.pk},"source_date_basis":"printed","source_outlet":"The Paper",'
        '"source_published_at":"2026-01-01T00:00:00.000000Z",'
        f'"source_sha256":"{"ab" * 32}","source_title":"{source.title}",'
        '"source_url":"https://example.org/a","stated_at":"2026-01-01T00:00:00.000000Z"}'
    )


def test_no_line_names_staff_or_a_single_coding() -> None:
    words = make_forecast(None, by=make_user(Role.CODER, username="very-secret"))
    record_coding(
        forecast=words,
        coder=make_user(Role.CODER),
        low=Decimal("0.111111"),
        mid=Decimal("0.222222"),
        high=Decimal("0.333333"),
        note="a private note",
        as_of=START,
    )

    text = "".join(LedgerEntry.objects.values_list("line", flat=True))

    assert [word for word in ("secret", "111111", "222222", "private") if word in text] == []


def test_readings_are_entered_with_the_range_that_is_adopted_from_them() -> None:
    forecast = make_forecast(None)
    entry = LexiconPhrase.objects.get(lexicon__name="house", phrase="will")
    before = len(subjects())

    code(forecast, "0.3")
    after_one = len(subjects())
    code(forecast, "0.4", entry=entry, as_of=START + DAY)
    code(forecast, "0.5", as_of=START + 2 * DAY)

    first, second, third = forecast.codings.values_list("pk", flat=True)
    one, two = forecast.adopted_ranges.values_list("pk", flat=True)
    assert after_one == before
    assert subjects()[before:] == [
        ("lexicon", entry.lexicon_id),
        ("coding", first),
        ("coding", second),
        ("adopted_range", one),
        ("coding", third),
        ("adopted_range", two),
    ]
    told_of = [
        {name: line[name] for name in ("mid", "lexicon", "lexicon_version", "lexicon_phrase")}
        for line in told("coding")
    ]
    assert told_of[1] == {
        "mid": "0.400000",
        "lexicon": "house",
        "lexicon_version": "1",
        "lexicon_phrase": "will",
    }
    assert [line["lexicon"] for line in told_of] == [None, "house", None]
    assert told("lexicon")[0]["sha256"] == entry.lexicon.sha256


def test_lexicon_is_entered_once_however_many_cite_it() -> None:
    entry = LexiconPhrase.objects.get(lexicon__name="house", phrase="will")

    with transaction.atomic(), appended_last():
        for _ in range(2):
            forecast = make_forecast(None)
            for _ in range(2):
                code(forecast, "0.4", entry=entry)

    assert len(told("lexicon")) == 1
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def test_ledger_begins_without_the_kinds_that_came_later() -> None:
    full_history()
    LedgerEntry.objects.all()._raw_delete("default")

    take_in_what_exists(kinds=BEGINNING)
    began = {kind for kind, _ in subjects()}
    take_in_what_exists()

    assert began == BEGINNING
    assert {kind for kind, _ in subjects()} == set(KINDS)
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def test_verdict_shows_nothing_before_the_ruling() -> None:
    question = make_question(required_verdicts=2)
    reviewer = make_user(Role.REVIEWER)
    give_verdict(
        question=question,
        reviewer=reviewer,
        answer="yes",
        known_at=DEADLINE,
        links=LINKS,
        as_of=AFTER,
    )

    assert subjects() == []


def test_ruling_enters_its_question_first() -> None:
    ruling = resolve(make_question())

    assert subjects() == [("question", ruling.question_id), ("resolution", ruling.pk)]


def amend(question: Question, **changes: Any) -> None:
    amend_question(
        question=question,
        changes=changes or {"title": "Will it be otherwise?"},
        reason="Unclear",
        by=make_user(Role.LEAD),
        as_of=START,
    )


def test_amendment_enters_its_question_first_as_it_was() -> None:
    question = make_question(title="Will it?")

    amend(question, title="Will it rain?")
    amend(question, title="Will it snow?")
    forecast = make_forecast(question=question)

    first, second = Amendment.objects.order_by("pk")
    assert subjects() == [
        ("question", question.pk),
        ("amendment", first.pk),
        ("amendment", second.pk),
        ("forecast", forecast.pk),
    ]
    assert told("question")[0]["title"] == "Will it?"
    assert [(line["before"], line["after"]) for line in told("amendment")] == [
        ("Will it?", "Will it rain?"),
        ("Will it rain?", "Will it snow?"),
    ]
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []


def test_amended_question_is_not_entered_again_with_its_ruling() -> None:
    question = make_question()
    amend(question)

    ruling = resolve(question)

    kinds = ["question", "amendment", "resolution"]
    assert subjects()[-1] == ("resolution", ruling.pk)
    assert [kind for kind, _ in subjects()] == kinds


def test_amended_question_is_frozen() -> None:
    question = make_question()
    amend(question)
    question.refresh_from_db()
    question.title = "Will it be silently?"

    with pytest.raises(CriteriaFrozenError):
        edit_question(question=question, topics=[], by=make_user(Role.CODER), as_of=START)


def test_question_of_an_amendment_is_missed_in_the_ledger() -> None:
    question = make_question()
    amend(question)
    LedgerEntry.objects.filter(kind="question")._raw_delete("default")

    found = [str(finding) for finding in LedgerCheck().findings(lambda _: None)]

    assert any(f"No entry tells of question {question.pk}" in finding for finding in found)


def test_refused_service_leaves_no_line_in_a_longer_transaction() -> None:
    coder, forecast = make_user(Role.CODER), make_forecast("0.7")
    before = subjects()
    new = again(forecast, quote="and again")

    with transaction.atomic(), appended_last():
        try:
            with transaction.atomic(), appended_last():
                record_forecasts(forecasts=[new], by=coder, as_of=START)
                refuse()
        except CriteriaFrozenError:
            pass

    assert subjects() == before


def test_entry_cannot_be_changed_or_deleted() -> None:
    make_forecast()
    entry = LedgerEntry.objects.first()
    assert entry is not None

    for change in (
        entry.save,
        entry.delete,
        LedgerEntry.objects.all().delete,
        lambda: LedgerEntry.objects.update(line=""),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def test_address_of_a_question_stays_once_a_line_names_it() -> None:
    parent = make_question()
    make_question(depends_on=parent, depends_on_answer="yes")
    parent.slug = "another"

    with pytest.raises(CriteriaFrozenError):
        edit_question(question=parent, topics=[], by=make_user(Role.CODER), as_of=START)


def test_many_forecasts_take_as_many_queries_as_one() -> None:
    coder, question, source = make_user(Role.CODER), make_question(), make_source()
    make_forecast(question=question, by=coder)
    counts = []
    for n in (1, 40):
        new = [
            Forecast(
                expert=make_expert(),
                question=question,
                source=source,
                basis="stated",
                stated_at=START,
                quote="so it is",
                probability=Decimal("0.5"),
            )
            for _ in range(n)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            record_forecasts(forecasts=new, by=coder, as_of=START)
        counts.append(sum("ledgerentry" in query["sql"] for query in queries))

    assert counts[0] == counts[1] == 2


def test_what_exists_is_taken_in_as_it_would_have_been_entered() -> None:
    full_history()
    lines = dict(LedgerEntry.objects.values_list("row_id", "line").filter(kind="question"))
    all_lines = set(LedgerEntry.objects.values_list("line", flat=True))
    LedgerEntry.objects.all()._raw_delete("default")

    n_taken = take_in_what_exists()

    assert set(LedgerEntry.objects.values_list("line", flat=True)) == all_lines
    assert dict(LedgerEntry.objects.values_list("row_id", "line").filter(kind="question")) == lines
    assert n_taken == len(all_lines)
    assert_chained()


def test_taking_in_twice_appends_nothing() -> None:
    assert take_in_what_exists() == 0
    full_history()

    assert take_in_what_exists() == 0
    assert_chained()


def test_migration_takes_in_what_exists_with_the_models_of_its_time() -> None:
    full_history()
    lines = set(LedgerEntry.objects.values_list("line", flat=True))
    LedgerEntry.objects.all()._raw_delete("default")
    loader = MigrationExecutor(connection).loader
    registry = loader.project_state(loader.graph.leaf_nodes()).apps

    take_in_what_exists(registry=registry)

    assert set(LedgerEntry.objects.values_list("line", flat=True)) == lines


def test_what_was_recorded_later_is_taken_in_later() -> None:
    full_history()
    LedgerEntry.objects.all()._raw_delete("default")

    take_in_what_exists()

    times = [
        entry.recorded_at
        # Whose rows are older.
        for entry in LedgerEntry.objects.exclude(kind__in=("question", "lexicon", "coding"))
    ]
    assert times == sorted(times)
    assert [str(finding) for finding in LedgerCheck().findings(lambda _: None)] == []
