"""The shape of disputes and what was answered."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.filters import DISPUTE_STATUSES
from api.plans import Shape
from forecasts.models import Dispute, DisputeDecision
from forecasts.models.disputes import TARGETS


class DecisionSerializer(Shape):
    """A lead's answer to a dispute."""

    outcome = serializers.ChoiceField(choices=DisputeDecision.Outcome.choices)
    answer = serializers.CharField()
    decided_at = serializers.DateTimeField()


class EarlierDecisionSerializer(DecisionSerializer):
    """An answer that another has superseded."""

    superseded_at = serializers.DateTimeField()


class DisputedRecordSerializer(Shape):
    """The record that a dispute is about: its kind, and what names it."""

    kind = serializers.ChoiceField(choices=list(TARGETS))
    id = serializers.IntegerField()
    expert = serializers.CharField(allow_null=True, help_text="Slug; null where it names none.")
    question = serializers.CharField(allow_null=True, help_text="Slug; null where it names none.")


class DisputeSerializer(Shape):
    """What somebody says against a record, and what was answered.

    The name and whom the writer speaks for are as they say; nobody has checked them.
    """

    id = serializers.IntegerField()
    status = serializers.SerializerMethodField()
    about = serializers.SerializerMethodField()
    synthetic = serializers.SerializerMethodField()
    text = serializers.CharField()
    name = serializers.CharField(help_text="As the writer gave it, unchecked; empty where none.")
    speaks_as = serializers.ChoiceField(
        choices=["", *Dispute.SpeaksAs.values], help_text="Who the writer says they are."
    )
    link = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField()
    acknowledge_by = serializers.DateTimeField(help_text="2 working days after its receipt.")
    acknowledged_at = serializers.DateTimeField()
    decide_by = serializers.DateTimeField(help_text="10 working days after its receipt.")
    decided_at = serializers.DateTimeField(
        allow_null=True, help_text="Of the first decision; null while it is open."
    )
    decision = serializers.SerializerMethodField()
    earlier_decisions = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=DISPUTE_STATUSES))
    def get_status(self, dispute: Dispute) -> Any:
        """Where it stands."""
        return "open" if dispute.is_open else "decided"

    @extend_schema_field(DisputedRecordSerializer())
    def get_about(self, dispute: Dispute) -> Any:
        """What it is about."""
        record, target = dispute.record, dispute.target
        expert = record if target == "expert" else getattr(record, "expert", None)
        question = record if target == "question" else getattr(record, "question", None)
        return {
            "kind": target,
            "id": record.pk,
            "expert": expert.slug if expert else None,
            "question": question.slug if question else None,
        }

    def get_synthetic(self, dispute: Dispute) -> bool:
        """Whether the record is invented, and the dispute with it."""
        record = dispute.record
        owner = {"forecast": "expert", "resolution": "question", "statement": "source"}
        name = owner.get(dispute.target)
        return bool((getattr(record, name) if name else record).synthetic)

    def get_link(self, dispute: Dispute) -> str | None:
        """What the writer points to; null where it is nothing."""
        return dispute.link or None

    @extend_schema_field(DecisionSerializer(allow_null=True))
    def get_decision(self, dispute: Dispute) -> Any:
        """The decision in force; null while it is open."""
        found = [row for row in dispute.decisions.all() if row.superseded_at is None]
        return DecisionSerializer(found[0]).data if found else None

    @extend_schema_field(EarlierDecisionSerializer(many=True))
    def get_earlier_decisions(self, dispute: Dispute) -> Any:
        """Decisions that were superseded, oldest first."""
        found = [row for row in dispute.decisions.all() if row.superseded_at is not None]
        return EarlierDecisionSerializer(found, many=True).data

    @extend_schema_field(serializers.URLField())
    def get_page(self, dispute: Dispute) -> Any:
        """Where people read it."""
        return reverse("web:dispute", args=[dispute.pk], request=self.context["request"])
