"""Statistics of several experts side by side, and how one expert's are published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasts.scoring.arrays import Booleans
from forecasts.scoring.groups import Groups
from forecasts.scoring.reasons import Undefined

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One statistic, a value for each expert; void where a mask of `unless` says so, and why.

    values: (experts,), or a list that may hold Undefined and lists of numbers.
    """

    values: Any
    unless: tuple[tuple[Booleans, str], ...] = ()

    def at(self, expert: int) -> Any:
        """Return one expert's value, or Undefined."""
        for is_void, reason in self.unless:
            if is_void[expert]:
                return Undefined(reason)
        return self.values[expert]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One list of rows for each expert, kept as columns; NaN in a cell stands for null."""

    columns: Mapping[str, NDArray[Any]]
    groups: Groups
    unless: tuple[tuple[Booleans, str], ...] = ()

    def at(self, expert: int) -> Any:
        """Return one expert's rows as dicts, or Undefined."""
        for is_void, reason in self.unless:
            if is_void[expert]:
                return Undefined(reason)
        rows = slice(*self.groups.start[expert : expert + 2])
        parts = zip(*(column[rows].tolist() for column in self.columns.values()), strict=True)
        return [dict(zip(self.columns, part, strict=True)) for part in parts]


Fields: TypeAlias = "dict[str, Column | Table | Fields]"


def statistic(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a function divide by 0 in silence: where it does, its column is void."""

    @wraps(function)
    def computed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with np.errstate(divide="ignore", invalid="ignore"):
            return function(*args, **kwargs)

    return computed


def published(fields: Fields, expert: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return one expert's fields as JSON with floats of 12 significant digits, and its nulls.

    The nulls are {dotted name: reason}.
    """
    reasons: dict[str, str] = {}
    return {name: _published(part, expert, name, reasons) for name, part in fields.items()}, reasons


def _published(part: "Column | Table | Fields", expert: int, name: str, reasons: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: _published(inner, expert, f"{name}.{key}", reasons) for key, inner in part.items()
        }
    value = part.at(expert)
    if isinstance(value, Undefined):
        reasons[name] = value.reason
        return None
    return plain(value)


def plain(value: Any) -> Any:
    """Return the value as JSON: floats of 12 significant digits, null for NaN."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        parts = [plain(part) for part in value]
        return None if parts and all(part is None for part in parts) else parts
    return _rounded(value) if isinstance(value, float) else value


def _rounded(value: float) -> float | None:
    # Adding 0 turns -0.0 into 0.0.
    return float(f"{value:.12g}") + 0.0 if np.isfinite(value) else None
