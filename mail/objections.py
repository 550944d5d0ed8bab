"""What was put right in a week, and what was disputed or decided."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from forecasts.models import (
    Dispute,
    DisputeDecision,
    Expert,
    Forecast,
    Question,
    Resolution,
    Source,
    UnscorableStatement,
)
from forecasts.models.disputes import Record
from forecasts.models.experts import marked
from forecasts.selectors.disputes import listed_disputes
from mail.backgrounds import Background, background_of
from mail.content.digests import CorrectionNews, DisputeNews, Slugs, Stood
from mail.links import site_link

Pairs = list[tuple[Any, Any]]


def stood_ruling(row: Resolution) -> Stood:
    """What a ruling says."""
    return Stood(answer=row.answer, known_at=row.known_at)


def stood_forecast(row: Forecast) -> Stood:
    """What a forecast says."""
    return Stood(
        expert=str(row.expert),
        expert_link=site_link("web:expert", row.expert.slug),
        quote=row.quote,
        probability=None if row.probability is None else float(row.probability),
    )


def changed_rulings(rulings: Iterable[Resolution], *, starts_at: datetime) -> Pairs:
    """Which of them say something else than stood when the week began, after what did."""
    by_question = {row.question_id: row for row in rulings if getattr(row, "had_answer", False)}
    stood = Resolution.objects.in_force(starts_at).filter(
        question__in=by_question, resolved_at__lte=starts_at
    )
    return [(was, by_question[was.question_id]) for was in stood]


def changed_forecasts(forecasts: Iterable[Forecast], *, starts_at: datetime) -> Pairs:
    """Which of them correct a record of an earlier week, after that record."""
    pairs = []
    for row in forecasts:
        was = row
        # Corrected more than once within a week: seldom enough for a query each.
        while was.supersedes is not None and was.recorded_at > starts_at:
            was = was.supersedes
        if was.recorded_at <= starts_at:
            pairs.append((was, row))
    return pairs


def corrections_of(rulings: Pairs, forecasts: Pairs, known: Background) -> list[CorrectionNews]:
    """The corrections, real questions first, then the newest."""
    pairs = [*rulings, *forecasts]
    pairs.sort(key=lambda pair: _changed_at(pair[1]), reverse=True)
    pairs.sort(key=lambda pair: pair[1].question.synthetic)
    return [_correction(was, now, known) for was, now in pairs]


def _changed_at(row: Resolution | Forecast) -> datetime:
    return row.resolved_at if isinstance(row, Resolution) else row.recorded_at


def _correction(was: Any, now: Any, known: Background) -> CorrectionNews:
    question: Question = now.question
    is_ruling = isinstance(now, Resolution)
    stood = stood_ruling if is_ruling else stood_forecast
    return CorrectionNews(
        keys=(f"{'ruling' if is_ruling else 'forecast'}:{was.pk}",),
        title=known.titles[question.pk],
        link=site_link("web:question", question.slug),
        was=stood(was),
        became=stood(now),
        reason=now.reason if is_ruling else now.correction_reason,
        corrected_at=_changed_at(now),
        slug=question.slug,
        topics=known.topics[question.pk],
        experts=known.experts[question.pk]
        if is_ruling
        else tuple(sorted({was.expert.slug, now.expert.slug})),
    )


def disputes_between(starts_at: datetime, as_of: datetime) -> list[DisputeNews]:
    """What became public or was decided in the week, the newest first."""
    decided = Q(decisions__decided_at__gt=starts_at, decisions__decided_at__lte=as_of)
    rows = list(
        listed_disputes()
        .filter(Q(acknowledged_at__gt=starts_at) | decided, acknowledged_at__lte=as_of)
        .order_by("-acknowledged_at", "-pk")
        .distinct()
    )
    quoted = _quoted({row.source_id for row in rows if row.source_id}, as_of)
    asked = {row.pk: _question_of(row) for row in rows}
    questions = [question for question in asked.values() if question]
    questions += [said.question for found in quoted.values() for said in found]
    known = background_of(questions, as_of=as_of)
    return [
        _dispute(row, asked[row.pk], quoted.get(row.source_id or 0, []), known, as_of)
        for row in rows
    ]


def _quoted(source_ids: Iterable[int], as_of: datetime) -> dict[int, list[Forecast]]:
    """By source, what stands on its words."""
    found: dict[int, list[Forecast]] = defaultdict(list)
    rows = Forecast.objects.in_force(as_of).filter(source__in=source_ids, recorded_at__lte=as_of)
    for row in rows.select_related("expert", "question"):
        found[row.source_id].append(row)
    return found


def _question_of(dispute: Dispute) -> Question | None:
    if dispute.forecast is not None:
        return dispute.forecast.question
    return dispute.resolution.question if dispute.resolution else dispute.question


def _dispute(
    dispute: Dispute,
    question: Question | None,
    quoted: list[Forecast],
    known: Background,
    as_of: datetime,
) -> DisputeNews:
    kind, record = _named(dispute.record, known)
    decision = _decision_at(dispute, as_of)
    asked = {row.question_id for row in quoted} | ({question.pk} if question else set())
    return DisputeNews(
        kind=kind,
        record=record,
        link=site_link("web:dispute", dispute.pk),
        text=dispute.text,
        acknowledged_at=dispute.acknowledged_at or as_of,
        outcome=decision.get_outcome_display() if decision else "",
        answer=decision.answer if decision else "",
        decided_at=decision.decided_at if decision else None,
        topics=tuple(sorted({slug for pk in asked for slug in known.topics[pk]})),
        experts=_concerned(dispute, question, quoted, known),
    )


def _concerned(
    dispute: Dispute, question: Question | None, quoted: list[Forecast], known: Background
) -> Slugs:
    """The experts whose record it is, or who answered the question."""
    if dispute.forecast is not None:
        return (dispute.forecast.expert.slug,)
    if question is not None:
        return known.experts[question.pk]
    named = dispute.expert or (dispute.statement.expert if dispute.statement else None)
    slugs = {row.expert.slug for row in quoted} | ({named.slug} if named else set())
    return tuple(sorted(slugs))


def _decision_at(dispute: Dispute, as_of: datetime) -> DisputeDecision | None:
    made = [row for row in dispute.decisions.all() if row.decided_at <= as_of]
    return made[-1] if made else None


def _named(record: Record, known: Background) -> tuple[str, str]:
    """What kind of record it is, and how readers know it."""
    match record:
        case Expert():
            return "Expert", str(record)
        case Question():
            return "Question", known.titles[record.pk]
        case Resolution():
            return "Ruling", known.titles[record.question_id]
        case Forecast():
            return "Forecast", f"{record.expert}: {record.quote}"
        case Source():
            return "Source", marked(f"{record.outlet}: {record.title}", synthetic=record.synthetic)
        case UnscorableStatement():
            return "Statement", f"{record.expert or record.attributed_to}: {record.quote}"
