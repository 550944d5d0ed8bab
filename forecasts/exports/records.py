"""Experts, topics, sources and questions, and what was said and left out, as tables."""

from datetime import datetime
from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from forecasts.exports.fields import flag, listed, moment, number, text, whole
from forecasts.exports.tables import Table, read_table, with_lists
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Expert,
    ExpertAlias,
    ExpertMerge,
    ExpertRename,
    Forecast,
    Question,
    Source,
    Topic,
    TopicChange,
    UnscorableStatement,
)
from forecasts.selectors.ledgers import as_instant
from forecasts.selectors.questions import questions_with_state

SYNTHETIC = "Whether it is invented, to show how the service works."
RECORDED = "When it was recorded here."
TO_EXPERT, TO_QUESTION = ("experts", "slug"), ("questions", "slug")
TO_SOURCE, TO_FORECAST = ("sources", "id"), ("forecasts", "id")
RECORDED_AS = text(
    "recorded_as",
    "Slug of whom it was recorded for, if a merge ever moved it.",
    "recorded_as__slug",
    TO_EXPERT,
)
NAMED = text("external_id", "What it is called where it was imported from.")


def _experts(as_of: datetime) -> QuerySet[Expert]:
    return Expert.objects.all()


def _aliases(slugs: list[str]) -> dict[str, list[str]]:
    rows = ExpertAlias.objects.filter(expert__slug__in=slugs).order_by("name", "pk")
    return _gathered(rows.values_list("expert__slug", "name"))


def _topics(slugs: list[str]) -> dict[str, list[str]]:
    links = Question.topics.through.objects.filter(question__slug__in=slugs)
    return _gathered(links.order_by("topic__slug").values_list("question__slug", "topic__slug"))


def _gathered(pairs: Any) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _forecasts(as_of: datetime) -> QuerySet[Forecast]:
    """With the numbers that they are scored with: stated, or adopted from codings."""
    numbers: dict[str, Any] = {
        f"scored_{name}": Coalesce(f"adopted__{name}", name)
        for name in ("low", "probability", "high")
    }
    in_force = FilteredRelation("adopted_ranges", condition=Q(adopted_ranges__superseded_at=None))
    return Forecast.objects.annotate(adopted=in_force).annotate(**numbers)


def _amendments() -> Table:
    table = read_table(
        "amendments",
        "Changes to what questions ask, each with its reason",
        lambda _: Amendment.objects.all(),
        whole("id", "Number of the amendment."),
        text("question", "Slug of the question.", "question__slug", TO_QUESTION),
        text("field", "title, resolution_criteria or deadline."),
        text("before", "What it said before."),
        text("after", "What it has said since."),
        text("reason", "Why, for everybody to read."),
        moment("amended_at", "When."),
    )

    def read(as_of: datetime) -> Any:
        for pk, question, field, *change, reason, at in table.rows(as_of):
            yield (pk, question, field, *(as_instant(field, said) for said in change), reason, at)

    return Table(table.name, table.title, table.fields, read)


