"""Experts' scores as a flat table: one row each, every statistic that is a single number."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from forecasts.exports.fields import (
    Field,
    FieldMaker,
    Row,
    flag,
    moment,
    number,
    plain,
    text,
    whole,
)
from forecasts.exports.records import SYNTHETIC, TO_EXPERT
from forecasts.exports.tables import Table, chunks
from forecasts.models import Expert
from forecasts.scoring.versions import STATISTICS_VERSION
from forecasts.selectors.scorecards import current_scores

EXPERTS_AT_ONCE = 100
INTERVAL = "brier.ci95"
# Names as the API has them.
FIGURES: dict[FieldMaker, str] = {
    text: "tier spiegelhalter.status recalibration.status",
    whole: """
        n n_clusters n_early n_ambiguous n_annulled n_withdrawn n_inferred n_coded_after_known
        n_date_unproven log_score.n_clipped log_score.n_certain_wrong skill.n_relative
        skill.n_relative_clusters score_test.df
        """,
    flag: "sequential.alarm",
    number: """
        base_rate mean_probability bias brier.value brier.se brier.best brier.worst
        log_score.nats log_score.bits log_score.raw skill.half skill.base_rate
        skill.base_rate_loo skill.relative skill.relative_se shrunk.brier shrunk.relative
        shrunk.reliability shrunk.relative_reliability time.brier time.log_score time.coverage
        time.baseline time.peer auc score_test.chi2 score_test.p_value score_test.bias_z
        score_test.slope_z spiegelhalter.z spiegelhalter.p_value sequential.e_value ece.value
        ece.floor murphy.reliability_term murphy.resolution_term murphy.uncertainty_term
        murphy.reliability_floor corp.mcb corp.dsc corp.unc corp.mcb_floor
        recalibration.intercept recalibration.slope recalibration.intercept_se
        recalibration.slope_se recalibration.citl recalibration.citl_se extreme_share
        """,
}
_DESCRIPTION = "{} of /api/v1/experts/{{slug}}/scores/; docs/scoring.md has its formula."


def _figures() -> tuple[Field, ...]:
    return tuple(
        make(name.replace(".", "_"), _DESCRIPTION.format(name), name)
        for make, names in FIGURES.items()
        for name in names.split()
    )


def _rows(as_of: datetime) -> Iterator[Row]:
    experts = Expert.objects.current().order_by("pk").values_list("pk", "slug", "synthetic")
    for chunk in chunks(experts.iterator(chunk_size=EXPERTS_AT_ONCE), EXPERTS_AT_ONCE):
        found = current_scores([pk for pk, _, _ in chunk], as_of=as_of)
        for pk, slug, synthetic in chunk:
            # One that was never computed, while many others wait, comes with the next export.
            if pk in found:
                one = found[pk]
                about = (slug, synthetic, one.computed_at, one.is_stale, STATISTICS_VERSION)
                yield plain((*about, *_numbers(one.scores)))


def _numbers(scores: dict[str, Any]) -> Iterator[Any]:
    for figure in FIGURE_FIELDS:
        yield _at(scores, figure.column)
    yield from _at(scores, INTERVAL) or (None, None)


def _at(scores: dict[str, Any], name: str) -> Any:
    """The statistic of that name; None where it, or what it is part of, has no value."""
    found: Any = scores
    for key in name.split("."):
        found = None if found is None else found.get(key)
    return found


FIGURE_FIELDS = _figures()
SCORES = Table(
    "scores",
    "Statistics of each expert",
    (
        text("expert", "Slug of the expert.", to=TO_EXPERT),
        flag("synthetic", SYNTHETIC),
        moment("computed_at", "When the numbers were computed; empty: nothing was ever said."),
        flag("stale", "Whether something had changed since."),
        whole("statistics_version", "Raised when a formula changes."),
        *FIGURE_FIELDS,
        number("brier_ci95_low", _DESCRIPTION.format("The lower end of brier.ci95")),
        number("brier_ci95_high", _DESCRIPTION.format("The upper end of brier.ci95")),
    ),
    _rows,
    key=("expert",),
)
