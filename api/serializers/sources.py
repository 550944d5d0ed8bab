"""The shapes of sources, topics and statements that cannot be scored."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.serializers.disputables import DisputableSerializer
from api.serializers.experts import ExpertBriefSerializer, ExpertSerializer
from api.shapes import ExpandableSerializer, shown
from forecasts.models import Source, UnscorableStatement
from forecasts.selectors.listings import listed_quotation


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
    n_unscorable = serializers.IntegerField(help_text="Statements in it that cannot be scored.")
    n_rejected = serializers.IntegerField(
        help_text="Sentences that were proposed as forecasts, and that a coder found to be none."
    )

    def get_sha256(self, source: Source) -> str | None:
        """SHA-256 of the text; null where no copy was taken."""
        return source.sha256 or None


class TopicSerializer(Shape):
    """What questions are about."""

    slug = serializers.CharField()
    name = serializers.CharField()
    n_questions = serializers.IntegerField()


class QuotationSerializer(Shape):
    """Where in its source's text a quote stands.

    `exact`, `prefix` and `suffix` are those of a TextQuoteSelector, `start` and `end` those of a
    TextPositionSelector of the W3C Web Annotation Data Model.
    """

    start = serializers.IntegerField(help_text="Characters before it.")
    end = serializers.IntegerField(help_text="Characters up to its end.")
    exact = serializers.CharField(help_text="The quote, with its line breaks.")
    prefix = serializers.CharField(help_text="The words before it.")
    suffix = serializers.CharField(help_text="The words behind it.")


class StatementSerializer(ExpandableSerializer, DisputableSerializer):
    """Something said about the future that cannot be scored, and why."""

    record_kind = "statement"
    record_key = "pk"
    expandable = {"expert": ExpertSerializer, "source": SourceSerializer}

    id = serializers.IntegerField()
    expert = ExpertBriefSerializer(allow_null=True)
    attributed_to = serializers.SerializerMethodField()
    quote = serializers.CharField()
    quotation = serializers.SerializerMethodField()
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

    @extend_schema_field(QuotationSerializer(allow_null=True))
    def get_quotation(self, statement: UnscorableStatement) -> Any:
        """Where in the source the quote stands; null where its text was not taken in."""
        found = listed_quotation(statement)
        return None if found is None else shown(QuotationSerializer, found)
