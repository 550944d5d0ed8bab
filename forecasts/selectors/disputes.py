"""What is under dispute, and who stands behind it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from forecasts.models import (
    Coding,
    Dispute,
    Expert,
    Forecast,
    Question,
    Resolution,
    Role,
    Source,
    UnscorableStatement,
    User,
    Verdict,
)
from forecasts.models.disputes import DisputeQuerySet, Record
from forecasts.scoring.arrays import Booleans
from forecasts.selectors.statements import Said

RECORDS = (
    *("expert", "question", "forecast__expert", "forecast__question", "resolution__question"),
    *("source", "statement__expert", "statement__source"),
)
# What a dispute takes out of the scores while it is open.
SCORED = ("question", "resolution__question", "disputed_of", "forecast__question")
QUOTED = (
    *("quoted_of", "source__forecasts__question"),
    *("source__forecasts__recorded_at", "source__forecasts__superseded_at"),
)
# For whom they were recorded, whoever has been merged since.
RECORDED_AS = {
    name: Coalesce(f"{row}__recorded_as", f"{row}__expert")
    for name, row in {"disputed_of": "forecast", "quoted_of": "source__forecasts"}.items()
}


@dataclass(frozen=True, slots=True)
class OpenDisputes:
    """The ids of the disputes that are open, by the id of what each is about.

    Those of a question and of a ruling on it are one: the question is what readers see.
    """

    experts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    questions: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    forecasts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sources: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    statements: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def of(self, record: Record) -> list[int]:
        """Those about the record; of a forecast, about all that its score rests on."""
        match record:
            case Expert():
                return self.experts.get(record.pk, [])
            case Question():
                return self.questions.get(record.pk, [])
            case Resolution():
                return self.questions.get(record.question_id, [])
            case Forecast():
                return self._of_forecast(record)
            case Source():
                return self.sources.get(record.pk, [])
            case UnscorableStatement():
                return self.statements.get(record.pk, [])

    def _of_forecast(self, forecast: Forecast) -> list[int]:
        return [
            *self.forecasts.get(forecast.pk, []),
            *self.sources.get(forecast.source_id, []),
            *self.questions.get(forecast.question_id, []),
        ]

    def concerns(self, expert: Expert) -> bool:
        """Whether a statement of the expert may be left out of scores for one of them."""
        if not (self.questions or self.forecasts or self.sources):
            return False
        left_out = (
            Q(pk__in=list(self.forecasts))
            | Q(source__in=list(self.sources))
            | Q(question__in=list(self.questions))
        )
        return Forecast.objects.filter(left_out, expert=expert).exists()


def open_disputes(as_of: datetime) -> OpenDisputes:
    """What is under dispute at `as_of`, in one query."""
    found = OpenDisputes()
    rows = Dispute.objects.open(as_of).order_by("pk")
    columns = ("pk", "expert", "question", "resolution__question", "forecast", "source")
    for pk, expert, question, ruled, forecast, source, statement in rows.values_list(
        *columns, "statement"
    ):
        for by_id, key in (
            (found.experts, expert),
            (found.questions, question or ruled),
            (found.forecasts, forecast),
            (found.sources, source),
            (found.statements, statement),
        ):
            if key is not None:
                by_id[key].append(pk)
    return found


def disputed_statements(said: Said, *, as_of: datetime) -> Booleans:
    """Which statements belong to a pair of expert and question that is under dispute at `as_of`.

    All pairs of a disputed question or ruling; the pair of a disputed forecast; every pair with a
    forecast from a disputed source. Disputes of an expert as such concern no pair.
    """
    return read_disputed(Dispute.objects.open(as_of)).statements(said, as_of=as_of)


@dataclass(frozen=True, slots=True)
class Disputed:
    """Disputes with the times of their standing, once for each quotation from a source."""

    rows: tuple[Any, ...]

    def statements(self, said: Said, *, as_of: datetime) -> Booleans:
        """See disputed_statements."""
        questions, pairs = set[int](), set[tuple[int, int]]()
        for question, ruled, *answers, since, until in self.rows:
            if not _stood(since, until, as_of):
                continue
            questions |= {question, ruled} - {None}
            expert, answered, quoting, on, said_at, ceased_at = answers
            pairs |= {(expert, answered)} if expert is not None else set()
            if quoting is not None and _stood(said_at, ceased_at, as_of):
                pairs.add((quoting, on))
        if said.merges is not None:
            pairs = {(said.merges.survivor(expert), question) for expert, question in pairs}
        return _belong(said, questions, pairs)


def read_disputed(rows: DisputeQuerySet) -> Disputed:
    """What the disputes leave out, while they are open."""
    columns = (*SCORED, *QUOTED, "acknowledged_at", "decided_at")
    return Disputed(tuple(rows.annotate(**RECORDED_AS).values_list(*columns)))


def _stood(since: datetime, until: datetime | None, as_of: datetime) -> bool:
    return since <= as_of and (until is None or until > as_of)


def _belong(said: Said, questions: set[int], pairs: set[tuple[int, int]]) -> Booleans:
    question = said.question_ids[said.statements.question]
    expert = said.expert_ids[said.statements.expert]
    mask: Booleans = np.isin(question, list(questions))
    rows = np.flatnonzero(np.isin(expert, list({one for one, _ in pairs})))
    found = zip(expert[rows].tolist(), question[rows].tolist(), strict=True)
    mask[rows] |= np.array([pair in pairs for pair in found], dtype=np.bool_)
    return mask


def disputes_about_expert(slug: str) -> Q:
    """Of the expert, of what they said, of its sources, and of the questions they answered."""
    return (
        Q(expert__slug=slug)
        | Q(expert__merged_into__slug=slug)
        | Q(forecast__expert__slug=slug)
        | Q(statement__expert__slug=slug)
        | Q(source__in=_said_by(slug).values("source"))
        | Q(question__in=_said_by(slug).values("question"))
        | Q(resolution__question__in=_said_by(slug).values("question"))
    )


def disputes_about_question(slug: str) -> Q:
    """Of the question, of the rulings on it, and of the forecasts on it and their sources."""
    on_it = Forecast.objects.in_force().filter(question__slug=slug)
    return (
        Q(question__slug=slug)
        | Q(resolution__question__slug=slug)
        | Q(forecast__question__slug=slug)
        | Q(source__in=on_it.values("source"))
    )


def _said_by(slug: str) -> QuerySet[Forecast]:
    return Forecast.objects.in_force().filter(expert__slug=slug)


def listed_disputes() -> DisputeQuerySet:
    """Disputes with the records that they are about and all decisions, in two queries."""
    return Dispute.objects.select_related(*RECORDS).prefetch_related("decisions")


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How often the target times were met; of disputes whose time has come, spam left out."""

    n_acknowledged: int
    n_acknowledged_in_time: int
    n_to_acknowledge: int
    n_decided_in_time: int
    n_to_decide: int
    n_dismissed: int


