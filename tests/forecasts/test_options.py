"""Options: which forecasts count, on worlds small enough to score by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from forecasts.models import Expert, Forecast, Role, Source, Topic
from forecasts.scoring import EVERYTHING, Options
from forecasts.selectors.columns import microseconds
from forecasts.selectors.populations import scores_among_all
from forecasts.services.codings import record_coding
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
MICROSECOND = timedelta(microseconds=1)


def scores(expert: Expert, options: Options, *, as_of: datetime = AFTER) -> dict[str, Any]:
    found, _ = scores_among_all([expert.pk], as_of=as_of, options=options)
    return found[expert.pk].scores


def told(expert: Expert, **options: Any) -> tuple[int, float | None]:
    """How many forecasts count, and the Brier score."""
    found = scores(expert, replace(EVERYTHING, **options))
    return found["n"], found["brier"]["value"]


def code(forecast: Forecast, *, as_of: datetime) -> None:
    low, mid, high = Decimal("0.5"), Decimal("0.6"), Decimal("0.7")
    for _ in range(2):
        coder = make_user(Role.CODER)
        record_coding(forecast=forecast, coder=coder, low=low, mid=mid, high=high, as_of=as_of)


def test_topic_and_horizon_choose_what_the_breakdowns_show() -> None:
    rain, war = (Topic.objects.create(slug=slug, name=slug) for slug in ("rain", "war"))
    expert, other = make_expert(), make_expert()
    asked = {
        "0.9": make_question(topics=[rain]),
        "0.6": make_question(topics=[rain, war]),
        "0.3": make_question(topics=[war], deadline=START + 60 * DAY),
    }
    as_of = START + 61 * DAY
    for said, question in asked.items():
        make_forecast(said, expert=expert, question=question)
        make_forecast("0.5", expert=other, question=question)
        resolve(question, as_of=as_of)

    whole = scores(expert, EVERYTHING, as_of=as_of)
    expected_parts: dict[str, dict[str, tuple[int, float | None]]] = {
        "topic": {"rain": (2, 0.085), "war": (2, 0.325), "sport": (0, None)},
        "horizon": {"under_1_month": (2, 0.085), "1_to_3_months": (1, 0.49)},
    }
    for name, values in expected_parts.items():
        parts = {part[name]: part for part in whole["breakdowns"][name]}
        for value, expected in values.items():
            chosen: dict[str, Any] = {name: value}
            found = scores(expert, Options(**chosen), as_of=as_of)

            assert (found["n"], found["brier"]["value"]) == expected
            if expected[0]:
                shared = parts[value].keys() & found.keys() - {"undefined"}
                assert {key: found[key] for key in shared} == {
                    key: parts[value][key] for key in shared
                }


def test_coding_chooses_whose_number_it_is() -> None:
    expert = make_expert()
    make_forecast("0.9", expert=expert)
    code(make_forecast(None, expert=expert), as_of=START)
    make_forecast(None, expert=expert)
    for forecast in Forecast.objects.all():
        resolve(forecast.question)

    found = {coding: told(expert, coding=coding) for coding in ("all", "stated", "inferred")}

    assert found == {"all": (2, 0.085), "stated": (1, 0.01), "inferred": (1, 0.16)}


def test_late_rows_can_be_left_out_as_if_never_said() -> None:
    """Recorded, or read by a second coder, after the answer was known."""
    expert, question = make_expert(), make_question()
    make_forecast("0.4", expert=expert, question=question)
    late: dict[str, Any] = {"expert": expert, "as_of": AFTER}
    make_forecast("0.9", question=question, stated_at=START + DAY, **late)
    words = make_forecast(None, expert=expert)
    alone = make_forecast("0.8", stated_at=START, question=make_question(), **late)
    for asked in (question, words.question, alone.question):
        resolve(asked)
    code(words, as_of=AFTER)

    assert told(expert) == (3, 0.07)  # (0.01 + 0.16 + 0.04) / 3
    assert told(expert, late="exclude") == (1, 0.36)
    assert scores(expert, EVERYTHING)["n_coded_after_known"] == 3
    assert scores(expert, Options(late="exclude"))["n_coded_after_known"] == 0


def test_early_rulings_count_at_once_on_request() -> None:
    expert = make_expert()
    early, late = (
        make_forecast(said, expert=expert, question=make_question(deadline=deadline))
        for said, deadline in {"0.8": AFTER + DAY, "0.5": DEADLINE}.items()
    )
    for forecast in (early, late):
        resolve(forecast.question)

    found = {
        "exclude": scores(expert, Options(early="exclude")),
        "include": scores(expert, Options(early="include")),
    }

    shown = {key: (one["n"], one["n_early"], one["brier"]["value"]) for key, one in found.items()}
    assert shown == {"exclude": (1, 1, 0.25), "include": (2, 1, 0.145)}


def test_known_until_tells_history_by_what_the_world_knew() -> None:
    """All was recorded after the end, from sources that prove their dates."""
    expert = make_expert()
    usual, quick = make_question(), make_question()
    for question in (usual, quick):
        for day, said in {0: "0.6", 10: "0.9"}.items():
            source = make_source(as_of=AFTER, date_basis=Source.DateBasis.PRINTED)
            make_forecast(
                said,
                expert=expert,
                question=question,
                source=source,
                stated_at=START + day * DAY,
                as_of=AFTER,
            )
    resolve(usual, "yes", known_at=DEADLINE)
    resolve(quick, "yes", known_at=START + 5 * DAY)

    instants = (START + 4 * DAY, START + 5 * DAY, DEADLINE - MICROSECOND, DEADLINE)
    found = [scores(expert, Options(known_until=microseconds(when))) for when in instants]

    shown = [(one["n"], one["n_early"], one["brier"]["value"]) for one in found]
    # 0.6 stood when the quick one was known; 0.9 until the end of the usual one.
    assert shown == [(0, 0, None), (0, 1, None), (0, 1, None), (2, 0, 0.085)]
    assert scores(expert, EVERYTHING) == found[-1]
