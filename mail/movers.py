"""Experts whose scores differ between two instants, with what the tier lets be shown of them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from forecasts.models import Expert, ExpertMerge, Forecast, Resolution
from forecasts.scoring.tiers import shows
from forecasts.selectors.scores import expert_scores
from mail.backgrounds import topics_by_question
from mail.content.digests import Bin, Mover, Reliability, Slugs
from mail.links import site_link

# The picture is 256 pixels wide.
MOST_POINTS = 130

Scores = dict[str, Any]


def movers_between(starts_at: datetime, as_of: datetime, ruled: Iterable[int]) -> list[Mover]:
    """Real experts first, then the best supported scores, then the largest changes.

    ruled: questions whose rulings changed.
    """
    questions = _questions_touched(starts_at, as_of, ruled)
    experts = Expert.objects.filter(pk__in=questions).order_by("synthetic", "name", "pk").in_bulk()
    before, after = (
        {pk: found.scores for pk, found in expert_scores(experts, as_of=at, band=False).items()}
        for at in (starts_at, as_of)
    )
    moved = [pk for pk in experts if _has_moved(before[pk], after[pk])]
    topics = topics_by_question({q for pk in moved for q in questions[pk]}, as_of=as_of)
    bands = _bands([pk for pk in moved if shows(after[pk]["tier"], "full")], as_of)
    moved.sort(key=lambda pk: (experts[pk].synthetic, *_weight(before[pk], after[pk])))
    return [
        _mover(
            experts[pk],
            before[pk],
            after[pk] | {"band": bands.get(pk, [])},
            tuple(sorted({slug for question in questions[pk] for slug in topics[question]})),
        )
        for pk in moved
    ]


def _questions_touched(
    starts_at: datetime, as_of: datetime, ruled: Iterable[int]
) -> dict[int, set[int]]:
    """By expert, the questions that can have changed the score."""
    changed = Q(question__in=list(ruled))
    corrected = Q(
        question__resolutions__superseded_at__gt=starts_at,
        question__resolutions__superseded_at__lte=as_of,
    )
    matured = Q(question__deadline__gt=starts_at, question__deadline__lte=as_of)
    adopted = Q(adopted_ranges__adopted_at__gt=starts_at, adopted_ranges__adopted_at__lte=as_of)
    recorded = Q(recorded_at__gt=starts_at, recorded_at__lte=as_of)
    taken_back = Q(superseded_at__gt=starts_at, superseded_at__lte=as_of)
    causes = changed | corrected | matured | adopted | recorded | taken_back
    touched: dict[int, set[int]] = defaultdict(set)
    # What was never ruled on moves nothing.
    ruled_on = Resolution.objects.filter(question=OuterRef("question"), resolved_at__lte=as_of)
    if _has_merges(starts_at, as_of):
        causes |= Q(recorded_as__isnull=False)
    rows = Forecast.objects.filter(causes, Exists(ruled_on)).order_by()
    for expert, question in rows.values_list("expert", "question").distinct():
        touched[expert].add(question)
    return touched


def _has_merges(starts_at: datetime, as_of: datetime) -> bool:
    made = Q(merged_at__gt=starts_at, merged_at__lte=as_of)
    undone = Q(undo__undone_at__gt=starts_at, undo__undone_at__lte=as_of)
    return ExpertMerge.objects.filter(made | undone).exists()


def _has_moved(before: Scores, after: Scores) -> bool:
    return bool(before["n"] or after["n"]) and _shown(before) != _shown(after)


def _shown(scores: Scores) -> tuple[int, float | None]:
    return scores["n"], scores["brier"]["value"]


def _weight(before: Scores, after: Scores) -> tuple[int, float]:
    """Smaller where there is more to it; experts of equal weight stay in the order of names."""
    then, now = before["brier"]["value"], after["brier"]["value"]
    levels = ("provisional", "interval")
    level = sum(shows(after["tier"], least) for least in levels)
    return -level, -abs(now - then) if then is not None and now is not None else 0.0


def _bands(expert_ids: list[int], as_of: datetime) -> dict[int, list[Scores]]:
    """Those of chance, which take a thousand draws each."""
    found = expert_scores(expert_ids, as_of=as_of)
    return {pk: scored.scores["corp"]["band"] or [] for pk, scored in found.items()}


def _mover(expert: Expert, before: Scores, after: Scores, topics: Slugs) -> Mover:
    interval, is_too_small = after["brier"]["ci95"], not shows(after["tier"], "interval")
    best, worst = after["brier"]["best"], after["brier"]["worst"]
    return Mover(
        expert=str(expert),
        link=site_link("web:expert", expert.slug),
        n_before=before["n"],
        n_after=after["n"],
        brier_before=before["brier"]["value"],
        brier_after=after["brier"]["value"],
        interval=tuple(interval) if interval and not is_too_small else None,
        wording=(best, worst) if best is not None and best < worst else None,
        is_too_small=is_too_small,
        slug=expert.slug,
        n_clusters=after["n_clusters"],
        reliability=_reliability(after) if shows(after["tier"], "provisional") else None,
        topics=topics,
        experts=(expert.slug,),
    )


def _reliability(scores: Scores) -> Reliability:
    names = ("lower", "upper", "n", "n_yes", "mean_probability", "observed_frequency")
    is_provisional = not shows(scores["tier"], "full")
    steps, band = scores["corp"]["curve"] or (), scores["band"]
    stride = -(-len(band) // MOST_POINTS) or 1
    kept = [*band[:-1:stride], *band[-1:]]
    return Reliability(
        is_provisional=is_provisional,
        bins=tuple(
            Bin(**{name: row[name] for name in names}, wilson95=_pair(row["wilson95"]))
            for row in scores["bins"]
            if row["n"]
        ),
        curve=tuple((step["x_min"], step["x_max"], step["cep"]) for step in steps),
        band=tuple((point["x"], point["lower"], point["upper"]) for point in kept),
    )


def _pair(interval: list[float] | None) -> tuple[float, float] | None:
    return (interval[0], interval[1]) if interval else None
