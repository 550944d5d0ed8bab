"""What an expert's scores say, in a sentence or two, no more than their number supports."""

from typing import Any

from web.templatetags.formats import p_value, percent, score

AT_ODDS = 0.05


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
    return f"The stated certainty does not fit what happened (p {_equals(p)}){how}."


def _how(test: dict[str, Any]) -> str:
    bias = test["bias_z"]
    if bias is not None and abs(bias) > 2:
        return ": probabilities too low" if bias > 0 else ": probabilities too high"
    slope = test["slope_z"]
    if slope is not None and abs(slope) > 2:
        return ": too cautious" if slope > 0 else ": too certain"
    return ""


def _equals(p: float) -> str:
    shown = p_value(p)
    return shown if shown.startswith("<") else f"= {shown}"


def share_unscorable(n_forecasts: int, n_unscorable: int) -> str:
    """How much of what was recorded cannot be scored."""
    total = n_forecasts + n_unscorable
    return percent(n_unscorable / total) if total else "–"  # noqa: RUF001  (a dash)
