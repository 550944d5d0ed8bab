"""Merging while others merge, part and record: no row is lost between two experts."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from forecasts.models import Expert, ExpertMerge, ExpertMergeUndo, Forecast, Role, User
from forecasts.selectors.ledger_checks import LedgerCheck
from forecasts.services.forecasts import correct_forecast
from forecasts.services.merges import merge_experts, undo_merge
from tests.factories import AFTER, make_expert, make_forecast, make_question, make_source, make_user
from tests.forecasts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
N = 8
LATER = AFTER + timedelta(hours=1)


def merging(expert: Expert, into: Expert, by: User) -> Callable[[], object]:
    return partial(merge_experts, expert=expert, into=into, reason="One", by=by, as_of=AFTER)


def saying(expert: Expert, coder: User) -> Callable[[], object]:
    """Something new about a question of its own."""
    question, source = make_question(by=coder), make_source(by=coder)
    return partial(
        make_forecast, "0.5", expert=expert, question=question, source=source, by=coder, as_of=AFTER
    )


def findings() -> list[str]:
    return [str(finding) for finding in LedgerCheck().findings(lambda _: None)]


def test_of_many_merges_of_one_expert_one_is_made() -> None:
    expert, lead = make_expert(), make_user(Role.LEAD)
    make_forecast(expert=expert)

    results = at_once(*(merging(expert, make_expert(), lead) for _ in range(N)))

    assert results == {"ok": 1, "merged_expert": N - 1}
    assert Forecast.objects.get().expert == ExpertMerge.objects.get().into
    assert findings() == []


def test_two_who_are_merged_into_each_other_at_once_make_one() -> None:
    one, other, lead = make_expert(), make_expert(), make_user(Role.LEAD)

    results = at_once(merging(one, other, lead), merging(other, one, lead))

    assert results == {"ok": 1, "merged_expert": 1}


def test_what_is_said_while_experts_are_merged_counts_for_the_other_or_is_refused() -> None:
    expert, into, coder = make_expert(), make_expert(), make_user(Role.CODER)
    lead = make_user(Role.LEAD)

    results = at_once(merging(expert, into, lead), *(saying(expert, coder) for _ in range(N)))

    assert results["ok"] + results.get("merged_expert", 0) == N + 1
    assert set(Forecast.objects.values_list("expert", flat=True)) <= {into.pk}
    assert findings() == []


def test_correction_beside_a_merge_ends_with_the_other() -> None:
    said = make_forecast("0.4", by=(coder := make_user(Role.CODER)))
    into, lead = make_expert(), make_user(Role.LEAD)
    names = ("expert", "question", "source", "basis", "stated_at", "quote", "probability")
    better = Forecast(**{name: getattr(said, name) for name in names})

    results = at_once(
        merging(said.expert, into, lead),
        partial(
            correct_forecast, forecast=said, replacement=better, reason="x", by=coder, as_of=AFTER
        ),
    )

    assert results in ({"ok": 2}, {"ok": 1, "merged_expert": 1})
    assert set(Forecast.objects.values_list("expert", flat=True)) == {into.pk}
    assert findings() == []


def test_undoing_below_while_merging_above_leaves_each_row_where_it_belongs() -> None:
    one, other, third = (make_expert() for _ in range(3))
    rows = [make_forecast(expert=expert) for expert in (one, other)]
    lead = make_user(Role.LEAD)
    below = merge_experts(expert=one, into=other, reason="One", by=lead, as_of=AFTER)

    results = at_once(
        *(partial(undo_merge, merge=below, reason="Two", by=lead, as_of=LATER) for _ in range(3)),
        partial(merge_experts, expert=other, into=third, reason="One", by=lead, as_of=LATER),
    )

    for row in rows:
        row.refresh_from_db()
    assert results == {"ok": 2, "merge_undone": 2}
    assert [row.expert for row in rows] == [one, third]
    assert ExpertMergeUndo.objects.count() == 1
    assert findings() == []
