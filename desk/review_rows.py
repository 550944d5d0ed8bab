"""Reading all that the page of one question shows, in as few queries as there are tables."""

from collections import defaultdict
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, Subquery, prefetch_related_objects

from desk.ids import id_of
from forecasts.models import (
    Assignment,
    Evidence,
    HandOn,
    Question,
    Resolution,
    Role,
    Snooze,
    User,
    Verdict,
)
from forecasts.models.resolutions import Answer
from forecasts.selectors.reviews import has_impasse, is_coded_by
from forecasts.selectors.rulings import ruling_in_force
from forecasts.selectors.undos import with_acts


def read_for_review(object_id: str, user: User) -> Any | None:
    """The question as it stands towards the user, with its rows; None where there is none.

    With `is_coded`, whether they coded it, `has_impasse`, and `parent_answer` and
    `parent_resolved_at`, the ruling on the question it hangs on.
    """
    if (pk := id_of(object_id)) is None:
        return None
    on_parent = Resolution.objects.in_force().filter(question=OuterRef("depends_on"))
    on_parent = on_parent.exclude(answer=Answer.REOPENED)
    rows = (
        Question.objects.filter(pk=pk)
        .annotate(
            is_coded=is_coded_by(user),
            parent_answer=Subquery(on_parent.values("answer")[:1]),
            parent_resolved_at=Subquery(on_parent.values("resolved_at")[:1]),
        )
        .select_related("arming", "blindness_lift__lead", "depends_on")
        .prefetch_related(
            *("amendments", "resolutions"),
            Prefetch("assignments", Assignment.objects.select_related("reviewer")),
            Prefetch("snoozes", Snooze.objects.select_related("snoozed_by")),
            Prefetch(
                "verdicts",
                with_acts(Verdict.objects.select_related("reviewer"), question_id=pk),
            ),
        )
    )
    question: Any = rows.first()
    if question is not None:
        question.has_impasse = has_impasse(question)
        _hang_evidence(question)
        if user.has_role(Role.LEAD) and (question.has_impasse or ruling_in_force(question)):
            handed_on = HandOn.objects.select_related("reviewer")
            prefetch_related_objects([question], Prefetch("hand_ons", handed_on))
    return question


def _hang_evidence(question: Question) -> None:
    """Read the evidence of the question, its verdicts and its rulings at once."""
    found: dict[tuple[str, int], list[Evidence]] = defaultdict(list)
    of_any = Q(question=question) | Q(verdict__question=question) | Q(resolution__question=question)
    for item in Evidence.objects.with_copies().filter(of_any).order_by("pk"):
        for name in ("question_id", "verdict_id", "resolution_id"):
            if (pk := getattr(item, name)) is not None:
                found[name, pk].append(item)
    _hang(question, found["question_id", question.pk])
    for verdict in question.verdicts.all():
        _hang(verdict, found["verdict_id", verdict.pk])
    for ruling in question.resolutions.all():
        _hang(ruling, found["resolution_id", ruling.pk])


def _hang(row: Question | Verdict | Resolution, items: list[Evidence]) -> None:
    """As prefetch_related leaves rows behind."""
    fetched = row.evidence.all()
    vars(fetched).update(_result_cache=items, _prefetch_done=True)
    vars(row).setdefault("_prefetched_objects_cache", {})["evidence"] = fetched
