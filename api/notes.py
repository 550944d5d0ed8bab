"""What to keep in mind when reading an expert's scores."""

from typing import Any

from forecasts.models import Expert

SYNTHETIC = "This expert is invented, to show how the service works."
TOO_FEW = "Fewer than ten clusters of questions: too few to rank, and easily good or bad by chance."
EARLY = "{n} ruled before the deadline and not counted yet: counting only early ones would mislead."
LATE = "{n} of {of} recorded after the answer was known, from sources whose date is proven."
INFERRED = (
    "{n} of {of} inferred from words by two blind coders or more; best and worst are its bounds."
)
UNPROVEN = "{n} left out: recorded after the answer was known, and the source's date is not proven."
EXTREME = "Most probabilities are near 0 or 1: intervals are optimistic until about 100 forecasts."


def notes_on(expert: Expert, scores: dict[str, Any]) -> list[str]:
    """Notes that apply to these scores."""
    of = scores["n"]
    counted = (
        (EARLY, scores["n_early"]),
        (INFERRED, scores["n_inferred"]),
        (LATE, scores["n_coded_after_known"]),
        (UNPROVEN, scores["n_date_unproven"]),
    )
    notes = [SYNTHETIC] if expert.synthetic else []
    notes += [TOO_FEW] if scores["tier"] in {"raw", "interval"} else []
    notes += [note.format(n=n, of=of) for note, n in counted if n]
    return notes + ([EXTREME] if (scores.get("extreme_share") or 0) > 0.6 else [])
