"""The shape of an error."""

from typing import Any

from rest_framework import serializers


class FaultSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with a request."""

    parameter = serializers.CharField(required=False, help_text="The query parameter at fault.")
    pointer = serializers.CharField(
        required=False, help_text="A JSON pointer (RFC 6901) to what is at fault in the body."
    )
    code = serializers.CharField(
        required=False, help_text="The rule that refuses it, for programs; it never changes."
    )
    detail = serializers.CharField(help_text="What is wrong with it, for people.")
    suggestion = serializers.CharField(
        required=False, help_text="The nearest right name or value, where one is near."
    )


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details as of RFC 9457."""

    type = serializers.CharField(
        help_text='What kind of problem; "about:blank" where the status says it all.'
    )
    title = serializers.CharField(help_text="The kind of problem, for people.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What is wrong this time, for people.")
    instance = serializers.CharField(help_text="The path that was asked for.")
    request_id = serializers.CharField(
        required=False, help_text="As in the header X-Request-Id; name it when you ask about it."
    )
    errors = FaultSerializer(  # type: ignore[assignment]  # a field, not what validation found
        many=True, required=False
    )