EXPERTS = with_lists(
    read_table(
        "experts",
        "People and organisations whose public forecasts are scored",
        _experts,
        text("slug", "Names the expert in every address and table."),
        text("name", "The name."),
        text("kind", "person or organisation."),
        text("affiliation", "Where the expert belongs."),
        text("description", "Who it is."),
        listed("links", "Addresses to read more at."),
        listed("aliases", "Other names under which the expert is quoted.", "pk"),
        flag("synthetic", SYNTHETIC),
        moment("recorded_at", RECORDED),
        NAMED,
        text(
            "merged_into", "Slug of whom they count as, if merged.", "merged_into__slug", TO_EXPERT
        ),
        key=("slug",),
    ),
    "aliases",
    _aliases,
    "slug",
)
RENAMES = read_table(
    "renames",
    "Names that experts had before, as older citations show them",
    lambda _: ExpertRename.objects.all(),
    whole("id", "Number of the change."),
    text("expert", "Slug of the expert.", "expert__slug", TO_EXPERT),
    text("before", "The name until then."),
    moment("renamed_at", "When."),
)
MERGES = read_table(
    "merges",
    "Experts who turned out to be one, and merges that were undone",
    lambda _: ExpertMerge.objects.all(),
    whole("id", "Number of the merge."),
    text("expert", "Slug of who was merged.", "expert__slug", TO_EXPERT),
    text("into", "Slug of whom their forecasts count for.", "into__slug", TO_EXPERT),
    text("reason", "Why, for everybody to read."),
    moment("merged_at", "Since when."),
    whole("undo", "Number of the undoing, if it was undone.", "undo"),
    text("undo_reason", "Why it was undone.", "undo__reason"),
    moment("undone_at", "Until when.", "undo__undone_at"),
)
TOPIC_CHANGES = read_table(
    "topic_changes",
    "That questions came on topics or left them after they were recorded",
    lambda _: TopicChange.objects.all(),
    whole("id", "Number of the change."),
    text("question", "Slug of the question.", "question__slug", TO_QUESTION),
    text("topic", "Slug of the topic.", "topic__slug", ("topics", "slug")),
    flag("was_on", "Whether the question was on the topic before."),
    moment("changed_at", "When."),
)
TOPICS = read_table(
    "topics",
    "What questions are about",
    lambda _: Topic.objects.all(),
    text("slug", "Names the topic in every address and table."),
    text("name", "The name."),
    key=("slug",),
)
SOURCES = read_table(
    "sources",
    "Articles, broadcasts and posts in which forecasts were made",
    lambda _: Source.objects.all(),
    whole("id", "Number of the source."),
    text("outlet", "Where it appeared."),
    text("title", "Its title."),
    text("url", "Its address, where it is known."),
    moment("published_at", "When it appeared."),
    text("date_basis", "How that is known: printed, archived or inferred."),
    text("note", "What is to be known of it."),
    text("sha256", "SHA-256 of its text, where a copy was taken."),
    flag("synthetic", SYNTHETIC),
    moment("recorded_at", RECORDED),
    NAMED,
)
QUESTIONS = with_lists(
    read_table(
        "questions",
        "Claims that can be resolved, and where they stand",
        questions_with_state,
        text("slug", "Names the question in every address and table."),
        whole("id", "Number of the question, by which the track records and the ledger name it."),
        text("title", "What is asked."),
        text("resolution_criteria", "What decides it."),
        text(
            "state",
            "open, awaiting_condition, due, or the ruling in force: yes, no, ambiguous, annulled.",
        ),
        moment("opens_at", "When it opened; empty: when the first forecast was stated."),
        moment("deadline", "By when it has to happen."),
        listed("topics", "Slugs of what it is about.", "pk"),
        text("family", "Slug of the questions that it overlaps with.", "family__slug"),
        text("family_title", "What they have in common.", "family__title"),
        text("depends_on", "Slug of its condition.", "depends_on__slug", TO_QUESTION),
        text("depends_on_answer", "The ruling that the condition must get: yes or no."),
        whole("required_verdicts", "How many agreeing verdicts a ruling takes."),
        flag("synthetic", SYNTHETIC),
        moment("recorded_at", RECORDED),
        NAMED,
        whole("interim_days", "Days between looks before the deadline, where somebody chose."),
        key=("slug",),
    ),
    "topics",
    _topics,
    "slug",
)
AMENDMENTS = _amendments()
FORECASTS = read_table(
    "forecasts",
    "What experts said, with rows that a correction has replaced",
    _forecasts,
    whole("id", "Number of the forecast."),
    text("expert", "Slug of whom it counts for.", "expert__slug", TO_EXPERT),
    RECORDED_AS,
    text("question", "Slug of the question.", "question__slug", TO_QUESTION),
    whole("source", "Number of the source.", to=TO_SOURCE),
    text("kind", "forecast or withdrawal."),
    text("basis", "stated: the expert gave the number. inferred: coders read it from the words."),
    moment("stated_at", "When it was said."),
    moment("recorded_at", RECORDED),
    text("quote", "The words that were said."),
    text("phrase", "Those of the words that carry the likelihood."),
    flag("claims_yes", "Whether the phrase speaks for yes."),
    number("probability", "P(yes), 0..1, as stated or adopted.", "scored_probability"),
    number("low", "The lowest P(yes) that the words allow.", "scored_low"),
    number("high", "The highest P(yes) that the words allow.", "scored_high"),
    whole("corrects", "Number of the forecast that it replaces.", "supersedes", TO_FORECAST),
    text("correction_reason", "Why it replaces that."),
    moment("superseded_at", "When it was replaced itself: from then on it never stood."),
    whole(
        "superseded_by", "Number of the forecast that replaced it.", "superseded_by", TO_FORECAST
    ),
    NAMED,
)
ADOPTED_RANGES = read_table(
    "adopted_ranges",
    "The ranges that forecasts in words are scored with: medians of blind codings",
    lambda _: AdoptedRange.objects.all(),
    whole("id", "Number of the range."),
    whole("forecast", "Number of the forecast.", to=TO_FORECAST),
    number("low", "The lowest P(yes)."),
    number("probability", "P(yes)."),
    number("high", "The highest P(yes)."),
    whole("n_codings", "Of how many codings it is the median."),
    moment("adopted_at", "When it was adopted."),
    moment("superseded_at", "When another took its place."),
)
STATEMENTS = read_table(
    "unscorable_statements",
    "Statements about the future that cannot be scored, and why",
    lambda _: UnscorableStatement.objects.all(),
    whole("id", "Number of the statement."),
    text("expert", "Slug of the expert, if it is one.", "expert__slug", TO_EXPERT),
    RECORDED_AS,
    text("attributed_to", "Who is said to have said it, if it is no expert."),
    whole("source", "Number of the source.", to=TO_SOURCE),
    text("quote", "The words."),
    text("reason", "Why it cannot be scored."),
    text("note", "What is to be known of it."),
    moment("recorded_at", RECORDED),
    NAMED,
)
