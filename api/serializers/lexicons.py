"""The shapes of lexicons."""

from rest_framework import serializers

from api.plans import Shape
from forecasts.models import Lexicon


class LexiconPhraseSerializer(Shape):
    """A phrase, and how likely what it is said of is."""

    phrase = serializers.CharField()
    low = serializers.FloatField(help_text="0..1, of what the phrase is said of.")
    mid = serializers.FloatField(help_text="0..1, of what the phrase is said of.")
    high = serializers.FloatField(help_text="0..1, of what the phrase is said of.")
    speaks_for = serializers.BooleanField(
        help_text="Whether it speaks for what it is said of, or against it."
    )
    is_wide = serializers.BooleanField(
        help_text="Whether it cannot be codified, so that the range is wide."
    )
    note = serializers.CharField()


class LexiconSerializer(Shape):
    """A version of a published table of phrases and the likelihood that each stands for."""

    name = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    citation = serializers.CharField(help_text="Where it was published.")
    url = serializers.SerializerMethodField()
    sha256 = serializers.CharField(help_text="Of its file, which never changes.")
    loaded_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When a later version took its place for new readings; null for the latest.",
    )
    n_phrases = serializers.IntegerField(min_value=1)

    def get_url(self, lexicon: Lexicon) -> str | None:
        """The address; null where it has none."""
        return lexicon.url or None


class WholeLexiconSerializer(LexiconSerializer):
    """A version of a lexicon, with its phrases."""

    phrases = LexiconPhraseSerializer(many=True)


class ReadWithSerializer(Shape):
    """The phrase of a lexicon that a coder chose to read words with."""

    name = serializers.CharField(source="lexicon.name", help_text="Name of the lexicon.")
    version = serializers.CharField(source="lexicon.version")
    phrase = serializers.CharField()
