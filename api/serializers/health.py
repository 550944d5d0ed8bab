"""The shape of the service's health."""

from typing import Any

from rest_framework import serializers

from api.serializers.problems import ProblemSerializer


class OutboxSerializer(serializers.Serializer[Any]):
    """Mail on its way."""

    oldest_pending_seconds = serializers.FloatField(
        allow_null=True, help_text="How long the oldest mail has been ready; null where none waits."
    )
    n_uncertain = serializers.IntegerField(
        allow_null=True, help_text="Mails of which nobody knows whether they arrived."
    )
    n_failed = serializers.IntegerField(
        allow_null=True, help_text="Mails of the last 7 days that cannot be sent."
    )


class CopiesSerializer(serializers.Serializer[Any]):
    """Copies of linked pages still to be fetched."""

    oldest_waiting_seconds = serializers.FloatField(
        allow_null=True,
        help_text="How long the oldest page has been ready to be fetched; null where none waits.",
    )


class HealthSerializer(serializers.Serializer[Any]):
    """Whether what runs behind the web server still does."""

    healthy = serializers.BooleanField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="What is late or fails; each makes it unhealthy."
    )
    warnings = serializers.ListField(
        child=serializers.CharField(),
        help_text="What somebody should look at, though everything runs.",
    )
    database = serializers.ChoiceField(choices=("ok", "unreachable"))
    heartbeats = serializers.DictField(
        child=serializers.FloatField(), help_text="Seconds since each scheduled job last ran."
    )
    mail = OutboxSerializer()
    copies = CopiesSerializer()


class HealthProblemSerializer(HealthSerializer, ProblemSerializer):
    """A problem that says what is late."""
