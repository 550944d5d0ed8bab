"""A few of the simulated experts: enough to see that the statistics keep their word."""

import numpy as np
import pytest

from benchmarks import simulations
from benchmarks.simulated_experts import (
    CALIBRATED,
    EXTREME,
    FOUR,
    MODERATE,
    SINGLE,
    TOO_BOLD,
    UNEQUAL,
    Expert,
    Family,
    draw_forecasts,
)
from benchmarks.simulated_judges import ALARM, AT_RULING, COVERS, MCB, SCORE_TEST, UNTHINNED
from benchmarks.simulated_streams import draw_times, tally_midway
from benchmarks.simulated_tables import TABLES, Row, written
from benchmarks.simulated_verdicts import Rate, rate_of

BY_NAME = {table.name: table for table in TABLES}
RUNS = 300
# Of 300 calibrated experts more than 10 % are rejected at 5 % once in ten thousand times.
MOST = 0.10


def row(table: str, expert: Expert, *, n_clusters: int = 50) -> Row:
    return BY_NAME[table].row(expert, n_clusters, runs=RUNS, seed=1)


def test_interval_holds_the_truth_and_tests_leave_the_calibrated_alone() -> None:
    rates = row("independent, calibrated", Expert(MODERATE, CALIBRATED, SINGLE)).rates

    assert 0.90 <= rates[COVERS].share <= 0.99
    assert max(rates[name].share for name in (SCORE_TEST, ALARM, MCB)) <= MOST


def test_overconfidence_is_found() -> None:
    rates = row("independent, not calibrated", Expert(EXTREME, TOO_BOLD, SINGLE)).rates

    assert rates[SCORE_TEST].share > 0.7


def test_families_mislead_only_the_unthinned_test() -> None:
    rates = row("families, calibrated", Expert(MODERATE, CALIBRATED, FOUR), n_clusters=20).rates

    assert rates[SCORE_TEST].share <= MOST
    assert rates[UNTHINNED].share > 0.15


def test_early_rulings_mislead_only_who_counts_them() -> None:
    rates = row("early rulings", Expert(MODERATE, CALIBRATED, SINGLE)).rates

    assert rates[SCORE_TEST].share <= MOST
    assert rates[AT_RULING + SCORE_TEST].share > 0.15


def test_same_seed_draws_the_same_and_another_one_others() -> None:
    table, expert = BY_NAME["families, not calibrated"], Expert(MODERATE, TOO_BOLD, FOUR)

    first, again, other = (table.row(expert, 10, runs=30, seed=seed).cells for seed in (1, 1, 2))

    assert first == again
    assert first != other


@pytest.mark.parametrize("family", [SINGLE, FOUR, UNEQUAL], ids=lambda family: family.name)
def test_expected_score_is_what_comes_in_the_long_run(family: Family) -> None:
    drawn = draw_forecasts(
        Expert(MODERATE, TOO_BOLD, family),
        n_experts=300,
        n_families=100,
        rng=np.random.default_rng(1),
    )

    came = np.mean((drawn.ppm / 1e6 - drawn.outcome) ** 2)

    assert came == pytest.approx(drawn.expected.mean(), abs=0.005)


def test_outcomes_of_a_family_never_go_back_from_yes_to_no() -> None:
    drawn = draw_forecasts(
        Expert(MODERATE, CALIBRATED, FOUR), n_experts=5, n_families=50, rng=np.random.default_rng(1)
    )

    outcomes = drawn.outcome.reshape(-1, 4)

    assert (np.diff(outcomes, axis=1) >= 0).all()
    assert (np.diff(drawn.ppm.reshape(-1, 4), axis=1) > 0).all()


def test_midway_exactly_the_due_half_counts() -> None:
    rng = np.random.default_rng(1)
    drawn = draw_forecasts(
        Expert(MODERATE, CALIBRATED, SINGLE), n_experts=20, n_families=60, rng=rng
    )
    times = draw_times(drawn, n_families=60, rng=rng)

    due = tally_midway(drawn, times, early="exclude").records
    ruled = tally_midway(drawn, times, early="include").records

    assert due.groups.n.tolist() == [30] * 20
    assert ruled.groups.n.sum() > due.groups.n.sum()
    assert ruled.groups.n.sum() - due.groups.n.sum() == ruled.outcome.sum() - due.outcome.sum()


def test_rate_leaves_out_what_is_undefined() -> None:
    assert rate_of(np.array([1.0, 0.0, np.nan, 0.0, 0.0])) == Rate(1.0, 4)


def test_row_is_written_with_its_error() -> None:
    rates = {COVERS: Rate(90.0, 100)}

    table = written([Row(Expert(MODERATE, CALIBRATED, SINGLE), 10, rates)])

    assert table.splitlines()[2].endswith("| 10 | 90.0 ± 3.0 |")


def test_page_has_a_place_for_every_table() -> None:
    blocks = {"run": "a", **dict.fromkeys(BY_NAME, "b")}

    page = simulations.filled(simulations.PAGE.read_text(), blocks)

    assert simulations.filled(page, blocks) == page
    assert page.count("\n\nb\n\n<!-- end -->") == len(TABLES)


def test_block_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="'elsewhere'"):
        simulations.filled("<!-- here -->\n<!-- end -->", {"elsewhere": ""})
