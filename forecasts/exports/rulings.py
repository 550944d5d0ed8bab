"""Rulings, what they rest on, corrections and disputes as tables."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from forecasts.exports.fields import Row, listed, moment, plain, text, whole
from forecasts.exports.records import TO_EXPERT, TO_FORECAST, TO_QUESTION, TO_SOURCE
from forecasts.exports.tables import Table, read_table
from forecasts.models import Dispute, DisputeDecision, Evidence, Question, Resolution
from forecasts.selectors.corrections import corrections
from forecasts.selectors.grounds import grounds_of
from forecasts.selectors.linked_pages import linked_pages
from forecasts.selectors.rulings import ruling_in_force

QUESTIONS_AT_ONCE = 200
CORRECTIONS_AT_ONCE = 200
TO_RESOLUTION = ("resolutions", "id")


def _evidence(as_of: datetime) -> Iterator[Row]:
    """What the rulings in force rest on, as the page of each question shows it."""
    evidence = Evidence.objects.with_copies()
    questions = (
        Question.objects.resolved()
        .order_by("pk")
        .prefetch_related(
            Prefetch("evidence", evidence),
            Prefetch("verdicts__evidence", evidence),
            Prefetch("resolutions__evidence", evidence),
        )
    )
    for question in questions.iterator(chunk_size=QUESTIONS_AT_ONCE):
        ruling = ruling_in_force(question)
        about = (question.slug, ruling and ruling.pk)
        for page in linked_pages(question):
            copy = (page.sha256, page.state, page.kept_at, page.media_type)
            yield plain((*about, page.url, *copy))
        for sha256 in grounds_of(question).hashes:
            yield plain((*about, None, sha256, None, None, None))


def _corrections(as_of: datetime) -> Iterator[Row]:
    beyond = None
    while found := corrections(limit=CORRECTIONS_AT_ONCE, beyond=beyond, is_rising=True):
        for row in found:
            yield plain(
                (
                    row.kind.value,
                    row.place.at,
                    row.question.slug,
                    "resolution" if row.place.is_ruling else "forecast",
                    row.was.pk,
                    row.became.pk,
                    row.reason,
                    [expert.slug for expert in row.experts],
                )
            )
        beyond = found[-1].place


def _disputes(as_of: datetime) -> QuerySet[Dispute]:
    decided = DisputeDecision.objects.in_force().filter(dispute=OuterRef("pk"))
    return Dispute.objects.public().annotate(
        outcome=Subquery(decided.values("outcome")), answer=Subquery(decided.values("answer"))
    )


RESOLUTIONS = read_table(
    "resolutions",
    "Every ruling, with those that another has superseded",
    lambda _: Resolution.objects.all(),
    whole("id", "Number of the ruling."),
    text("question", "Slug of the question.", "question__slug", TO_QUESTION),
    text("answer", "yes, no, ambiguous, annulled, or reopened: no ruling."),
    text("basis", "verdicts, lead, condition or undo."),
    moment("known_at", "When the world knew the answer."),
    text("reason", "Given where a lead decides or corrects."),
    moment("resolved_at", "When it was ruled."),
    whole("supersedes", "Number of the ruling before it.", to=TO_RESOLUTION),
    moment("superseded_at", "When another took its place; empty: in force."),
)
EVIDENCE = Table(
    "evidence",
    "What the rulings in force rest on: links with the hashes of their copies, hashes of files",
    (
        text("question", "Slug of the question.", to=TO_QUESTION),
        whole("resolution", "Number of the ruling in force.", to=TO_RESOLUTION),
        text("url", "The link; empty for a file."),
        text("sha256", "SHA-256 of the file, or of the bytes of the page as received."),
        text("copy_state", "Of a link: waiting, kept or failed."),
        moment("kept_at", "When the bytes of the page were received."),
        text("media_type", "What its server called them."),
    ),
    _evidence,
    key=(),
)
CORRECTIONS = Table(
    "corrections",
    "What had been public and was wrong, what stands instead, and whom it concerned",
    (
        text("kind", "corrected, reopened, undone, followed or forecast."),
        moment("corrected_at", "When."),
        text("question", "Slug of the question.", to=TO_QUESTION),
        text("record", "Whether `was` and `became` number a resolution or a forecast."),
        whole("was", "Number of the row that was wrong."),
        whole("became", "Number of the row that came next."),
        text("reason", "Why."),
        listed("experts", "Slugs of those whom it concerned."),
    ),
    _corrections,
    key=("record", "became"),
)
DISPUTES = read_table(
    "disputes",
    "What anybody said against a record, and the answer",
    _disputes,
    whole("id", "Number of the dispute."),
    text("expert", "Slug, where it is about an expert.", "expert__slug", TO_EXPERT),
    text("question", "Slug, where it is about a question.", "question__slug", TO_QUESTION),
    whole("forecast", "Number, where it is about a forecast.", to=TO_FORECAST),
    whole("resolution", "Number, where it is about a ruling.", to=TO_RESOLUTION),
    whole("source", "Number, where it is about a source.", to=TO_SOURCE),
    whole(
        "statement",
        "Number, where it is about an unscorable statement.",
        to=("unscorable_statements", "id"),
    ),
    text("text", "What is said against it."),
    text("name", "As the writer gave it, unchecked."),
    text("speaks_as", "expert, representative or other: who the writer says they are."),
    text("link", "What the writer points to."),
    moment("received_at", "When it came."),
    moment("acknowledged_at", "When a lead acknowledged it; since then it is public."),
    moment("decided_at", "When it was first decided; empty while it is open."),
    text("outcome", "Of the decision in force: upheld, partly or rejected."),
    text("answer", "What a lead answered, as it stands."),
)
