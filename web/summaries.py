"""What an expert's scores say, in a sentence or two, no more than their number supports."""

from typing import Any

from web.templatetags.formats import equation, p_value, percent, score

AT_ODDS = 0.05
CLEAR = 2.0


def summary(scores: dict[str, Any]) -> str:
    """The scores in words."""
    if not scores.get("n"):
        return "No resolved forecasts yet."
    parts = [_brier(scores)]
    if scores["tier"] in {"raw", "interval"}:
        parts.append("That is too few to tell skill from luck, so there is no place.")
    else:
        parts.append(_calibration(scores["score_test"]))
    return " ".join(parts)


def _brier(scores: dict[str, Any]) -> str:
    n, brier = scores["n"], scores["brier"]
    of = "one resolved forecast" if n == 1 else f"{n} resolved forecasts"
    interval = brier["ci95"]
    if interval is None or scores["tier"] == "raw":
        return f"Brier score {score(brier['value'])} over {of}; always saying 50% gives 0.250."
    low, high = interval
    return (
        f"Brier score {score(brier['value'])} over {of} (95% interval {score(low)} to "
        f"{score(high)}); always saying 50% gives 0.250."
    )


def _calibration(test: dict[str, Any]) -> str:
    p = test["p_value"]
    if p is None or p >= AT_ODDS:
        return f"The stated certainty fits what happened as far as can be told (p = {p_value(p)})."
    how = _how(test)
    return f"The stated certainty does not fit what happened (p {equation(p)}){how}."


def _how(test: dict[str, Any]) -> str:
    """Where it misses most; nothing where neither is clear by itself."""
    bias, slope = test["bias_z"] or 0.0, test["slope_z"] or 0.0
    if max(abs(bias), abs(slope)) <= CLEAR:
        return ""
    if abs(bias) >= abs(slope):
        return ": probabilities too low" if bias > 0 else ": probabilities too high"
    return ": too cautious" if slope > 0 else ": too certain"


def share_unscorable(n_forecasts: int, n_unscorable: int) -> str:
    """How much of what was recorded cannot be scored."""
    total = n_forecasts + n_unscorable
    return percent(n_unscorable / total) if total else "–"  # noqa: RUF001  (a dash)


def alarm(scores: dict[str, Any]) -> str:
    """What watching the record after every question says, without a number."""
    if scores["sequential"]["alarm"]:
        return (
            "The alarm has gone off: looked at after every question, the record has at some point "
            "spoken strongly against the stated probabilities. An expert whose probabilities are "
            "right has at most one chance in twenty of ever seeing that, if the clusters of "
            "questions are independent."
        )
    return (
        "The alarm has never gone off: looked at after every question, the record has not yet "
        "spoken strongly against the stated probabilities."
    )
