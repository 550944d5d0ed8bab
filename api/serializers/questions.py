"""The shape of questions."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.plans import Shape
from api.serializers.disputables import DisputableSerializer
from api.shapes import shown
from api.times import zulu
from forecasts.models import Amendment, Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.linked_pages import STATES, LinkedPage, linked_pages
from forecasts.selectors.listings import listed_ruling
from forecasts.selectors.questions import State
from forecasts.selectors.rulings import superseded_rulings


class QuestionBriefSerializer(Shape):
    """A question, named in passing."""

    slug = serializers.CharField()
    title = serializers.CharField()


class FamilySerializer(Shape):
    """Questions that overlap; one cluster in statistics."""

    slug = serializers.CharField()
    title = serializers.CharField()


class ConditionSerializer(Shape):
    """The ruling that another question must get; any other annuls this one."""

    question = QuestionBriefSerializer()
    needed_answer = serializers.ChoiceField(choices=Question.ConditionAnswer.choices)
    state = serializers.ChoiceField(choices=State.choices)


class RulingSerializer(Shape):
    """A ruling on a question."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    known_at = serializers.DateTimeField(
        allow_null=True, help_text="When the world knew; null where there is no yes or no."
    )
    resolved_at = serializers.DateTimeField(help_text="When we ruled.")
    basis = serializers.ChoiceField(choices=Resolution.Basis.choices)
    reason = serializers.CharField(help_text="Given where a lead decides or corrects.")


class EarlierRulingSerializer(RulingSerializer):
    """A ruling that another has superseded."""

    superseded_at = serializers.DateTimeField()
    superseded_by = RulingSerializer()


class AmendmentSerializer(Shape):
    """A recorded change to the title, the criteria or the deadline."""

    field = serializers.ChoiceField(choices=Amendment.Field.choices)
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    reason = serializers.CharField()
    amended_at = serializers.DateTimeField()

    def get_before(self, amendment: Amendment) -> str:
        """What it said before."""
        return _amended(amendment.field, amendment.before)

    def get_after(self, amendment: Amendment) -> str:
        """What it has said since."""
        return _amended(amendment.field, amendment.after)


class CopySerializer(Shape):
    """The copy of a linked page. What is in it is not public; its hash and its time are."""

    state = serializers.ChoiceField(
        choices=STATES,
        help_text="Whether the page is still to be fetched, was kept, or could not be.",
    )
    sha256 = serializers.CharField(
        allow_null=True, help_text="SHA-256 of the bytes as received; null unless kept."
    )
    kept_at = serializers.DateTimeField(
        allow_null=True, help_text="When they were received; null unless kept."
    )
    media_type = serializers.CharField(
        allow_null=True, help_text="What the server called them; null unless kept."
    )


class BlindnessLiftSerializer(Shape):
    """A lead's leave for the reviewers of a question to read its forecasts first."""

    lifted_at = serializers.DateTimeField()
    reason = serializers.CharField()


class EvidenceSerializer(Shape):
    """A link, or the hash of a file, that the ruling rests on."""

    url = serializers.CharField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True, help_text="Of the file; null for a link.")
    copy = CopySerializer(allow_null=True, help_text="Of the linked page; null for a file.")


class QuestionSerializer(DisputableSerializer, QuestionBriefSerializer):
    """A claim that can be resolved, and where it stands."""

    record_kind = "question"
    record_key = "slug"

    state = serializers.ChoiceField(choices=State.choices)
    opens_at = serializers.SerializerMethodField()
    deadline = serializers.DateTimeField()
    topics = serializers.SerializerMethodField()
    family = FamilySerializer(allow_null=True)
    condition = serializers.SerializerMethodField()
    ruling = serializers.SerializerMethodField()
    n_forecasts = serializers.IntegerField()
    synthetic = serializers.BooleanField()
    external_id = serializers.CharField(
        help_text="What it is called where it was imported from; empty where it was not."
    )
    recorded_at = serializers.DateTimeField()

    def get_topics(self, question: Question) -> list[str]:
        """Slugs of what it is about."""
        slugs: list[str] = question.topic_slugs  # type: ignore[attr-defined]  # annotated
        return slugs

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_opens_at(self, question: Question) -> Any:
        """When it opened: as set, or when the first forecast was stated; null without one."""
        opens_at = question.opens_at or question.first_stated_at  # type: ignore[attr-defined]
        return zulu(opens_at)

    @extend_schema_field(ConditionSerializer(allow_null=True))
    def get_condition(self, question: Any) -> Any:
        """What has to be ruled on another question first; null without condition."""
        if question.depends_on_id is None:
            return None
        return {
            "question": {"slug": question.parent_slug, "title": question.parent_title},
            "needed_answer": question.depends_on_answer,
            "state": question.parent_state,
        }

    @extend_schema_field(RulingSerializer(allow_null=True))
    def get_ruling(self, question: Question) -> Any:
        """The ruling in force; null without one."""
        ruling = listed_ruling(question)
        return shown(RulingSerializer, ruling) if ruling else None


class QuestionDetailSerializer(QuestionSerializer):
    """A question with everything that is public about it."""

    resolution_criteria = serializers.CharField()
    required_verdicts = serializers.IntegerField(
        help_text="How many agreeing verdicts a ruling takes."
    )
    amendments = AmendmentSerializer(many=True)
    earlier_rulings = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    blindness_lifted = serializers.SerializerMethodField()

    @extend_schema_field(EarlierRulingSerializer(many=True))
    def get_earlier_rulings(self, question: Question) -> Any:
        """Rulings that were superseded, oldest first."""
        return [shown(EarlierRulingSerializer, one) for one in superseded_rulings(question)]

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, question: Question) -> Any:
        """What the ruling in force rests on; empty while there is none."""
        links: list[Any] = [
            {"url": page.url, "sha256": None, "copy": _copy(page)}
            for page in linked_pages(question)
        ]
        files = [
            {"url": None, "sha256": sha256, "copy": None} for sha256 in grounds_of(question).hashes
        ]
        return [shown(EvidenceSerializer, one) for one in (*links, *files)]

    def get_notes(self, question: Question) -> list[str]:
        """What those reviewers wrote whose answer was ruled; empty while there is no ruling."""
        return list(grounds_of(question).notes)

    @extend_schema_field(BlindnessLiftSerializer(allow_null=True))
    def get_blindness_lifted(self, question: Question) -> Any:
        """That its reviewers could read the forecasts, and why; null where they were blind."""
        lift = getattr(question, "blindness_lift", None)
        return shown(BlindnessLiftSerializer, lift) if lift else None


def _copy(page: LinkedPage) -> dict[str, Any]:
    return {
        "state": page.state,
        "sha256": page.sha256 or None,
        "kept_at": page.kept_at,
        "media_type": page.media_type or None,
    }


def _amended(field: str, text: str) -> str:
    if field != Amendment.Field.DEADLINE:
        return text
    return str(zulu(datetime.fromisoformat(text)))
