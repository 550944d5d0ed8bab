"""The shapes of sources, topics and statements that cannot be scored."""

from rest_framework import serializers

from api.plans import Shape
from api.serializers.disputables import DisputableSerializer
from api.serializers.experts import ExpertBriefSerializer, ExpertSerializer
from api.shapes import ExpandableSerializer
from forecasts.models import Source, UnscorableStatement


class SourceBriefSerializer(Shape):
    """Where something was said."""

    id = serializers.IntegerField()
    outlet = serializers.CharField()
    title = serializers.CharField()
    url = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField()
    date_basis = serializers.ChoiceField(
        choices=Source.DateBasis.choices,
        help_text="How the date is known. What was recorded late is scored only where its date is "
        "printed or archived.",
    )

    def get_url(self, source: Source) -> str | None:
        """The address; null where it is unknown."""
        return source.url or None


class SourceSerializer(DisputableSerializer, SourceBriefSerializer):
    """An article, broadcast or post."""

    record_kind = "source"
    record_key = "pk"

    sha256 = serializers.SerializerMethodField()
    note = serializers.CharField()
    synthetic = serializers.BooleanField()
    external_id = serializers.CharField(
        help_text="What it is called where it was imported from; empty where it was not."
    )
    recorded_at = serializers.DateTimeField()
    n_forecasts = serializers.IntegerField()

    def get_sha256(self, source: Source) -> str | None:
        """SHA-256 of the text; null where no copy was taken."""
        return source.sha256 or None


class TopicSerializer(Shape):
    """What questions are about."""

    slug = serializers.CharField()
    name = serializers.CharField()
    n_questions = serializers.IntegerField()


class StatementSerializer(ExpandableSerializer, DisputableSerializer):
    """Something said about the future that cannot be scored, and why."""

    record_kind = "statement"
    record_key = "pk"
    expandable = {"expert": ExpertSerializer, "source": SourceSerializer}

    id = serializers.IntegerField()
    expert = ExpertBriefSerializer(allow_null=True)
    attributed_to = serializers.SerializerMethodField()
    quote = serializers.CharField()
    reason = serializers.ChoiceField(choices=UnscorableStatement.Reason.choices)
    reason_text = serializers.CharField(source="get_reason_display")
    note = serializers.CharField()
    source = SourceBriefSerializer()  # type: ignore[assignment]  # a field, not its source
    external_id = serializers.CharField(
        help_text="What it is called where it was imported from; empty where it was not."
    )
    recorded_at = serializers.DateTimeField()

    def get_attributed_to(self, statement: UnscorableStatement) -> str | None:
        """Who is said to have said it, where it is nobody in particular; else null."""
        return statement.attributed_to or None
