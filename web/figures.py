"""The figures of an expert's page: each with its name, its direction and where it is explained."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forecasts.scoring.tiers import shows
from forecasts.selectors.rankings import LEAST_SHARED
from web.templatetags.formats import change, equation, percent, points, score, signed

LEAST_OF_EACH = 5
LEFT_OUT = {
    "n_early": "early",
    "n_ambiguous": "ambiguous",
    "n_annulled": "annulled",
    "n_withdrawn": "withdrawn",
    "n_date_unproven": "undated",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name, where the guide explains it, and what to make of it."""

    anchor: str
    name: str
    value: str
    notes: tuple[str, ...]


def headline_figures(scores: dict[str, Any]) -> list[Figure]:
    """What stands beside the Brier score, however few there are."""
    left_out = ", ".join(f"{scores[name]} {word}" for name, word in LEFT_OUT.items())
    return [
        Figure(
            "log",
            "Log score",
            score(scores["log_score"]["bits"]),
            ("bits; 1 is always saying 50%, lower is better",),
        ),
        Figure("counts", "Resolved forecasts", str(scores["n"]), (_counted(scores),)),
        Figure("left-out", "Left out", str(sum(scores[name] for name in LEFT_OUT)), (left_out,)),
    ]


def _counted(scores: dict[str, Any]) -> str:
    n = scores["n_clusters"]
    clauses = [f"in {n} independent cluster{'' if n == 1 else 's'}"]
    if scores["n_inferred"]:
        clauses.append(f"{scores['n_inferred']} read from words")
    if scores["n_coded_after_known"]:
        clauses.append(f"{scores['n_coded_after_known']} recorded after the answer")
    return "; ".join(clauses)


def calibration_figures(scores: dict[str, Any], place: str | None) -> list[Figure]:
    """What is known of the calibration, as far as the tier goes.

    place: in the calibration ranking, where there is one.
    """
    found: list[Figure] = []
    if shows(scores["tier"], "provisional"):
        found += _tests(scores)
    if shows(scores["tier"], "full"):
        found += [*_beside_chance(scores), *_recalibration(scores), *_discrimination(scores)]
    if place and shows(scores["tier"], "ranked"):
        found.append(
            Figure(
                "calibration-ranking",
                "Place by calibration",
                place,
                ("by miscalibration beyond chance; 1 is best",),
            )
        )
    return found


def _tests(scores: dict[str, Any]) -> Iterator[Figure]:
    small = "0 to 1; small values speak against calibration"
    if scores["score_test"]["p_value"] is not None:
        p = equation(scores["score_test"]["p_value"])
        yield Figure("test", "Calibration test", f"p {p}", (small,))
    if scores["spiegelhalter"]["p_value"] is not None:
        p = equation(scores["spiegelhalter"]["p_value"])
        note = f"{small}; looks for too much or too little certainty only"
        yield Figure("spiegelhalter", "Spiegelhalter test", f"p {p}", (note,))
    said, came = percent(scores["mean_probability"]), percent(scores["base_rate"])
    notes = ("0 is best; above 0, yes was said too readily", f"said {said} on average, came {came}")
    yield Figure("bias", "Bias", signed(scores["bias"]), notes)


def _beside_chance(scores: dict[str, Any]) -> Iterator[Figure]:
    """What chance alone makes larger than 0; none is given without how much that is."""
    corp, ece, murphy = scores["corp"], scores["ece"], scores["murphy"]
    for anchor, name, value, floor in (
        ("mcb", "Miscalibration (MCB)", corp["mcb"], corp["mcb_floor"]),
        ("ece", "Calibration error (ECE)", ece["value"], ece["floor"]),
        (
            "reliability",
            "Reliability term",
            murphy["reliability_term"],
            murphy["reliability_floor"],
        ),
    ):
        if value is not None and floor is not None:
            notes = (f"chance alone makes {score(floor)}", "lower is better")
            yield Figure(anchor, name, score(value), notes)


