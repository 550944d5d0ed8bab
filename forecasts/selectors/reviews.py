"""What reviewing needs to know: who may answer what, and what the answers so far mean."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from forecasts.models import (
    Amendment,
    Coding,
    Forecast,
    HandOn,
    Question,
    Resolution,
    Role,
    User,
    Verdict,
)

QuestionT = TypeVar("QuestionT", bound=Question)
# As many reviewers as may pass a question on before it goes to a lead.
ENOUGH_HAND_ONS = 2
# They begin no round: the one follows the parent's ruling, the other takes a ruling back.
UNCOUNTED = (Resolution.Basis.CONDITION, Resolution.Basis.UNDO)


def round_of(question: Question) -> int:
    """How often a ruling or another meaning came: verdicts of an earlier round no longer count.

    A ruling that only follows the parent's leaves the verdicts as good as they were, and so does
    one that was undone. Reads prefetched `resolutions` and `amendments` where present.
    """
    undone = {
        r.supersedes_id for r in question.resolutions.all() if r.basis == Resolution.Basis.UNDO
    }
    rulings = [
        r for r in question.resolutions.all() if r.basis not in UNCOUNTED and r.pk not in undone
    ]
    meanings = [a for a in question.amendments.all() if a.field != Amendment.Field.TITLE]
    return len(rulings) + len(meanings)


def with_round(questions: QuerySet[QuestionT]) -> QuerySet[QuestionT]:
    """The questions, annotated with `round` as round_of counts it."""
    rulings = Resolution.objects.exclude(basis__in=UNCOUNTED).exclude(
        superseded_by__basis=Resolution.Basis.UNDO
    )
    meanings = Amendment.objects.exclude(field=Amendment.Field.TITLE)
    annotated: QuerySet[QuestionT] = questions.annotate(
        round=_number_of(rulings) + _number_of(meanings)
    )
    return annotated


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many of the rows the outer query's question has, counted in a subquery of its own."""
    own = rows.filter(question=OuterRef("pk")).order_by().values("question")
    counted = own.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


def verdicts_of_round(question: Question) -> list[Verdict]:
    """The verdicts that count towards the next ruling, oldest first."""
    current = round_of(question)
    return [
        verdict
        for verdict in question.verdicts.all()
        if verdict.round == current and verdict.is_counting
    ]


def hand_ons_of_round(question: Question) -> list[HandOn]:
    """Who handed the question on in its present round, oldest first."""
    current = round_of(question)
    return [hand_on for hand_on in question.hand_ons.all() if hand_on.round == current]


def with_answers(questions: QuerySet[QuestionT]) -> QuerySet[Any]:
    """The questions, annotated with `round` and with what was answered in it.

    `n_verdicts`, `n_hand_ons` (of reviewers who have not answered since) and `has_impasse`:
    whether a lead has to decide. So it is where verdicts differ or one says "ambiguous", and,
    while answers are wanting, where two reviewers handed the question on or one did and nobody
    is left to ask.
    """
    return _with_answers(with_round(questions))


def _with_answers(questions: QuerySet[Any]) -> QuerySet[Any]:
    verdicts = Verdict.objects.counting().filter(question=OuterRef("pk"), round=OuterRef("round"))
    ambiguous = verdicts.filter(answer=Verdict.Answer.AMBIGUOUS)
    extremes = (
        verdicts.order_by()
        .values("question")
        .annotate(first=models.Min("answer"), last=models.Max("answer"))
    )
    wanting = Q(n_verdicts__lt=F("required_verdicts"))
    nobody_left = Q(n_hand_ons__gt=0) & ~Exists(_reviewers_left())
    annotated: QuerySet[Any] = questions.annotate(
        n_verdicts=_number_of(verdicts),
        n_hand_ons=_number_of(_standing_hand_ons()),
        has_impasse=Exists(ambiguous)
        | Exists(extremes.exclude(first=F("last")))
        | wanting & (Q(n_hand_ons__gte=ENOUGH_HAND_ONS) | nobody_left),
    )
    return annotated


