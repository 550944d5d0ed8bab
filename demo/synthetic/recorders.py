"""Records the synthetic track record through the services, in the order in which it happened."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle, groupby
from typing import Any, TypeAlias

from demo.logins import Backstage
from demo.synthetic.fictions import FICTIONS, criteria
from demo.synthetic.questions import SyntheticQuestion
from demo.synthetic.statements import SyntheticStatement
from demo.synthetic.temperaments import TEMPERAMENTS
from forecasts.models import Expert, Forecast, Question, Source, Topic, Verdict
from forecasts.services.experts import record_source
from forecasts.services.forecasts import record_forecasts
from forecasts.services.questions import record_question
from forecasts.services.resolutions import settle_question
from forecasts.services.saving import save_checked
from forecasts.services.verdicts import give_verdict

# How long after a bulletin its contents were recorded, in this order.
SOURCE_LAG, QUESTION_LAG, FORECAST_LAG = (timedelta(hours=hours) for hours in (1, 2, 3))
SETTLING_LAG = timedelta(hours=2)

Event: TypeAlias = tuple[datetime, Callable[[Any, datetime], None], Any]


def record_history(
    questions: Sequence[SyntheticQuestion],
    statements: Sequence[SyntheticStatement],
    *,
    staff: Backstage,
) -> None:
    """Record all of it, each row at the time that it claims for itself."""
    Recorder(staff).record(questions, statements)


class Recorder:
    """Remembers what it has recorded, so that nothing has to be read again."""

    def __init__(self, staff: Backstage) -> None:
        self.staff = staff
        self.reviewers = cycle(staff.reviewers)
        self.topics = {
            fiction: save_checked(Topic(slug=fiction.slug, name=fiction.topic))
            for fiction in FICTIONS
        }
        self.experts = {
            temperament.slug: save_checked(
                Expert(
                    slug=temperament.slug,
                    name=temperament.name,
                    description=f"Invented. {temperament.description}",
                    kind=Expert.Kind.PERSON,
                    synthetic=True,
                )
            )
            for temperament in TEMPERAMENTS
        }
        self.sources: dict[datetime, Source] = {}
        self.questions: dict[int, Question] = {}

    def record(
        self, questions: Sequence[SyntheticQuestion], statements: Sequence[SyntheticStatement]
    ) -> None:
        """Go through everything in order of time."""
        for as_of, record, row in sorted(
            self._events(questions, statements), key=lambda event: event[0]
        ):
            record(row, as_of)

    def _events(
        self, questions: Sequence[SyntheticQuestion], statements: Sequence[SyntheticStatement]
    ) -> Iterator[Event]:
        for bulletin in sorted({statement.bulletin for statement in statements}):
            yield bulletin + SOURCE_LAG, self._record_source, bulletin
        for question in questions:
            yield question.bulletins[0] + QUESTION_LAG, self._record_question, question
            if question.ending:
                yield question.ending.given_at, self._record_ending, question
        for _, said in groupby(sorted(statements, key=_bulletin), key=_bulletin):
            at_once = list(said)
            yield at_once[0].bulletin + FORECAST_LAG, self._record_statements, at_once

    def _record_source(self, bulletin: datetime, as_of: datetime) -> None:
        source = Source(
            outlet="Synthetic bulletin",
            title=f"Issue of {bulletin.day} {bulletin:%B %Y}",
            published_at=bulletin,
            date_basis=Source.DateBasis.PRINTED,
            note="Invented, as everything in it.",
            synthetic=True,
        )
        self.sources[bulletin] = record_source(source=source, by=self.staff.coder, as_of=as_of)

    def _record_question(self, drawn: SyntheticQuestion, as_of: datetime) -> None:
        question = Question(
            slug=f"synthetic-question-{drawn.number:03}",
            title=drawn.title,
            resolution_criteria=criteria(drawn.fiction),
            deadline=drawn.deadline,
            synthetic=True,
        )
        self.questions[drawn.number] = record_question(
            question=question,
            topics=[self.topics[drawn.fiction]],
            by=self.staff.coder,
            as_of=as_of,
        )

    def _record_statements(self, said: Sequence[SyntheticStatement], as_of: datetime) -> None:
        forecasts = [self._forecast(statement) for statement in said]
        record_forecasts(forecasts=forecasts, by=self.staff.coder, as_of=as_of)

    def _forecast(self, said: SyntheticStatement) -> Forecast:
        forecast = Forecast(
            expert=self.experts[said.expert],
            question=self.questions[said.question.number],
            source=self.sources[said.bulletin],
            basis=Forecast.Basis.STATED,
            stated_at=said.bulletin,
        )
        if said.hundredths is None:
            forecast.kind, forecast.quote = Forecast.Kind.WITHDRAWAL, "I take back what I said."
        else:
            _put_in_numbers(forecast, said.hundredths, said.spread)
        return forecast

    def _record_ending(self, drawn: SyntheticQuestion, as_of: datetime) -> None:
        question, ending = self.questions[drawn.number], drawn.ending
        answer = ending.answer if ending else ""
        give_verdict(
            question=question,
            reviewer=next(self.reviewers),
            answer=answer,
            known_at=drawn.deadline,
            links=[f"https://example.org/synthetic/{drawn.number:03}"],
            note="Synthetic: the answer was drawn by chance.",
            as_of=as_of,
        )
        if answer == Verdict.Answer.AMBIGUOUS:
            settle_question(
                question=question,
                lead=self.staff.lead,
                answer=answer,
                reason="Synthetic: stands for a question that nobody could decide.",
                as_of=as_of + SETTLING_LAG,
            )


def _bulletin(statement: SyntheticStatement) -> datetime:
    return statement.bulletin


def _put_in_numbers(forecast: Forecast, hundredths: int, spread: int) -> None:
    low, high = max(0, hundredths - spread), min(100, hundredths + spread)
    forecast.probability = Decimal(hundredths) / 100
    forecast.low, forecast.high = Decimal(low) / 100, Decimal(high) / 100
    forecast.quote = f"{hundredths}% for yes."
    if spread:
        forecast.quote = f"Between {low}% and {high}%; {hundredths}% if I have to choose."
