"""The shapes of what is written: sources, questions, forecasts, evidence."""

from typing import Any

from rest_framework import serializers

from api.serializers.forecasts import ForecastSerializer
from api.serializers.input_fields import (
    Column,
    Count,
    Deadline,
    Instant,
    Named,
    NamedList,
    Probability,
    Yes,
)
from api.serializers.questions import QuestionSerializer
from api.serializers.sources import SourceSerializer
from forecasts.models import Evidence, Expert, Forecast, Question, Source, Topic
from forecasts.models.questions import QuestionFamily

MOST_TOPICS = 20


class SourceInput(serializers.Serializer[Any]):
    """An article, broadcast or post, to be recorded."""

    outlet = Column(Source, "outlet")
    title = Column(Source, "title")
    url = Column(Source, "url", help_text="Left out where it is unknown.")
    published_at = Instant()
    date_basis = Column(Source, "date_basis", help_text="How the date is known.")
    note = Column(Source, "note")
    sha256 = Column(Source, "sha256", help_text="SHA-256 of the text, in lower case.")
    synthetic = Yes(required=False)
    external_id = Column(Source, "external_id")


class QuestionInput(serializers.Serializer[Any]):
    """A claim that can be resolved, to be recorded."""

    slug = Column(Question, "slug", help_text="Its name in addresses, for ever.")
    title = Column(Question, "title")
    resolution_criteria = Column(Question, "resolution_criteria")
    opens_at = Instant(required=False, help_text="Left out: when the first forecast was made.")
    deadline = Deadline(help_text="A bare date means the end of that day, 24:00 UTC.")
    topics = NamedList(Topic, MOST_TOPICS, required=False, help_text="Slugs of topics.")
    family = Named(
        QuestionFamily, required=False, help_text="Questions that overlap, by their slug."
    )
    depends_on = Named(
        Question, required=False, help_text="The slug of the question that it hangs on."
    )
    depends_on_answer = Column(
        Question, "depends_on_answer", help_text="The ruling that this one needs."
    )
    required_verdicts = Count(1, 2, required=False, help_text="2 where people are named.")
    interim_days = Count(
        0,
        3650,
        required=False,
        help_text=str(Question._meta.get_field("interim_days").help_text),
    )
    synthetic = Yes(required=False)
    external_id = Column(Question, "external_id")


class ForecastInput(serializers.Serializer[Any]):
    """What an expert said about a question, to be recorded."""

    expert = Named(Expert, help_text="The slug of who said it.")
    question = Named(Question, help_text="The slug of the question.")
    source = Named(  # type: ignore[assignment]  # a field, not its source
        Source, "id", help_text="The id of where it was said."
    )
    kind = Column(Forecast, "kind", help_text="A withdrawal takes the last statement back.")
    basis = Column(
        Forecast,
        "basis",
        help_text="stated: the expert gave the number. inferred: coders read it from the words.",
    )
    stated_at = Instant()
    quote = Column(Forecast, "quote", help_text="The words that were said.")
    phrase = Column(Forecast, "phrase", help_text="Those of the words that carry the likelihood.")
    claims_yes = Yes(
        required=False, help_text="Whether the phrase speaks for yes; true unless given."
    )
    probability = Probability(
        required=False, help_text="P(yes), where the expert gave a number; never per cent."
    )
    low = Probability(required=False, help_text="Of a range that the expert gave.")
    high = Probability(required=False, help_text="Of a range that the expert gave.")
    external_id = Column(Forecast, "external_id")


class EvidenceInput(serializers.Serializer[Any]):
    """A link that may answer a question, to be shown to those who will."""

    url = Column(Evidence, "url", is_filled=True)


class Written(serializers.Serializer[Any]):
    """What a write did."""

    dry_run = serializers.BooleanField(
        help_text="True where nothing was stored; ids and addresses are then of no use."
    )


class SourcesWritten(Written):
    """The sources as they were recorded, in the order given."""

    results = SourceSerializer(many=True)


class QuestionsWritten(Written):
    """The questions as they were recorded, in the order given."""

    results = QuestionSerializer(many=True)


class ForecastsWritten(Written):
    """The forecasts as they were recorded, in the order given."""

    results = ForecastSerializer(many=True)


class EvidenceTaken(Written):
    """That the links were taken; whether they are shown, a ruling decides."""

    n_taken = serializers.IntegerField(
        min_value=1, help_text="How many were sent, whether anybody knew them or not."
    )
