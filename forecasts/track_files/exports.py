"""What the tables hold as the rows of a file that score_file reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from django.db.models import Q, QuerySet

from forecasts.models import Expert, Forecast
from forecasts.scoring.probabilities import PPM
from forecasts.scoring.statements import ABSENT, NEVER, UNKNOWN, Answer
from forecasts.selectors.merges import merges_at
from forecasts.selectors.scores import topics_of
from forecasts.selectors.statements import Said, statements_at
from forecasts.track_files.times import iso

COLUMNS = (
    "expert",
    "question",
    "family",
    "conditions",
    "topic",
    "open_at",
    "deadline",
    "outcome",
    "known_at",
    "probability",
    "low",
    "high",
    "coding",
    "forecast_at",
    "withdrawn_at",
    "recorded_at",
    "adopted_at",
    "date_basis",
    "synthetic",
)
QUESTIONS_AT_ONCE = 500

Row = tuple[str, ...]
Answers = {Answer.OPEN: "", **{answer: answer.name.lower() for answer in Answer if answer}}


@dataclass(slots=True)
class TrackExport:
    """The statements of some experts in force at an instant, a few questions at a time.

    experts: slug, and whether synthetic, by id. n_done: how many questions were read.
    """

    experts: dict[int, tuple[str, str]]
    question_ids: list[int]
    as_of: datetime
    n_done: int = 0

    @classmethod
    def of(cls, experts: QuerySet[Expert], *, as_of: datetime) -> Self:
        """What these experts had said by then."""
        rows = experts.values_list("pk", "slug", "synthetic")
        merges = merges_at(as_of)
        own = Q(expert__in=experts)
        if merges is not None:
            own = merges.counting_for(experts.values_list("pk", flat=True))
        said = Forecast.objects.in_force(as_of).filter(own, recorded_at__lte=as_of)
        questions = said.order_by("question").values_list("question", flat=True).distinct()
        people = {pk: (slug, "yes" if synthetic else "no") for pk, slug, synthetic in rows}
        return cls(people, list(questions), as_of)

    def share(self) -> float:
        """How much is done, 0..1."""
        return self.n_done / max(len(self.question_ids), 1)

    def batches(self) -> Iterator[list[Row]]:
        """The rows, question after question, each in the order of recording."""
        for first in range(0, len(self.question_ids), QUESTIONS_AT_ONCE):
            ids = self.question_ids[first : first + QUESTIONS_AT_ONCE]
            rows = self._rows(ids)
            self.n_done += len(ids)
            yield rows

    def _rows(self, question_ids: list[int]) -> list[Row]:
        said = statements_at(None, as_of=self.as_of, question_ids=question_ids)
        bases = dict(
            Forecast.objects.filter(question__in=question_ids).values_list(
                "pk", "source__date_basis"
            )
        )
        facts, statements = _question_cells(said, self.as_of), said.statements
        rows = (
            (
                self.experts[expert][0],
                *facts[int(statements.question[row])],
                *_statement_cells(said, row),
                bases[int(statements.order[row])],
                self.experts[expert][1],
            )
            for row in np.lexsort((statements.order, statements.question)).tolist()
            if (expert := int(said.expert_ids[statements.expert[row]])) in self.experts
        )
        return _without_repetitions(list(rows))


def _without_repetitions(rows: list[Row]) -> list[Row]:
    """Without what is said again, word for word, in the same instant: two quotes, one number.

    The last one stays, since it stands.
    """
    return list(dict.fromkeys(reversed(rows)))[::-1]


def _question_cells(said: Said, as_of: datetime) -> list[Row]:
    """From question to known_at in COLUMNS, by code of the question."""
    questions, topics = said.questions, topics_of(said.question_ids, as_of=as_of)
    names = [
        ";".join(topics.names[code] for code in codes.tolist())
        for (codes,) in topics.questions.split(topics.code)
    ]
    columns = (
        (str(pk) for pk in questions.order.tolist()),
        (str(pk) for pk in questions.cluster.tolist()),
        (str(n) for n in questions.n_conditions.tolist()),
        names,
        map(_time, questions.opens_at.tolist()),
        map(_time, questions.deadline.tolist()),
        (Answers[Answer(code)] for code in questions.answer.tolist()),
        map(_time, questions.known_at.tolist()),
    )
    return list(zip(*columns, strict=True))


def _statement_cells(said: Said, row: int) -> Row:
    """From probability to adopted_at in COLUMNS."""
    rows = said.statements
    is_withdrawal, is_inferred = rows.is_withdrawal[row], rows.is_inferred[row]
    stated_at = _time(int(rows.stated_at[row]))
    return (
        *(_number(int(column[row])) for column in (rows.ppm, rows.low, rows.high)),
        "inferred" if is_inferred else "stated",
        *(("", stated_at) if is_withdrawal else (stated_at, "")),
        _time(int(rows.recorded_at[row])),
        _time(int(rows.adopted_at[row])) if is_inferred and not is_withdrawal else "",
    )


def _time(microseconds: int) -> str:
    return "" if microseconds in (NEVER, UNKNOWN) else iso(microseconds)


def _number(ppm: int) -> str:
    if ppm == ABSENT:
        return ""
    return f"{ppm // PPM}.{ppm % PPM:06d}".rstrip("0").rstrip(".")
