"""Updates that run for row after row: the ORM compiles them once, and not each time."""

from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, QuerySet
from django.db.models.sql import UpdateQuery


class Update:
    """An update with places for values.

    It is written with values that stand for others; `places` says which, by name, and of what
    field they are.
    """

    def __init__(
        self,
        rows: QuerySet[Any],
        changes: Mapping[str, Any],
        places: Mapping[str, tuple[object, Field[Any, Any]]],
    ) -> None:
        """rows, changes: as for QuerySet.update."""
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        self._sql, self._values = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        self._fields = {name: field for name, (_, field) in places.items()}
        names = {self._adapted(name, value): name for name, (value, _) in places.items()}
        self._names = [names.get(value) for value in self._values]

    def run(self, **values: object) -> int:
        """Run it with these values in their places; returns how many rows were changed."""
        given = {name: self._adapted(name, value) for name, value in values.items()}
        pairs = zip(self._names, self._values, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [given[name] if name else value for name, value in pairs])
            n_changed: int = cursor.rowcount
        return n_changed

    def _adapted(self, name: str, value: object) -> Any:
        return self._fields[name].get_db_prep_value(value, connection)
