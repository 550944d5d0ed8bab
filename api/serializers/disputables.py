"""The marks that every record carries that can be disputed."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.shapes import origin_of, path_to

MARKS = ("disputed", "disputes", "dispute_form")


class DisputableSerializer(Shape):
    """Marks that every record carries. The view gives `open_disputes` in the context.

    record_kind and record_key: the kind, and what names the record, in the form's address.
    """

    record_kind: str
    record_key: str

    disputed = serializers.SerializerMethodField()
    disputes = serializers.SerializerMethodField()
    dispute_form = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        """The record's fields, and then its marks."""
        fields = super().get_fields()
        return fields | {name: fields.pop(name) for name in MARKS}

    def get_disputed(self, row: Any) -> bool:
        """Whether it is under dispute now; a forecast also with its source or its question."""
        return bool(self._open(row))

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_disputes(self, row: Any) -> Any:
        """The open disputes about it; for the decided ones, ask /api/v1/disputes/."""
        origin = origin_of(self.context)
        return [f"{origin}{path_to('api:dispute', pk)}" for pk in self._open(row)]

    @extend_schema_field(serializers.URLField())
    def get_dispute_form(self, row: Any) -> Any:
        """Where anybody can dispute it, without an account."""
        path = path_to("web:dispute-record", self.record_kind, str(getattr(row, self.record_key)))
        return f"{origin_of(self.context)}{path}"

    def _open(self, row: Any) -> list[int]:
        found: list[int] = self.context["open_disputes"].of(row)
        return found
