"""What to keep in mind when reading an expert's scores."""

from typing import Any

from forecasts.models import Expert
from forecasts.scoring import EVERYTHING, Options

SYNTHETIC = "This expert is invented, to show how the service works."
TOO_FEW = "Fewer than ten clusters of questions: too few to rank, and easily good or bad by chance."
EARLY = "{n} ruled before the deadline and not counted yet: counting only early ones would mislead."
EARLY_COUNTED = (
    "{n} ruled before the deadline and counted at once (early=include). That is biased: what can "
    "end early mostly ends on yes, so those who said yes look better than they are, and tests of "
    "calibration reject experts who are calibrated."
)
LATE = "{n} of {of} recorded after the answer was known, from sources whose date is proven."
INFERRED = (
    "{n} of {of} inferred from words by two blind coders or more; best and worst are its bounds."
)
UNPROVEN = "{n} left out: recorded after the answer was known, and the source's date is not proven."
EXTREME = "Most probabilities are near 0 or 1: intervals are optimistic until about 100 forecasts."
ALARM = (
    "The sequential test has raised its alarm: at some time the evidence against calibration was "
    "20 to 1 or more. Of calibrated experts at most 5 % ever see one, if clusters are independent "
    "given the forecasts; it says that something is off, not what."
)
A_PART = (
    "Only a part of what the expert said counts here ({options}), for this expert and for those "
    "compared with; who picks among many parts finds good and bad ones by chance."
)
KNOWN_UNTIL = (
    "As the world knew it at known_until, from rows that may have been recorded later: not what "
    "was shown here at that moment. For that, use as_of."
)
PARTS = ("topic", "horizon", "coding", "late", "disputed")


def notes_on(expert: Expert, scores: dict[str, Any], options: Options = EVERYTHING) -> list[str]:
    """Notes that apply to these scores, asked for with these options."""
    of = scores["n"]
    counted = (
        (EARLY if options.early == "exclude" else EARLY_COUNTED, scores["n_early"]),
        (INFERRED, scores["n_inferred"]),
        (LATE, scores["n_coded_after_known"]),
        (UNPROVEN, scores["n_date_unproven"]),
    )
    notes = [SYNTHETIC] if expert.synthetic else []
    notes += _on_options(options)
    notes += [TOO_FEW] if scores["tier"] in {"raw", "interval"} else []
    notes += [note.format(n=n, of=of) for note, n in counted if n]
    notes += [EXTREME] if (scores["extreme_share"] or 0) > 0.6 else []
    return notes + ([ALARM] if scores["sequential"]["alarm"] else [])


def _on_options(options: Options) -> list[str]:
    chosen = {name: getattr(options, name) for name in PARTS}
    other = [f"{name}={it}" for name, it in chosen.items() if it != getattr(EVERYTHING, name)]
    notes = [A_PART.format(options=", ".join(other))] if other else []
    return notes + ([KNOWN_UNTIL] if options.known_until is not None else [])
