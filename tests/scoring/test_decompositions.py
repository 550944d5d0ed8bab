"""Murphy's decomposition."""

import pytest

from forecasts.scoring.proper_scores import brier_losses
from tests.scoring.records import pairs, random_record
from tests.scoring.singles import murphy_decomposition


@pytest.mark.parametrize(
    ("case", "forecasts", "terms"),
    [
        ("right and sure", [("1", 1), ("0", 0)], (0.0, 0.25, 0.25, 0.0)),
        ("always the base rate", [("0.5", 1), ("0.5", 0)], (0.0, 0.0, 0.25, 0.125)),
        ("wrong and sure", [("1", 0), ("0", 1)], (1.0, 0.25, 0.25, 0.0)),
        # .8 came 1 of 2, .2 came 0 of 2: REL = (2·.09 + 2·.04)/4, RES = (2·.0625 + 2·.0625)/4.
        (
            "ties pooled",
            [("0.8", 1), ("0.8", 0), ("0.2", 0), ("0.2", 0)],
            (0.065, 0.0625, 0.1875, 0.08),
        ),
        ("one class", [("0.8", 1), ("0.6", 1)], (0.1, 0.0, 0.0, 0.2)),
    ],
)
def test_terms_are_taken_on_the_distinct_probabilities(
    case: str, forecasts: list[tuple[str, int]], terms: tuple[float, ...]
) -> None:
    names = ("reliability_term", "resolution_term", "uncertainty_term", "reliability_floor")

    found = murphy_decomposition(*pairs(*forecasts))

    assert found == pytest.approx(dict(zip(names, terms, strict=True)), abs=1e-12), case


def test_terms_add_up_to_the_brier_score() -> None:
    record = random_record(300, seed=5)

    terms = murphy_decomposition(record.ppm, record.outcome)

    total = terms["reliability_term"] - terms["resolution_term"] + terms["uncertainty_term"]
    assert total == pytest.approx(brier_losses(record.ppm, record.outcome).mean(), abs=1e-12)