def _recalibration(scores: dict[str, Any]) -> Iterator[Figure]:
    slope, error = scores["recalibration"]["slope"], scores["recalibration"]["slope_se"]
    if slope is not None and error is not None:
        notes = (
            f"± {score(error)} standard error",
            "1 is best; below too certain, above too timid",
        )
        yield Figure("slope", "Slope", score(slope), notes)


def _discrimination(scores: dict[str, Any]) -> Iterator[Figure]:
    corp = scores["corp"]
    if corp["dsc"] is not None:
        note = f"of {score(corp['unc'])} possible; higher is better"
        yield Figure("dsc", "Discrimination (DSC)", score(corp["dsc"]), (note,))
    n_yes = sum(row["n_yes"] for row in scores["bins"])
    if scores["auc"] is not None and min(n_yes, scores["n"] - n_yes) >= LEAST_OF_EACH:
        note = "0.5 is guessing, 1 tells yes from no every time; higher is better"
        yield Figure("auc", "AUC", score(scores["auc"]), (note,))


def is_compared(scores: dict[str, Any]) -> bool:
    """Whether enough questions are shared to be compared with others."""
    return bool(scores["skill"]["n_relative_clusters"] >= LEAST_SHARED)


def comparison_figures(scores: dict[str, Any]) -> list[Figure]:
    """How the expert stands beside others on the same questions, raw and with luck discounted."""
    if not shows(scores["tier"], "provisional"):
        return []
    return [*_relative(scores), *_shrunk_brier(scores)]


def _relative(scores: dict[str, Any]) -> Iterator[Figure]:
    skill, shrunk = scores["skill"], scores["shrunk"]
    if not is_compared(scores) or skill["relative"] is None:
        return
    error = f"± {score(skill['relative_se'])} standard error; " if skill["relative_se"] else ""
    shared = f"{error}{skill['n_relative']} questions shared with others"
    better = "below 0 is better than the others, on the same questions"
    yield Figure("relative", "Relative to others", change(skill["relative"]), (shared, better))
    if shrunk["relative"] is not None:
        kept = _kept(change(skill["relative"]), shrunk["relative_reliability"])
        notes = (f"{kept}; below 0 is better",)
        yield Figure("shrunk", "Relative, shrunk", change(shrunk["relative"]), notes)


def _shrunk_brier(scores: dict[str, Any]) -> Iterator[Figure]:
    shrunk = scores["shrunk"]
    if shrunk["brier"] is not None:
        kept = _kept(score(scores["brier"]["value"]), shrunk["reliability"])
        notes = (f"{kept}; lower is better",)
        yield Figure("shrunk", "Brier score, shrunk", score(shrunk["brier"]), notes)


def _kept(raw: str, reliability: float) -> str:
    return f"raw {raw}, {reliability:.0%} of its distance from the average kept"


def time_figures(scores: dict[str, Any]) -> list[Figure]:
    """How the expert did over the whole time that a forecast stood."""
    time = scores["time"]
    if not shows(scores["tier"], "provisional") or time["coverage"] is None:
        return []
    found = [
        Figure(
            "time-brier",
            "Brier score over time",
            score(time["brier"]),
            (
                "each forecast weighs as long as it stood, not only the last one",
                "lower is better; 0.250 is always saying 50%",
            ),
        ),
        Figure(
            "coverage",
            "Coverage",
            percent(time["coverage"]),
            ("of the time the questions were open, a forecast stood; neither good nor bad",),
        ),
        Figure(
            "baseline",
            "Baseline score",
            points(time["baseline"]),
            (
                "points against somebody who always says 50%, from opening to deadline",
                "higher is better; 0 is no better, 100 is the most",
            ),
        ),
    ]
    if is_compared(scores) and time["peer"] is not None:
        notes = (
            "points against the others who had a forecast on the same question at the same time",
            "higher is better; 0 is no better than they",
        )
        found.append(Figure("peer", "Peer score", points(time["peer"]), notes))
    return found
