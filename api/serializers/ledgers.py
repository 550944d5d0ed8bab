"""The shape of the ledger's head."""

from typing import Any

from rest_framework import serializers


class LedgerHeadSerializer(serializers.Serializer[Any]):
    """The last entry of the ledger, which stands for all before it."""

    number = serializers.IntegerField(min_value=0, help_text="0 while the ledger is empty.")
    hash = serializers.CharField(help_text="SHA-256, in hexadecimal; 64 zeros while it is empty.")
    recorded_at = serializers.DateTimeField(
        allow_null=True, help_text="When what it tells of was recorded; null while it is empty."
    )
