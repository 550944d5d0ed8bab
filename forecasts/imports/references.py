"""Cells that name other records: by slug, by external_id, or by the address of a source."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q

from forecasts.imports.rows import shown
from forecasts.imports.widgets import CellWidget, ListCell

LONGEST_NAME = 2_000
AT_ONCE = 1_000


class NamedCell(CellWidget):
    """The name of one record; which there are is read for many rows at once."""

    empty = None

    def __init__(self, model: type[Model], *keys: str, is_required: bool = False) -> None:
        super().__init__()
        self.model, self.keys, self.is_required = model, keys, is_required
        self.found: dict[str, list[Any]] = {}

    def prepare(self, cells: Iterable[Any]) -> None:
        """Read the records that these cells name."""
        names = sorted({name for cell in cells for name in self.names_in(cell)})
        found: defaultdict[str, list[Any]] = defaultdict(list)
        for first in range(0, len(names), AT_ONCE):
            wanted = set(names[first : first + AT_ONCE])
            for row in self._rows(wanted):
                for name in {getattr(row, key) for key in self.keys} & wanted:
                    found[name].append(row)
        self.found = dict(found)

    def names_in(self, cell: Any) -> list[str]:
        """What the cell names; of what could name nothing, nothing."""
        is_name = isinstance(cell, str) and cell and len(cell) <= LONGEST_NAME and "\0" not in cell
        return [cell.strip()] if is_name and cell.isprintable() else []

    def read(self, value: Any) -> Any:
        """The record."""
        return self._one(value.strip() if isinstance(value, str) else value)

    def _one(self, name: Any) -> Any:
        rows = self.found.get(name, []) if isinstance(name, str) else []
        if len(rows) == 1:
            # Who was merged names the other.
            return getattr(rows[0], "merged_into", None) or rows[0]
        kind, keys = self.model._meta.verbose_name, " or ".join(self.keys)
        if rows:
            msg = f"{shown(name)} is the {keys} of more than one {kind}"
        else:
            msg = f"there is no {kind} with the {keys} {shown(name)}"
        raise ValueError(msg)

    def _rows(self, names: set[str]) -> Any:
        wanted = Q()
        for key in self.keys:
            wanted |= Q((f"{key}__in", names))
        return self.model._default_manager.filter(wanted)


class NamedListCell(NamedCell):
    """The names of several records."""

    empty: Any = ()

    def names_in(self, cell: Any) -> list[str]:
        try:
            listed = ListCell().clean(cell)
        except (ValueError, ValidationError):  # reading it says what is wrong
            return []
        # super() has no instance inside a comprehension.
        names_in = super().names_in
        return [name for one in listed for name in names_in(one)]

    def read(self, value: Any) -> Any:
        """The records."""
        return tuple(self._one(name) for name in ListCell().read(value))
