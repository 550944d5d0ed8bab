"""Statistics of several experts side by side, and how one expert's are published."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from math import isfinite
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

    def published(self, void: Container[int]) -> list[Any]:
        """Return all experts' values as JSON, or Undefined; of the void ones anything."""
        return _plain_cells(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One list of rows for each expert, kept as columns; NaN in a cell stands for null."""

    columns: Mapping[str, NDArray[Any]]
    groups: Groups
    unless: tuple[tuple[Booleans, str], ...] = ()

    def published(self, void: Container[int]) -> list[Any]:
        """Return all experts' rows as JSON; none of the void ones."""
        ends = pairwise(self.groups.start.tolist())
        return [
            [] if expert in void else self._rows(slice(*bounds))
            for expert, bounds in enumerate(ends)
        ]

    def _rows(self, rows: slice) -> list[dict[str, Any]]:
        parts = zip(*(_plain_cells(column[rows]) for column in self.columns.values()), strict=True)
        return [dict(zip(self.columns, part, strict=True)) for part in parts]


Fields: TypeAlias = "dict[str, Column | Table | Fields]"
Reasons: TypeAlias = list[dict[str, str]]


def statistic(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a function divide by 0 in silence: where it does, its column is void."""

    @wraps(function)
    def computed(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with np.errstate(divide="ignore", invalid="ignore"):
            return function(*args, **kwargs)

    return computed


def published(fields: Fields, n_experts: int) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return each expert's fields as JSON with floats of 12 significant digits, and its nulls.

    The nulls are {dotted name: reason}.
    """
    reasons: list[dict[str, str]] = [{} for _ in range(n_experts)]
    return list(zip(_published(fields, "", reasons), reasons, strict=True))


def _published(fields: Fields, prefix: str, reasons: Reasons) -> list[dict[str, Any]]:
    """Field by field, not expert by expert: what is one array is turned into JSON at once."""
    columns = [
        _published(part, f"{prefix}{name}.", reasons)
        if isinstance(part, dict)
        else _voided(part, f"{prefix}{name}", reasons)
        for name, part in fields.items()
    ]
    return [dict(zip(fields, row, strict=True)) for row in zip(*columns, strict=True)]


def _voided(part: "Column | Table", name: str, reasons: Reasons) -> list[Any]:
    """Return the values of all experts, null where void, which `reasons` learn of."""
    void: dict[int, str] = {}
    # The first reason counts, and takes the place of those after it.
    for is_void, reason in reversed(part.unless):
        void |= dict.fromkeys(is_void.nonzero()[0].tolist(), reason)
    values = part.published(void)
    alone = {at: one.reason for at, one in enumerate(values) if isinstance(one, Undefined)}
    for expert, reason in (alone | void).items():
        values[expert], reasons[expert][name] = None, reason
    return values


def _plain_cells(values: NDArray[Any] | list[Any]) -> list[Any]:
    """Return the values as JSON, in a list of their own."""
    if not isinstance(values, np.ndarray):
        return [value if isinstance(value, Undefined) else plain(value) for value in values]
    cells: list[Any] = values.tolist()
    if values.ndim > 1:
        return [plain(cell) for cell in cells]
    return [_rounded(cell) for cell in cells] if values.dtype.kind == "f" else cells


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
    return float(f"{value:.12g}") + 0.0 if isfinite(value) else None
