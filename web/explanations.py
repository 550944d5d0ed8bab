"""Every statistic that pages show, in a line each: what it tells, which way is good, when shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row of the guide's table; `anchor` is where the guide says more."""

    anchor: str
    name: str
    tells: str
    direction: str
    shown: str


LOWER, HIGHER = "lower is better", "higher is better"
ALWAYS, INTERVAL, PROVISIONAL = "the first forecast", "5 clusters", "10 clusters"
SIGNED = "\N{MINUS SIGN}1 to 1"
FULL, RANKED, SHARED = "30 clusters", "100 clusters", "10 shared clusters"
EXPLANATIONS = tuple(
    Explanation(*row)
    for row in (
        ("brier", "Brier score", "How far the probabilities were from what happened, squared.",
         f"0 to 1, {LOWER}", ALWAYS),
        ("brier", "95% interval", "Where the long-run score plausibly lies.",
         "narrow is surer", INTERVAL),
        ("log", "Log score", "How surprised somebody was who believed the expert.",
         f"bits from 0, {LOWER}", ALWAYS),
        ("counts", "Resolved forecasts", "How much the scores rest on.", "more is surer", ALWAYS),
        ("left-out", "Left out", "What is not scored, and why.", "neither", ALWAYS),
        ("unscorable", "Unscorable share", "How much was said that cannot be checked.",
         LOWER, ALWAYS),
        ("test", "Calibration test",
         "How likely chance alone is to make a perfect expert miss by as much.",
         "p from 0 to 1, small speaks against calibration", PROVISIONAL),
        ("spiegelhalter", "Spiegelhalter test",
         "The same, for too much or too little certainty only.",
         "p from 0 to 1, small speaks against calibration", PROVISIONAL),
        ("alarm", "Alarm", "Whether the record ever spoke strongly against the probabilities.",
         "not having gone off is better", PROVISIONAL),
        ("bias", "Bias", "Whether yes was said too readily, or too rarely.",
         f"{SIGNED}, 0 is best", PROVISIONAL),
        ("curve", "Calibration curve", "What came of things that were called about this likely.",
         "on the diagonal is best", f"{PROVISIONAL}, provisional below 30"),
        ("wilson", "Table of tenths", "The same in plain counts, with intervals.",
         "shares near what was said are best", f"{PROVISIONAL}, counts only below 30"),
        ("band", "Band", "Where chance alone would put the curve of a perfect expert.",
         "a curve inside is no evidence against", FULL),
        ("mcb", "Miscalibration (MCB)", "What the right numbers would have saved.",
         f"0 to 1, {LOWER}, beside chance", FULL),
        ("dsc", "Discrimination (DSC)", "What is gained by telling likely from unlikely.",
         f"from 0, {HIGHER}", FULL),
        ("ece", "Calibration error (ECE)", "How far, on average, what came is from what was said.",
         f"0 to 1, {LOWER}, beside chance", FULL),
        ("reliability", "Reliability term", "The older cousin of MCB, on exact probabilities.",
         f"0 to 1, {LOWER}, beside chance", FULL),
        ("slope", "Slope", "Whether certainty should be stretched or toned down.",
         "1 is best, below too certain, above too timid", FULL),
        ("auc", "AUC", "Whether what happened had been called likelier than what did not.",
         f"0 to 1, {HIGHER}", f"{FULL}, 5 of each outcome"),
        ("relative", "Relative to others", "How far the Brier score is from that of others.",
         f"{SIGNED}, below 0 is better", SHARED),
        ("shrunk", "Shrunk scores", "The raw score with luck discounted.",
         "as the raw score: lower is better", f"{PROVISIONAL}; relative: {SHARED}"),
        ("time-brier", "Brier score over time", "Accuracy over all the days a forecast stood.",
         f"0 to 1, {LOWER}", PROVISIONAL),
        ("coverage", "Coverage", "For how much of the time there was a forecast.",
         "0% to 100%, neither", PROVISIONAL),
        ("baseline", "Baseline score", "Points against somebody who always says 50%.",
         f"at most 100, {HIGHER}, 0 is no better", PROVISIONAL),
        ("peer", "Peer score", "Points against the others at the same time.",
         f"{HIGHER}, 0 is no better", SHARED),
        ("parts", "Scores in parts", "Where the expert does well, and where not.",
         f"0 to 1, {LOWER}", f"{INTERVAL}, each part by its own"),
        ("place", "Place by accuracy", "How many experts were significantly better, plus 1.",
         "1 is best", SHARED),
        ("calibration-ranking", "Place by calibration", "Order of miscalibration beyond chance.",
         "1 is best", RANKED),
    )
)  # fmt: skip
