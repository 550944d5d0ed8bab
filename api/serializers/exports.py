"""The shape of exports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from forecasts.models import Export


class ExportFileSerializer(serializers.Serializer[Any]):
    """One file; it never changes."""

    name = serializers.CharField()
    url = serializers.SerializerMethodField()
    media_type = serializers.CharField()
    bytes = serializers.IntegerField(source="size", min_value=0)
    sha256 = serializers.CharField(help_text="Of the file, in hexadecimal; also its ETag.")
    n_rows = serializers.IntegerField(
        min_value=0, allow_null=True, help_text="Null for a file that is no table."
    )

    @extend_schema_field(serializers.URLField())
    def get_url(self, file: Export) -> Any:
        """Where to download it."""
        address = [str(file.day), file.name]
        return reverse("api:export-file", args=address, request=self.context["request"])


class ExportSerializer(serializers.Serializer[Any]):
    """The files of one day: all that was public when they were made."""

    day = serializers.DateField(help_text="In UTC.")
    made_at = serializers.DateTimeField(help_text="The moment that the files describe.")
    files = ExportFileSerializer(many=True)
