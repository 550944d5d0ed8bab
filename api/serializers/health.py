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


class HealthSerializer(serializers.Serializer[Any]):
    """Whether what runs behind the web server still does."""

    healthy = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="What is late.")
    database = serializers.ChoiceField(choices=("ok", "unreachable"))
    heartbeats = serializers.DictField(
        child=serializers.FloatField(), help_text="Seconds since each scheduled job last ran."
    )
    mail = OutboxSerializer()


class HealthProblemSerializer(HealthSerializer, ProblemSerializer):
    """A problem that says what is late."""
