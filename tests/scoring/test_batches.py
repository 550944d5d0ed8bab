"""Many experts at once get the numbers that each would get alone, to the last bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasts.scoring import Counts, TrackRecords, draw_bands, score_parts, score_track_records
from forecasts.scoring.groups import Groups
from forecasts.scoring.track_records import TIMED, WHOLE
from tests.scoring.strategies import rows, thorough

Rows = list[tuple[int, ...]]


def together(experts: list[Rows]) -> TrackRecords:
    code = np.repeat(np.arange(len(experts)), [len(expert) for expert in experts])
    table = np.array([row for expert in experts for row in expert]).reshape(-1, len(WHOLE))
    columns = dict(zip(WHOLE, table.astype(np.int64).T, strict=True))
    # Every other row is shared with others and has times.
    shared = np.where(table[:, -1] % 2, np.nan, table[:, 0] / 1e6)
    return TrackRecords.of(code, len(experts), **columns, **dict.fromkeys(TIMED, shared))


@thorough
@given(st.lists(st.one_of(st.just([]), rows()), max_size=6))
def test_experts_do_not_touch_each_other(experts: list[Rows]) -> None:
    counts = [Counts(n_early=number) for number in range(len(experts))]

    found = score_track_records(together(experts), counts)

    alone = [
        score_track_records(together([rows]), [count])[0]
        for rows, count in zip(experts, counts, strict=True)
    ]
    assert found == alone


@thorough
@given(rows(), st.randoms(use_true_random=False))
def test_order_of_rows_and_ids_of_clusters_do_not_show_in_the_last_bit(
    expert: Rows, random: object
) -> None:
    shuffled = [(*row[:4], 1000 - 7 * row[4], *row[5:]) for row in expert]
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert score_track_records(together([shuffled])) == score_track_records(together([expert]))


def test_no_experts_have_no_scores() -> None:
    nobody = together([])

    drawn = draw_bands(nobody.pairs, nobody.cluster)

    assert (score_track_records(nobody), score_parts(nobody), drawn) == ([], [], [])


def test_groups_may_be_empty() -> None:
    groups = Groups.of_sizes([0, 2, 0, 3, 0])

    assert groups.sum(np.arange(5)).tolist() == [0, 1, 0, 9, 0]
    assert groups.before(np.array([4, 1, 2, 2, 9])).tolist() == [0, 4, 0, 2, 4]
    assert groups.code.tolist() == [1, 1, 3, 3, 3]
    assert np.isnan(groups.mean(np.arange(5.0))).tolist() == [True, False, True, False, True]
