"""The shape of experts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.serializers.disputables import DisputableSerializer
from api.shapes import origin_of, path_to
from forecasts.models import Expert


class ExpertBriefSerializer(Shape):
    """An expert, named in passing."""

    slug = serializers.CharField()
    name = serializers.CharField()
    synthetic = serializers.BooleanField(
        help_text="Invented, to show how the service works. Never compared with real experts."
    )


class ExpertLinksSerializer(Shape):
    """Where to read more about an expert."""

    self = serializers.URLField()
    scores = serializers.URLField()
    history = serializers.URLField()
    calibration = serializers.URLField()
    forecasts = serializers.URLField()


class ExpertSerializer(DisputableSerializer, ExpertBriefSerializer):
    """An expert: a person or organisation whose public forecasts are scored."""

    record_kind = "expert"
    record_key = "slug"

    kind = serializers.ChoiceField(choices=Expert.Kind.choices)
    affiliation = serializers.CharField(help_text="Empty where none is recorded.")
    description = serializers.CharField()
    links = serializers.ListField(child=serializers.URLField())
    aliases = serializers.SerializerMethodField()
    merged = serializers.SerializerMethodField()
    external_id = serializers.CharField(
        help_text="What it is called where it was imported from; empty where it was not."
    )
    n_forecasts = serializers.IntegerField(
        help_text="Statements recorded: forecasts, updates and withdrawals; corrected rows not."
    )
    n_unscorable = serializers.IntegerField(
        help_text="Statements about the future that cannot be scored, and why: see "
        "/api/v1/unscorable-statements/."
    )
    urls = serializers.SerializerMethodField()

    def get_aliases(self, expert: Expert) -> list[str]:
        """Other names under which the expert is quoted."""
        names: list[str] = expert.other_names  # type: ignore[attr-defined]  # annotated
        return names

    def get_merged(self, expert: Expert) -> list[str]:
        """Slugs of experts who turned out to be this one: their record is part of this."""
        slugs: list[str] = expert.merged_slugs  # type: ignore[attr-defined]  # annotated
        return slugs

    @extend_schema_field(ExpertLinksSerializer())
    def get_urls(self, expert: Expert) -> Any:
        """Where to read more."""
        origin = origin_of(self.context)
        return {
            name: f"{origin}{path_to(f'api:{view}', expert.slug)}"
            for name, view in (
                ("self", "expert"),
                ("scores", "expert-scores"),
                ("history", "expert-history"),
                ("calibration", "expert-calibration"),
                ("forecasts", "expert-forecasts"),
            )
        }
