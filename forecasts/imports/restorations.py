"""The rows of an export as the rows that they were."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import uuid4

from django.db.models import Model

from forecasts.imports.packages import LEDGER, Facts, Package
from forecasts.models import (
    AdoptedRange,
    Amendment,
    Coding,
    Dispute,
    DisputeDecision,
    Evidence,
    Expert,
    ExpertAlias,
    ExpertMerge,
    ExpertMergeUndo,
    ExpertRename,
    Forecast,
    LedgerEntry,
    Lexicon,
    LexiconPhrase,
    Question,
    QuestionFamily,
    Quotation,
    Resolution,
    Source,
    Topic,
    TopicChange,
    UnscorableStatement,
    User,
)
from forecasts.working_days import working_days_after

Rows: TypeAlias = Iterator[Model]
ABOUT = ("forecast", "resolution", "source", "statement")
DISPUTE_TIMES = ("received_at", "acknowledged_at", "decided_at")


@dataclass(slots=True)
class Restoration:
    """What rows need of those before them: the ids of what they name by slug."""

    stand_in: Callable[[int], User]
    """Accounts for those whom no export names: a forecast was read by several."""
    experts: dict[str, int] = field(default_factory=dict)
    topics: dict[str, int] = field(default_factory=dict)
    questions: dict[str, int] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)

    @property
    def by(self) -> User:
        """Who stands in where one is enough."""
        return self.stand_in(1)

    def expert(self, facts: Facts) -> int:
        """The id of the expert."""
        return self.experts[facts["expert"]]

    def recorded_as(self, facts: Facts) -> int | None:
        """The id of whom a moved row was recorded for."""
        slug = facts["recorded_as"]
        return self.experts[slug] if slug else None

    def question(self, facts: Facts) -> int:
        """The id of the question."""
        return self.questions[facts["question"]]


def _same(facts: Facts, *names: str) -> dict[str, Any]:
    """Facts that columns hold as they are."""
    return {name: facts[name] for name in names}


def _texts(facts: Facts, *names: str) -> dict[str, str]:
    return {name: facts.text(name) for name in names}


def _times(facts: Facts, *names: str) -> dict[str, Any]:
    return {name: facts.moment_or_none(name) for name in names}


def _numbers(facts: Facts, *names: str) -> dict[str, Decimal | None]:
    return {name: None if facts[name] is None else Decimal(str(facts[name])) for name in names}


def _topics(state: Restoration, package: Package) -> Rows:
    for pk, facts in enumerate(package.rows("topics"), 1):
        state.topics[facts["slug"]] = pk
        yield Topic(pk=pk, **_texts(facts, "slug", "name"))


def _experts(state: Restoration, package: Package) -> Rows:
    # One can be merged into another who comes later.
    state.experts |= {facts["slug"]: pk for pk, facts in enumerate(package.rows("experts"), 1)}
    for facts in package.rows("experts"):
        pk, into = state.experts[facts["slug"]], facts["merged_into"]
        texts = _texts(facts, "slug", "name", "kind", "affiliation", "description", "external_id")
        expert = Expert(pk=pk, **texts, **_same(facts, "links", "synthetic"))
        expert.merged_into_id = state.experts[into] if into else None
        vars(expert)["restored_at"] = facts.moment("recorded_at")
        yield expert
        for name in facts["aliases"]:
            yield ExpertAlias(expert_id=pk, name=name)


def _renames(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("renames"):
        yield ExpertRename(
            expert_id=state.expert(facts),
            **_same(facts, "id", "before"),
            **_times(facts, "renamed_at"),
        )


def _merges(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("merges"):
        yield ExpertMerge(
            expert_id=state.expert(facts),
            into_id=state.experts[facts["into"]],
            merged_by=state.by,
            **_same(facts, "id"),
            **_texts(facts, "reason"),
            **_times(facts, "merged_at"),
        )


def _merge_undos(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("merges"):
        if facts["undo"]:
            yield ExpertMergeUndo(
                pk=facts["undo"],
                merge_id=facts["id"],
                reason=facts.text("undo_reason"),
                undone_by=state.by,
                **_times(facts, "undone_at"),
            )


def _sources(state: Restoration, package: Package) -> Rows:
    texts = ("outlet", "title", "url", "date_basis", "note", "sha256", "external_id")
    for facts in package.rows("sources"):
        yield Source(
            recorded_by=state.by,
            **_same(facts, "id", "synthetic"),
            **_texts(facts, *texts),
            **_times(facts, "published_at", "recorded_at"),
        )


def _families(state: Restoration, package: Package) -> Rows:
    """Those of questions: others name nothing."""
    for facts in package.rows("questions"):
        slug = facts["family"]
        if slug and slug not in state.families:
            state.families[slug] = pk = len(state.families) + 1
            yield QuestionFamily(pk=pk, slug=slug, title=facts.text("family_title"))
        # A question can hang on one that was recorded after it.
        state.questions[facts["slug"]] = facts["id"]


def _questions(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("questions"):
        yield Question(
            recorded_by=state.by,
            family_id=state.families[facts["family"]] if facts["family"] else None,
            depends_on_id=state.questions[facts["depends_on"]] if facts["depends_on"] else None,
            **_same(facts, "id", "required_verdicts", "interim_days", "synthetic"),
            **_texts(
                facts, "slug", "title", "resolution_criteria", "depends_on_answer", "external_id"
            ),
            **_times(facts, "opens_at", "deadline", "recorded_at"),
        )


def _about(state: Restoration, package: Package) -> Rows:
    link = Question.topics.through
    for facts in package.rows("questions"):
        for slug in facts["topics"]:
            yield link(question_id=facts["id"], topic_id=state.topics[slug])


def _topic_changes(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("topic_changes"):
        yield TopicChange(
            question_id=state.question(facts),
            topic_id=state.topics[facts["topic"]],
            **_same(facts, "id", "was_on"),
            **_times(facts, "changed_at"),
        )


def _amendments(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("amendments"):
        yield Amendment(
            question_id=state.question(facts),
            amended_by=state.by,
            **_same(facts, "id", "field"),
            **{name: _amended(facts, name) for name in ("before", "after")},
            **_texts(facts, "reason"),
            **_times(facts, "amended_at"),
        )


def _amended(facts: Facts, name: str) -> str:
    """A deadline as services write it."""
    is_deadline = facts["field"] == Amendment.Field.DEADLINE
    return facts.moment(name).isoformat() if is_deadline else facts.text(name)


def _forecasts(state: Restoration, package: Package) -> Rows:
    texts = ("kind", "basis", "quote", "phrase", "correction_reason", "external_id")
    for facts in package.rows("forecasts"):
        # Of words the export has the numbers that coders read, which are rows of their own.
        numbers = ("probability", "low", "high") if facts["basis"] == "stated" else ()
        yield Forecast(
            expert_id=state.expert(facts),
            recorded_as_id=state.recorded_as(facts),
            question_id=state.question(facts),
            source_id=facts["source"],
            supersedes_id=facts["corrects"],
            recorded_by=state.by,
            **_same(facts, "id", "claims_yes"),
            **_texts(facts, *texts),
            **_numbers(facts, *numbers),
            **_times(facts, "stated_at", "recorded_at", "superseded_at"),
        )


def _lexicons(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("lexicons"):
        yield Lexicon(
            **_same(facts, "id"),
            **_texts(facts, "name", "version", "title", "citation", "url", "sha256"),
            **_times(facts, "loaded_at", "superseded_at"),
        )


def _lexicon_phrases(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("lexicon_phrases"):
        yield LexiconPhrase(
            lexicon_id=facts["lexicon"],
            **_same(facts, "id", "speaks_for", "is_wide"),
            **_texts(facts, "phrase", "note"),
            **_numbers(facts, "low", "mid", "high"),
        )


def _codings(state: Restoration, package: Package) -> Rows:
    """Nobody reads the same words twice: the readers of a forecast are told apart by a number."""
    readers: Counter[int] = Counter()
    for facts in package.rows("codings"):
        readers[facts["forecast"]] += 1
        yield Coding(
            forecast_id=facts["forecast"],
            coder=state.stand_in(readers[facts["forecast"]]),
            lexicon_phrase_id=facts["lexicon_phrase"],
            **_same(facts, "id", "is_blind"),
            **_numbers(facts, "low", "mid", "high"),
            **_times(facts, "coded_at"),
        )


def _adopted_ranges(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("adopted_ranges"):
        yield AdoptedRange(
            forecast_id=facts["forecast"],
            **_same(facts, "id", "n_codings"),
            **_numbers(facts, "low", "probability", "high"),
            **_times(facts, "adopted_at", "superseded_at"),
        )


def _statements(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("unscorable_statements"):
        yield UnscorableStatement(
            expert_id=state.expert(facts) if facts["expert"] else None,
            recorded_as_id=state.recorded_as(facts),
            source_id=facts["source"],
            recorded_by=state.by,
            **_same(facts, "id"),
            **_texts(facts, "attributed_to", "quote", "reason", "note", "external_id"),
            **_times(facts, "recorded_at"),
        )


def _quotations(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("quotations"):
        yield Quotation(
            forecast_id=facts["forecast"],
            statement_id=facts["statement"],
            **_same(facts, "id", "start", "end"),
            **_texts(facts, "article_sha256", "exact", "prefix", "suffix"),
            **_times(facts, "recorded_at"),
        )


def _resolutions(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("resolutions"):
        yield Resolution(
            question_id=state.question(facts),
            supersedes_id=facts["supersedes"],
            resolved_by=state.by if facts["basis"] in {"lead", "undo"} else None,
            **_same(facts, "id"),
            **_texts(facts, "answer", "basis", "reason"),
            **_times(facts, "known_at", "resolved_at", "superseded_at"),
        )


def _evidence(state: Restoration, package: Package) -> Rows:
    """Links; of files and of copies there are only hashes."""
    for facts in package.rows("evidence"):
        if facts["url"] and facts["resolution"]:
            yield Evidence(resolution_id=facts["resolution"], url=facts["url"])


def _disputes(state: Restoration, package: Package) -> Rows:
    for facts in package.rows("disputes"):
        received_at = facts.moment("received_at")
        yield Dispute(
            expert_id=state.expert(facts) if facts["expert"] else None,
            question_id=state.question(facts) if facts["question"] else None,
            nonce=uuid4(),
            acknowledged_by=state.by,
            acknowledge_by=working_days_after(received_at, 2),
            decide_by=working_days_after(received_at, 10),
            **_same(facts, "id"),
            **{f"{name}_id": facts[name] for name in ABOUT},
            **_texts(facts, "text", "name", "speaks_as", "link"),
            **_times(facts, *DISPUTE_TIMES),
        )


def _decisions(state: Restoration, package: Package) -> Rows:
    """Those in force, as if each were the first."""
    for facts in package.rows("disputes"):
        if facts["outcome"]:
            yield DisputeDecision(
                dispute_id=facts["id"],
                decided_by=state.by,
                **_texts(facts, "outcome", "answer"),
                **_times(facts, "decided_at"),
            )


def _ledger(state: Restoration, package: Package) -> Rows:
    for facts in package.rows(LEDGER.removesuffix(".jsonl")):
        line = Facts(json.loads(facts["line"]))
        yield LedgerEntry(
            kind=line["kind"],
            row_id=line["id"],
            recorded_at=line.moment("recorded_at"),
            **_same(facts, "number", "line", "previous_hash", "hash"),
        )


RESTORED: dict[str, Callable[[Restoration, Package], Rows]] = {
    "topics": _topics,
    "experts": _experts,
    "renames": _renames,
    "merges": _merges,
    "undone merges": _merge_undos,
    "sources": _sources,
    "families": _families,
    "questions": _questions,
    "topics of questions": _about,
    "topic_changes": _topic_changes,
    "amendments": _amendments,
    "forecasts": _forecasts,
    "lexicons": _lexicons,
    "lexicon_phrases": _lexicon_phrases,
    "codings": _codings,
    "adopted_ranges": _adopted_ranges,
    "unscorable_statements": _statements,
    "quotations": _quotations,
    "resolutions": _resolutions,
    "evidence": _evidence,
    "disputes": _disputes,
    "decisions": _decisions,
    "ledger": _ledger,
}