def _standing_hand_ons() -> QuerySet[HandOn]:
    """Those in the round of the outer query's question whose reviewers did not answer since."""
    answered = Verdict.objects.counting().filter(
        question=OuterRef("question"), round=OuterRef("round"), reviewer=OuterRef("reviewer")
    )
    return HandOn.objects.filter(
        ~Exists(answered), question=OuterRef("pk"), round=OuterRef("round")
    )


def _reviewers_left() -> QuerySet[User]:
    """Who could be asked about the outer query's question, in its round."""
    question, current = OuterRef(OuterRef("pk")), OuterRef(OuterRef("round"))
    verdicts = Verdict.objects.counting().filter(question=question, round=current)
    hand_ons = HandOn.objects.filter(question=question, round=current)
    forecasts = Forecast.objects.filter(question=question, recorded_by=OuterRef("pk"))
    codings = Coding.objects.filter(forecast__question=question, coder=OuterRef("pk"))
    return reachable_staff(Role.REVIEWER).filter(
        ~Exists(verdicts.filter(reviewer=OuterRef("pk"))),
        ~Exists(hand_ons.filter(reviewer=OuterRef("pk"))),
        ~Exists(forecasts),
        ~Exists(codings),
    )


def has_impasse(question: Question) -> bool:
    """Whether a lead has to decide, as with_answers tells it of the stored rows."""
    current = round_of(question)
    of_round = {"question": question.pk, "round": current}
    if HandOn.objects.filter(**of_round).exists():
        # The round as a number: counted in the query, it would be so many times over.
        row = Question.objects.filter(pk=question.pk).annotate(round=Value(current))
        is_stuck: bool = _with_answers(row).values_list("has_impasse", flat=True).get()
        return is_stuck
    # Of most questions that is all: building the query for the others takes 30 times as long.
    said = Verdict.objects.counting().filter(**of_round)
    answers = set(said.values_list("answer", flat=True))
    return len(answers) > 1 or Verdict.Answer.AMBIGUOUS in answers


def questions_at_impasse(questions: Iterable[Question]) -> set[int]:
    """The ids of those of the questions that a lead has to decide, in one query."""
    ids = [question.pk for question in questions]
    rows = with_answers(Question.objects.filter(pk__in=ids)).values_list("pk", "has_impasse")
    return {pk for pk, is_stuck in rows if is_stuck}


def coders_of(questions: Iterable[int]) -> dict[int, set[int]]:
    """Who coded or recorded a forecast on each question, by ids."""
    coders: dict[int, set[int]] = defaultdict(set)
    codings = Coding.objects.filter(forecast__question__in=questions)
    forecasts = Forecast.objects.filter(question__in=questions)
    for pairs in (
        codings.order_by().values_list("forecast__question", "coder").distinct(),
        forecasts.order_by().values_list("question", "recorded_by").distinct(),
    ):
        for question, user in pairs:
            coders[question].add(user)
    return coders


def coded_by(question: Question, user: User) -> bool:
    """Whether the user has seen the forecasts on the question as a coder."""
    theirs = Q(recorded_by=user) | Q(codings__coder=user)
    return Forecast.objects.filter(theirs, question=question).exists()


def reachable_staff(*roles: Role) -> QuerySet[User]:
    """Active users of one of the roles whom a mail can reach; once for each of their roles."""
    return User.objects.filter(is_active=True, groups__name__in=roles).exclude(email="")


def staff_by_role() -> dict[str, list[User]]:
    """Active users whom a mail can reach, by role."""
    staff: dict[str, list[User]] = {role: [] for role in Role.values}
    for user in reachable_staff(*Role).distinct().prefetch_related("groups"):
        for group in user.groups.all():
            staff.setdefault(group.name, []).append(user)
    return staff
