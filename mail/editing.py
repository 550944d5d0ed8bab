"""Gathering a week's news from the rows recorded by its freeze."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from forecasts.models import AdoptedRange, Amendment, Expert, Forecast, Question, Resolution
from forecasts.models.resolutions import Answer
from forecasts.selectors.grounds import collected_by_then
from forecasts.selectors.histories import QuestionAt, questions_at
from forecasts.selectors.standing import StandingForecast, standing_at
from mail.backgrounds import Background, background_of
from mail.content.digests import DigestContent, NewForecast, QuestionNews, Reading, Saying
from mail.issues.printed_notes import notes_on
from mail.links import site_link
from mail.movers import movers_between
from mail.objections import changed_forecasts, changed_rulings, corrections_of, disputes_between

OUTLOOK = timedelta(days=28)

Sayings = dict[int, list[Saying]]


def digest_content(week: str, *, starts_at: datetime, as_of: datetime) -> DigestContent:
    """The news after `starts_at` up to `as_of`, as a reader at `as_of` would have seen it."""
    rulings = _rulings_between(starts_at, as_of)
    forecasts = _forecasts_between(starts_at, as_of)
    dues = _questions_coming_due(as_of)
    rows = Question.objects.in_bulk([question.pk for question in dues])
    known = background_of(
        [*rows.values(), *(row.question for row in rulings), *(row.question for row in forecasts)],
        as_of=as_of,
    )
    sayings = _sayings([*rows, *(row.question_id for row in rulings)], as_of)
    reruled = changed_rulings(rulings, starts_at=starts_at)
    reworded = changed_forecasts(forecasts, starts_at=starts_at)
    corrected = {(type(now), now.pk) for _, now in (*reruled, *reworded)}
    new = [row for row in forecasts if (Forecast, row.pk) not in corrected]
    return DigestContent(
        week=week,
        starts_at=starts_at,
        as_of=as_of,
        resolved=tuple(
            _resolved(row, known, sayings)
            for row in rulings
            if (Resolution, row.pk) not in corrected
        ),
        movers=tuple(movers_between(starts_at, as_of, [row.question_id for row in rulings])),
        corrections=tuple(corrections_of(reruled, reworded, known)),
        disputes=tuple(disputes_between(starts_at, as_of)),
        coming_due=tuple(_coming_due(q, rows[q.pk], known, sayings) for q in dues),
        new_forecasts=tuple(_new_forecasts(new, known, as_of)),
        note=notes_on(week, starts_at=starts_at),
    )


def _rulings_between(starts_at: datetime, as_of: datetime) -> list[Resolution]:
    """Real questions first, then the newest. What stands as it stood before is no news."""
    stood = (
        Resolution.objects.in_force(starts_at)
        .filter(question=OuterRef("question"), resolved_at__lte=starts_at)
        .exclude(answer=Answer.REOPENED)
    )
    same_time = Q(known_at=None) | Q(known_at=OuterRef("known_at"))
    is_same = Exists(stood.filter(same_time, answer=OuterRef("answer")))
    return list(
        Resolution.objects.in_force(as_of)
        .filter(resolved_at__gt=starts_at, resolved_at__lte=as_of)
        .annotate(had_answer=Exists(stood))
        .filter(~Q(answer=Answer.REOPENED) & ~is_same | Q(answer=Answer.REOPENED, had_answer=True))
        .select_related("question", "supersedes")
        .prefetch_related("evidence", "question__evidence", "question__verdicts__evidence")
        .order_by("question__synthetic", "-resolved_at", "pk")
    )


def _questions_coming_due(as_of: datetime) -> list[QuestionAt]:
    """Real questions first, by the deadline that they had at `as_of`."""
    moved = Amendment.objects.filter(field=Amendment.Field.DEADLINE, amended_at__gt=as_of)
    soon = Q(deadline__gt=as_of, deadline__lte=as_of + OUTLOOK)
    rows = Question.objects.filter(
        soon | Q(pk__in=moved.values("question")), recorded_at__lte=as_of
    )
    synthetic = dict(rows.values_list("pk", "synthetic"))
    found = questions_at(synthetic, as_of=as_of).values()
    due = [q for q in found if q.is_open and as_of < q.deadline <= as_of + OUTLOOK]
    return sorted(
        due, key=lambda question: (synthetic[question.pk], question.deadline, question.pk)
    )


def _forecasts_between(starts_at: datetime, as_of: datetime) -> list[Forecast]:
    return list(
        Forecast.objects.in_force(as_of)
        .filter(recorded_at__gt=starts_at, recorded_at__lte=as_of)
        .select_related("expert", "question", "source", "supersedes__expert")
        .order_by("expert__synthetic", "stated_at", "pk")
    )


def _sayings(question_ids: list[int], as_of: datetime) -> Sayings:
    """Who says what about each question, best first where it is scored."""
    rows = Forecast.objects.filter(question__in=question_ids).order_by()
    # As whom they spoke at the freeze, too: they may have been merged since.
    names = {pk for both in rows.values_list("expert", "recorded_as").distinct() for pk in both}
    experts = Expert.objects.in_bulk(names - {None})
    stands = standing_at(experts, as_of=as_of, question_ids=question_ids).forecasts
    quotes = Forecast.objects.in_bulk([standing.forecast for standing in stands])
    sayings: Sayings = defaultdict(list)
    for standing in stands:
        quote = quotes[standing.forecast].quote
        sayings[standing.question].append(_saying(experts[standing.expert], standing, quote))
    for said in sayings.values():
        said.sort(key=lambda s: (s.brier is None, s.brier or 0, s.expert))
    return sayings


def _saying(expert: Expert, standing: StandingForecast, quote: str) -> Saying:
    numbers, losses = standing.numbers, standing.losses
    reading = Reading(numbers[1], numbers[0], numbers[2], standing.is_inferred) if numbers else None
    return Saying(
        expert=str(expert),
        expert_link=site_link("web:expert", expert.slug),
        quote=quote,
        reading=reading,
        brier=losses.brier if losses else None,
        brier_bounds=(losses.best, losses.worst)
        if losses and reading and reading.is_range
        else None,
        is_withdrawal=standing.is_withdrawal,
    )


def _resolved(ruling: Resolution, known: Background, sayings: Sayings) -> QuestionNews:
    question = ruling.question
    return QuestionNews(
        slug=question.slug,
        title=known.titles[question.pk],
        link=site_link("web:question", question.slug),
        deadline=question.deadline,
        sayings=tuple(sayings.get(question.pk, ())),
        topics=known.topics[question.pk],
        experts=known.experts[question.pk],
        answer=ruling.answer,
        known_at=ruling.known_at,
        is_correction=_is_correction(ruling),
        reason=ruling.reason,
        evidence=tuple(dict.fromkeys(_links(ruling))),
    )


def _links(ruling: Resolution) -> list[str]:
    """What the ruling, and the verdicts given by then that say the same, rest on."""
    said_so = [
        verdict
        for verdict in ruling.question.verdicts.all()
        if verdict.answer == ruling.answer
        and verdict.given_at <= ruling.resolved_at
        and verdict.is_counting
    ]
    evidence = [
        *ruling.evidence.all(),
        *(item for row in said_so for item in row.evidence.all()),
        *collected_by_then(ruling.question, ruling.resolved_at),
    ]
    return [item.url for item in evidence if item.url]


def _is_correction(ruling: Resolution) -> bool:
    """Whether it takes back an answer; a question that was reopened had none any more."""
    return ruling.supersedes is not None and ruling.supersedes.answer != Answer.REOPENED


def _coming_due(
    question: QuestionAt, row: Question, known: Background, sayings: Sayings
) -> QuestionNews:
    return QuestionNews(
        slug=row.slug,
        title=known.titles[question.pk],
        link=site_link("web:question", row.slug),
        deadline=question.deadline,
        sayings=tuple(sayings.get(question.pk, ())),
        topics=known.topics[question.pk],
        experts=known.experts[question.pk],
    )


def _new_forecasts(
    forecasts: list[Forecast], known: Background, as_of: datetime
) -> Iterable[NewForecast]:
    adopted = AdoptedRange.objects.in_force(as_of).filter(adopted_at__lte=as_of)
    ranges = {row.forecast_id: row for row in adopted.filter(forecast__in=forecasts)}
    at = questions_at((forecast.question_id for forecast in forecasts), as_of=as_of)
    for forecast in forecasts:
        yield NewForecast(
            expert=str(forecast.expert),
            expert_link=site_link("web:expert", forecast.expert.slug),
            question=known.titles[forecast.question_id],
            question_slug=forecast.question.slug,
            question_link=site_link("web:question", forecast.question.slug),
            quote=forecast.quote,
            source=forecast.source.outlet,
            stated_at=forecast.stated_at,
            deadline=at[forecast.question_id].deadline,
            reading=_recorded_reading(forecast, ranges.get(forecast.pk)),
            is_withdrawal=forecast.kind == Forecast.Kind.WITHDRAWAL,
            is_correction=forecast.supersedes_id is not None,
            topics=known.topics[forecast.question_id],
            experts=(forecast.expert.slug,),
        )


def _recorded_reading(forecast: Forecast, adopted: AdoptedRange | None) -> Reading | None:
    row = adopted or forecast
    if row.probability is None or row.low is None or row.high is None:
        return None
    is_inferred = forecast.basis == Forecast.Basis.INFERRED
    return Reading(float(row.probability), float(row.low), float(row.high), is_inferred)
