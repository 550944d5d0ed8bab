"""Resources of django-import-export that compare rows, and leave the storing to services."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, Q, QuerySet
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult
from tablib import Dataset

from forecasts.imports.differences import Change, contents, differences
from forecasts.imports.references import NamedCell
from forecasts.imports.rows import ABSENT, Fault, Row
from forecasts.imports.shapes import KEY, Shape

SLUG = "slug"


@dataclass(slots=True)
class Compared:
    """A row of the file beside the record, if there is one.

    apart: values that are no columns of the record's own table.
    """

    line: int
    name: str = ""
    record: Any = None
    is_new: bool = False
    changes: list[Change] = field(default_factory=list)
    apart: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """What an import does about it."""
        if self.faults:
            return "refused"
        if self.is_new:
            return "new"
        return "changed" if self.changes else "unchanged"


class ComparedRow(RowResult):  # type: ignore[misc]  # ships no types
    """The result of a row, with what services need."""

    compared: Compared


class KnownRecords(BaseInstanceLoader):  # type: ignore[misc]  # ships no types
    """Records by external_id, read at once; of what may be edited also by slug."""

    def __init__(self, resource: "RecordResource", dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        self.found: dict[tuple[str, str], Model] = {}
        names = {key: set(resource.texts_in(dataset, key)) for key in resource.keys}
        wanted = Q(pk__in=())
        for key, found in names.items():
            wanted |= Q((f"{key}__in", found))
        for row in resource.get_queryset().filter(wanted):
            for key in resource.keys:
                self.found[key, getattr(row, key)] = row

    def get_instance(self, row: dict[str, Any]) -> Model | None:
        """The record that the row is about."""
        for key in self.resource.keys:
            value = row[key]
            name = value.strip() if isinstance(value, str) else ""
            if name and (known := self.found.get((key, name))) is not None:
                is_other = key != KEY and getattr(known, KEY)
                return None if is_other else known
        return None


class RecordResource(Resource):  # type: ignore[misc]  # ships no types
    """Rows of one table, some thousand at a time."""

    class Meta:
        """Nothing is saved here, so that nothing has to be taken back."""

        import_id_fields = (KEY,)
        instance_loader_class = KnownRecords
        report_skipped = True
        skip_diff = True
        use_transactions = False

    def __init__(self, shape: Shape, *, is_blind: bool = False) -> None:
        """is_blind: whether nobody is to learn from a refusal what was recorded."""
        super().__init__()
        self.shape, self.is_blind = shape, is_blind
        self.keys = (KEY, SLUG) if shape.editable else (KEY,)
        self.fields = {
            name: Field(attribute=name, column_name=name, widget=widget)
            for name, widget in shape.widgets().items()
        }
        self._lines: list[int] = []
        self._seen: dict[str, int] = {}
        self._compared = Compared(0)

    def compare(self, rows: Iterable[Row]) -> list[Compared]:
        """What importing each of the rows would do, nothing of which is stored."""
        given = list(rows)
        found = {row.line: Compared(row.line, faults=row.faults) for row in given if row.faults}
        sound = [row for row in given if not row.faults]
        self._lines = [row.line for row in sound]
        dataset = Dataset(headers=list(self.fields))
        for row in sound:
            dataset.append([row.cells.get(name, ABSENT) for name in self.fields])
        result = self.import_data(dataset)
        if result.base_errors:
            raise result.base_errors[0].error
        for line, one in zip(self._lines, result.rows, strict=True):
            found[line] = self._judged(line, one)
        return [found[row.line] for row in given]

    def texts_in(self, dataset: Any, column: str) -> Iterator[str]:
        """The cells of a column that could be the name of a record."""
        for cell in dataset[column]:
            if isinstance(cell, str) and cell.isprintable() and len(cell) <= 1_000:
                yield cell.strip()

    @classmethod
    def get_row_result_class(cls) -> type[RowResult]:
        return ComparedRow

    @classmethod
    def get_db_connection_name(cls) -> str:
        return DEFAULT_DB_ALIAS

    def get_queryset(self) -> QuerySet[Any]:
        rows = self.shape.model._default_manager.all()
        if self.shape.joined:
            rows = rows.select_related(*self.shape.joined)
        return rows.prefetch_related(*self.shape.fetched)

    def init_instance(self, row: Any = None) -> Model:
        return self.shape.model()

    def get_import_order(self) -> list[str]:
        return list(self.fields)

    def before_import(self, dataset: Any, **_: Any) -> None:
        """Read all records that cells name."""
        for name, one in self.fields.items():
            if isinstance(one.widget, NamedCell):
                one.widget.prepare(dataset[name])

    def before_import_row(self, row: dict[str, Any], **about: Any) -> None:
        """Two rows cannot be the same record."""
        line = self._lines[about["row_number"] - 1]
        name = row[KEY].strip() if isinstance(row[KEY], str) else ""
        self._compared = Compared(line, name)
        if name and self._seen.setdefault(name, line) != line:
            raise ValidationError({KEY: f"line {self._seen[name]} has it already"})

    def import_instance(self, instance: Any, row: dict[str, Any], **_: Any) -> None:
        """Give a new record its values, and look for differences to one that is there."""
        values = self._values(row)
        is_new = instance.pk is None
        changes = contents(values) if is_new else differences(instance, values)
        self._compared.record, self._compared.is_new = instance, is_new
        self._compared.changes = changes
        if not is_new:
            self._check_editable(changes)
            values = {change.column: values[change.column] for change in changes}
        for name, value in values.items():
            if name in self.shape.apart:
                self._compared.apart[name] = value
            else:
                setattr(instance, name, list(value) if isinstance(value, tuple) else value)

    def skip_row(self, instance: Any, original: Any, row: Any, wrong: Any = None) -> bool:
        """Nothing is to be done about what is there already."""
        return not wrong and not self._compared.is_new and not self._compared.changes

    def save_instance(self, instance: Any, is_create: Any, row: Any, **_: Any) -> None:
        """Left to the services."""

    def save_m2m(self, instance: Any, row: Any, **_: Any) -> None:
        """Left to the services."""

    def after_import_row(self, row: Any, row_result: Any, **_: Any) -> None:
        """Keep what was found."""
        row_result.compared = self._compared

    def _values(self, row: dict[str, Any]) -> dict[str, Any]:
        values, wrong = {}, {}
        for name, one in self.fields.items():
            if row[name] is ABSENT and not one.widget.is_required:
                continue
            try:
                values[name] = one.clean({name: None if row[name] is ABSENT else row[name]})
            except ValidationError as error:
                wrong[name] = list(error.messages)
            except ValueError as error:
                wrong[name] = [str(error)]
        if wrong:
            raise ValidationError(wrong)
        return values

    def _check_editable(self, changes: list[Change]) -> None:
        fixed = {
            change.column: f"it is recorded {self._otherwise(change)}; an import overwrites "
            "nothing that was recorded"
            for change in changes
            if change.column not in self.shape.editable
        }
        if fixed:
            raise ValidationError(fixed)

    def _otherwise(self, change: Change) -> str:
        if self.is_blind:
            return "otherwise"
        return f"as “{change.before}”, not “{change.after}”"

    def _judged(self, line: int, result: Any) -> Compared:
        if result.errors:
            raise result.errors[0].error
        if result.validation_error is None:
            return result.compared  # type: ignore[no-any-return]
        return Compared(line, faults=faults_of(line, result.validation_error))


def faults_of(line: int, error: Exception) -> list[Fault]:
    """What an error says of a row."""
    if isinstance(error, ValidationError):
        by_column = error.update_error_dict({})
        return [
            Fault(line, "" if column == NON_FIELD_ERRORS else column, said)
            for column, errors in by_column.items()
            for one in errors
            for said in one.messages
        ]
    return [Fault(line, getattr(error, "field", None) or "", str(error))]