def punctuality(as_of: datetime) -> Punctuality:
    """The figures of all disputes received by `as_of`; what is late and unanswered is missed."""
    serious = Q(dismissed_at=None)
    seen, decided = Q(acknowledged_at__isnull=False), Q(decided_at__isnull=False)
    found = Dispute.objects.filter(received_at__lte=as_of).aggregate(
        n_acknowledged=Count("pk", filter=seen),
        n_acknowledged_in_time=Count("pk", filter=Q(acknowledged_at__lte=F("acknowledge_by"))),
        n_to_acknowledge=Count("pk", filter=serious & (seen | Q(acknowledge_by__lte=as_of))),
        n_decided_in_time=Count("pk", filter=Q(decided_at__lte=F("decide_by"))),
        n_to_decide=Count("pk", filter=serious & (decided | Q(decide_by__lte=as_of))),
        n_dismissed=Count("pk", filter=~serious),
    )
    return Punctuality(**found)


def people_behind(dispute: Dispute) -> set[int]:
    """The staff whose own record, coding, verdict or ruling the dispute is about, by id."""
    forecasts = Forecast.objects.filter(_forecasts_concerned(dispute))
    people = set(forecasts.values_list("recorded_by", flat=True))
    coded = Coding.objects.filter(forecast__in=forecasts.values("pk"))
    people |= set(coded.values_list("coder", flat=True))
    question = dispute.question_id or (dispute.resolution.question_id if dispute.resolution else 0)
    people |= set(Verdict.objects.filter(question=question).values_list("reviewer", flat=True))
    ruled = Resolution.objects.filter(question=question).exclude(resolved_by=None)
    people |= set(ruled.values_list("resolved_by", flat=True))
    record = dispute.record
    return people | ({record.recorded_by_id} if hasattr(record, "recorded_by_id") else set())


def _forecasts_concerned(dispute: Dispute) -> Q:
    if dispute.resolution is not None:
        return Q(question=dispute.resolution.question_id)
    name = {"forecast": "pk", "question": "question", "source": "source"}.get(dispute.target)
    return Q(**{name: dispute.record.pk}) if name else Q(pk__in=())


def has_another_lead(dispute: Dispute, lead: User) -> bool:
    """Whether somebody else could decide the dispute who has no part in what it is about."""
    leads = User.objects.filter(is_active=True, groups__name=Role.LEAD).exclude(pk=lead.pk)
    return leads.exclude(pk__in=people_behind(dispute)).exists()
