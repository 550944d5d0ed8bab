"""Hypothesis strategies for track records."""

from hypothesis import settings
from hypothesis import strategies as st

from forecasts.scoring import TrackRecords

thorough = settings(deadline=None, max_examples=40)

# Few values and the two extremes on purpose: ties and certainty are where formulas break.
_probabilities = st.one_of(
    st.sampled_from((0, 1, 500, 300_000, 500_000, 700_000, 999_999, 1_000_000)),
    st.integers(0, 1_000_000),
)


@st.composite
def rows(
    draw: st.DrawFn, *, is_clustered: bool = True
) -> list[tuple[int, int, int, int, int, int, int, int]]:
    size = draw(st.integers(1, 14))
    drawn = []
    for question in range(size):
        low, ppm, high = sorted(draw(st.tuples(*[_probabilities] * 3)))
        cluster = draw(st.integers(0, 8)) if is_clustered else question
        outcome, n_conditions = draw(st.integers(0, 1)), draw(st.integers(0, 2))
        deadline = draw(st.integers(0, 5))
        drawn.append((ppm, low, high, outcome, cluster, n_conditions, deadline, question))
    return drawn


def records(*, is_clustered: bool = True) -> st.SearchStrategy[TrackRecords]:
    return rows(is_clustered=is_clustered).map(TrackRecords.of_one)
