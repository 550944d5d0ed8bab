"""Draws what the synthetic experts said about the synthetic questions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.synthetic.draws import Draws
from demo.synthetic.questions import N_COUNTED, SyntheticQuestion
from demo.synthetic.temperaments import TEMPERAMENTS, Temperament

UPDATED = 0.08
RETURNED = 0.03
RANGED = 0.03
# Questions beside the counted ones about which an expert said something and took it back.
N_WITHDRAWN = 3


@dataclass(frozen=True, slots=True)
class SyntheticStatement:
    """What an expert said in a bulletin, in hundredths; None where it was withdrawn."""

    expert: str
    question: SyntheticQuestion
    bulletin: datetime
    hundredths: int | None
    spread: int = 0
    """Hundredths to either side, where the expert gave a range."""


def draw_statements(questions: Sequence[SyntheticQuestion]) -> list[SyntheticStatement]:
    """All statements: one stands for each counted question of an expert, however often revised."""
    return [
        statement
        for temperament in TEMPERAMENTS
        for statement in _drawn_for(temperament, questions)
    ]


def _drawn_for(
    temperament: Temperament, questions: Sequence[SyntheticQuestion]
) -> Iterator[SyntheticStatement]:
    draws = Draws(temperament.slug)
    resolved, others = questions[:N_COUNTED], questions[N_COUNTED:]
    answered = draws.some_of(resolved, temperament.count)
    if not temperament.is_talkative:
        for question in answered:
            yield _final(draws, temperament, question)
        return
    for question in [*answered, *others]:
        yield from _revised(draws, temperament, question)
    numbers = {question.number for question in answered}
    passed_over = [q for q in resolved if q.number not in numbers and len(q.bulletins) > 1]
    for question in draws.some_of(passed_over, N_WITHDRAWN):
        yield from _withdrawn(draws, temperament, question)


def _final(
    draws: Draws, temperament: Temperament, question: SyntheticQuestion
) -> SyntheticStatement:
    bulletin = draws.one_of(question.bulletins)
    said = temperament.says(question.likelihood)
    return SyntheticStatement(temperament.slug, question, bulletin, said)


def _revised(
    draws: Draws, temperament: Temperament, question: SyntheticQuestion
) -> Iterator[SyntheticStatement]:
    """The statement that stands in the end, sometimes after less sure or withdrawn ones."""
    final = _final(draws, temperament, question)
    before = [bulletin for bulletin in question.bulletins if bulletin < final.bulletin]
    is_updated, is_returned = draws.is_hit(UPDATED), draws.is_hit(RETURNED)
    spread = draws.number(4, 12) if draws.is_hit(RANGED) else 0
    first = (temperament.says(question.likelihood) + 50) // 2
    if is_returned and len(before) > 1:
        said, withdrawn = draws.some_of(before, 2)
        yield SyntheticStatement(temperament.slug, question, said, first)
        yield SyntheticStatement(temperament.slug, question, withdrawn, None)
    elif is_updated and before:
        said = draws.one_of(before)
        yield SyntheticStatement(temperament.slug, question, said, first)
    yield SyntheticStatement(temperament.slug, question, final.bulletin, final.hundredths, spread)


def _withdrawn(
    draws: Draws, temperament: Temperament, question: SyntheticQuestion
) -> Iterator[SyntheticStatement]:
    said, withdrawn = draws.some_of(question.bulletins, 2)
    hundredths = temperament.says(question.likelihood)
    yield SyntheticStatement(temperament.slug, question, said, hundredths)
    yield SyntheticStatement(temperament.slug, question, withdrawn, None)
