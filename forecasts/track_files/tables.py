"""Scores as a table for the terminal."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

WIDTH = 100
NONE = _TO = "\N{EN DASH}"
_GAP = "  "
_MOST_NAME = 40
_NOTE = (
    "G: clusters of questions. Brier, with its 95 % interval, and log score in nats: lower is\n"
    "better. Relative, to others on the same questions: negative is better. p: of the calibration\n"
    "test. ECE: beside what a calibrated expert of as many forecasts averages.\n"
    f"{NONE}: undefined; --json says why."
)
# Terminals reorder what follows a name in Arabic or Hebrew unless it is isolated.
_ISOLATE, _END = "\u2068", "\u2069"
_JOINERS = "\u200c\u200d"

Cell = Callable[[Mapping[str, Any]], str]


def score_table(experts: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """The experts of `score_track_file`, a line each, by name."""
    # Of each expert's statistics only the cells are kept: there may be many experts.
    cells = sorted((name, [cell(of) for cell in _COLUMNS.values()]) for name, of in experts)
    if not cells:
        return "No forecasts."
    rows = [list(_COLUMNS), *(row for _, row in cells)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = [
        "".join(_GAP + cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    names = [readable(name) for name in ("Expert", *(name for name, _ in cells))]
    room = min(_MOST_NAME, WIDTH - len(numbers[0]), max(map(text_width, names)))
    lines = [_fitted(name, room) + line for name, line in zip(names, numbers, strict=True)]
    return "\n".join([lines[0], "─" * (room + len(numbers[0])), *lines[1:], "", _NOTE])


def readable(name: str) -> str:
    """The name without characters that command a terminal rather than show something."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(sign) else sign for sign in name)


def text_width(text: str) -> int:
    """How many cells of a terminal the text takes."""
    return sum(map(_sign_width, text))


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and sign not in _JOINERS


def _sign_width(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1


def _fitted(name: str, room: int) -> str:
    """Exactly so wide: cut or filled up."""
    if text_width(name) > room:
        while text_width(name) > room - 1:
            name = name[:-1]
        name += "…"
    padding = " " * (room - text_width(name))
    is_reordered = any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in name)
    return (f"{_ISOLATE}{name}{_END}" if is_reordered else name) + padding


def _get(of: Mapping[str, Any], *path: str) -> Any:
    found: Any = of
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _number(*path: str, form: str = ".3f") -> Cell:
    def cell(of: Mapping[str, Any]) -> str:
        value = _get(of, *path)
        return NONE if value is None else format(value, form)

    return cell


def _text(*path: str) -> Cell:
    return lambda of: str(_get(of, *path) or NONE)


def _interval(of: Mapping[str, Any]) -> str:
    bounds = _get(of, "brier", "ci95")
    return NONE if bounds is None else f"{bounds[0]:.3f}{_TO}{bounds[1]:.3f}"


def _p_value(of: Mapping[str, Any]) -> str:
    value = _get(of, "score_test", "p_value")
    if value is None:
        return NONE
    return "<.001" if value < 0.001 else f"{value:.3f}"


def _ece(of: Mapping[str, Any]) -> str:
    value, floor = _get(of, "ece", "value"), _get(of, "ece", "floor")
    return NONE if value is None or floor is None else f"{value:.3f}/{floor:.3f}"


_COLUMNS: dict[str, Cell] = {
    "n": _number("n", form="d"),
    "G": _number("n_clusters", form="d"),
    "tier": _text("tier"),
    "Brier": _number("brier", "value"),
    "95 %": _interval,
    "log": _number("log_score", "nats"),
    "relative": _number("skill", "relative", form="+.3f"),
    "p": _p_value,
    "ECE/floor": _ece,
}
