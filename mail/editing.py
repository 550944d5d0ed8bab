"""Gathering a week's news from the rows recorded by its freeze."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from forecasts.models import AdoptedRange, Expert, Forecast, Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.histories import questions_at
from forecasts.selectors.scores import expert_scores, standing_forecasts
from forecasts.selectors.standing import MICRO, Fate, QuestionAt, Standing
from mail.content.digests import DigestContent, Mover, NewForecast, QuestionNews, Saying
from mail.links import site_link

LONGEST_LIST = 20
OUTLOOK = timedelta(days=28)

Sayings = dict[int, list[Saying]]


def digest_content(week: str, *, starts_at: datetime, as_of: datetime) -> DigestContent:
    """The news after `starts_at` up to `as_of`, as a reader at `as_of` would have seen it."""
    rulings = _rulings_between(starts_at, as_of)
    due = _questions_coming_due(as_of)
    forecasts = _forecasts_between(starts_at, as_of)
    movers = _movers(rulings, starts_at, as_of)
    shown_rulings, shown_due = rulings[:LONGEST_LIST], due[:LONGEST_LIST]
    sayings = _sayings([*(r.question_id for r in shown_rulings), *(q.pk for q in shown_due)], as_of)
    return DigestContent(
        week=week,
        starts_at=starts_at,
        as_of=as_of,
        resolved=tuple(_resolved(ruling, sayings) for ruling in shown_rulings),
        n_resolved=len(rulings),
        movers=tuple(movers[:LONGEST_LIST]),
        n_movers=len(movers),
        coming_due=tuple(_coming_due(question, sayings) for question in shown_due),
        n_coming_due=len(due),
        new_forecasts=tuple(_new_forecasts(forecasts[:LONGEST_LIST], as_of)),
        n_new_forecasts=len(forecasts),
    )


def _rulings_between(starts_at: datetime, as_of: datetime) -> list[Resolution]:
    """Real questions first, then the newest."""
    return list(
        Resolution.objects.in_force(as_of)
        .filter(resolved_at__gt=starts_at, resolved_at__lte=as_of)
        .exclude(answer=Answer.REOPENED)
        .select_related("question", "supersedes")
        .prefetch_related("question__verdicts__evidence")
        .order_by("question__synthetic", "-resolved_at", "pk")
    )


def _questions_coming_due(as_of: datetime) -> list[Question]:
    ruled = Resolution.objects.in_force(as_of).filter(resolved_at__lte=as_of)
    return list(
        Question.objects.filter(
            recorded_at__lte=as_of, deadline__gt=as_of, deadline__lte=as_of + OUTLOOK
        )
        .exclude(pk__in=ruled.exclude(answer=Answer.REOPENED).values("question"))
        .order_by("synthetic", "deadline", "pk")
    )


def _forecasts_between(starts_at: datetime, as_of: datetime) -> list[Forecast]:
    return list(
        Forecast.objects.in_force(as_of)
        .filter(recorded_at__gt=starts_at, recorded_at__lte=as_of)
        .select_related("expert", "question", "source")
        .order_by("expert__synthetic", "stated_at", "pk")
    )


def _sayings(question_ids: list[int], as_of: datetime) -> Sayings:
    """Who says what about each question, best first where it is scored."""
    experts = Expert.objects.filter(forecasts__question__in=question_ids).distinct().in_bulk()
    stands = [
        (expert, question, standing)
        for (expert, question), standing in standing_forecasts(
            experts, as_of=as_of, question_ids=question_ids
        )
    ]
    quotes = Forecast.objects.in_bulk([standing.statement.pk for _, _, standing in stands])
    sayings: Sayings = defaultdict(list)
    for expert, question, standing in stands:
        quote = quotes[standing.statement.pk].quote
        sayings[question.pk].append(_saying(experts[expert], question, standing, quote))
    for said in sayings.values():
        said.sort(key=lambda s: (s.brier is None, s.brier or 0, s.expert))
    return sayings


def _saying(expert: Expert, question: QuestionAt, standing: Standing, quote: str) -> Saying:
    numbers = standing.statement.numbers
    probability = None if numbers is None else numbers[1] / MICRO
    is_scored = standing.fate in {Fate.SCORED, Fate.EARLY} and probability is not None
    brier = None
    if is_scored and probability is not None and question.ruling is not None:
        brier = (probability - (question.ruling.answer == "yes")) ** 2
    return Saying(
        expert=str(expert),
        expert_link=site_link("web:expert", expert.slug),
        quote=quote,
        probability=probability,
        is_inferred=standing.statement.is_inferred,
        brier=brier,
        is_withdrawal=standing.statement.is_withdrawal,
    )


def _resolved(ruling: Resolution, sayings: Sayings) -> QuestionNews:
    question = ruling.question
    links = [
        evidence.url
        for verdict in question.verdicts.all()
        for evidence in verdict.evidence.all()
        if evidence.url and verdict.given_at <= ruling.resolved_at
    ]
    return _news(
        question,
        sayings,
        answer=ruling.answer,
        known_at=ruling.known_at,
        is_correction=_is_correction(ruling),
        reason=ruling.reason,
        evidence=tuple(dict.fromkeys(links)),
    )


def _is_correction(ruling: Resolution) -> bool:
    """Whether it takes back an answer; a question that was reopened had none any more."""
    return ruling.supersedes is not None and ruling.supersedes.answer != Answer.REOPENED


def _coming_due(question: Question, sayings: Sayings) -> QuestionNews:
    return _news(question, sayings)


def _news(question: Question, sayings: Sayings, **ruling: Any) -> QuestionNews:
    return QuestionNews(
        slug=question.slug,
        title=str(question),
        link=site_link("web:question", question.slug),
        deadline=question.deadline,
        sayings=tuple(sayings.get(question.pk, ())),
        **ruling,
    )


def _movers(rulings: Iterable[Resolution], starts_at: datetime, as_of: datetime) -> list[Mover]:
    """Experts whose scores differ between the two instants, real ones first."""
    changed = Q(question__in=[ruling.question_id for ruling in rulings])
    corrected = Q(
        question__resolutions__superseded_at__gt=starts_at,
        question__resolutions__superseded_at__lte=as_of,
    )
    matured = Q(question__deadline__gt=starts_at, question__deadline__lte=as_of)
    adopted = Q(adopted_ranges__adopted_at__gt=starts_at, adopted_ranges__adopted_at__lte=as_of)
    touched = Forecast.objects.filter(changed | corrected | matured | adopted).values("expert")
    experts = Expert.objects.filter(pk__in=touched).order_by("synthetic", "name", "pk").in_bulk()
    before = expert_scores(experts, as_of=starts_at)
    after = expert_scores(experts, as_of=as_of)
    return [
        _mover(experts[pk], before[pk][0], after[pk][0])
        for pk in experts
        if after[pk][0]["n"] and _shown(before[pk][0]) != _shown(after[pk][0])
    ]


def _shown(scores: dict[str, Any]) -> tuple[int, float | None]:
    return scores["n"], scores["brier"]["value"]


def _mover(expert: Expert, before: dict[str, Any], after: dict[str, Any]) -> Mover:
    interval, is_too_small = after["brier"]["ci95"], after["tier"] == "raw"
    return Mover(
        expert=str(expert),
        link=site_link("web:expert", expert.slug),
        n_before=before["n"],
        n_after=after["n"],
        brier_before=before["brier"]["value"],
        brier_after=after["brier"]["value"],
        interval=tuple(interval) if interval and not is_too_small else None,
        is_too_small=is_too_small,
    )


def _new_forecasts(forecasts: list[Forecast], as_of: datetime) -> Iterable[NewForecast]:
    adopted = AdoptedRange.objects.in_force(as_of).filter(adopted_at__lte=as_of)
    ranges = {row.forecast_id: row for row in adopted.filter(forecast__in=forecasts)}
    deadlines = questions_at((forecast.question_id for forecast in forecasts), as_of=as_of)
    for forecast in forecasts:
        known = ranges.get(forecast.pk, forecast)
        yield NewForecast(
            expert=str(forecast.expert),
            expert_link=site_link("web:expert", forecast.expert.slug),
            question=str(forecast.question),
            question_slug=forecast.question.slug,
            question_link=site_link("web:question", forecast.question.slug),
            quote=forecast.quote,
            source=forecast.source.outlet,
            stated_at=forecast.stated_at,
            deadline=deadlines[forecast.question_id].deadline,
            probability=None if known.probability is None else float(known.probability),
            is_inferred=forecast.basis == Forecast.Basis.INFERRED,
            is_withdrawal=forecast.kind == Forecast.Kind.WITHDRAWAL,
        )
