"""Invented forecasts in words, and how two coders read them, so that agreement can be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from demo.logins import Backstage
from demo.synthetic.draws import Draws
from demo.synthetic.questions import OPEN, SyntheticQuestion
from demo.synthetic.temperaments import TEMPERAMENTS
from forecasts.models import Expert, Forecast, LexiconPhrase, Question, Source, User
from forecasts.selectors.lexicons import Reading, reading_of
from forecasts.services.codings import record_coding
from forecasts.services.experts import record_source
from forecasts.services.forecasts import record_forecasts
from forecasts.services.merges import merge_experts
from forecasts.services.saving import save_checked

DAY = timedelta(days=1)
LAG = timedelta(hours=4)
# Each phrase of the house lexicon with what was said, and whether that speaks for yes.
WORDINGS = (
    ("will", "It will come about.", True),
    ("likely", "That is likely, I would say.", True),
    ("probably", "Probably it comes about.", True),
    ("it is possible", "It is possible that it comes about.", True),
    ("might", "It might come about.", True),
    ("unlikely", "I find that unlikely.", False),
    ("will not", "It will not come about.", False),
    ("cannot be ruled out", "It cannot be ruled out.", True),
)
SPEAKERS = (*TEMPERAMENTS[1:4], TEMPERAMENTS[-1])
WIDEST_SHIFT = 0.09
APART = Decimal("-0.45")


@dataclass(frozen=True, slots=True)
class SyntheticWording:
    """What an expert said about a question, and how far the second coder is from the first."""

    expert: str
    question: SyntheticQuestion
    phrase: str
    quote: str
    claims_yes: bool
    shift: Decimal


def record_wordings(questions: Sequence[SyntheticQuestion], *, staff: Backstage) -> None:
    """Record them and two readings of each; the last two lie apart and wait for a lead."""
    entries = {
        entry.phrase: entry
        for entry in LexiconPhrase.objects.filter(
            lexicon__name="house", lexicon__superseded_at=None
        ).select_related("lexicon")
    }
    experts = {expert.slug: expert for expert in Expert.objects.filter(synthetic=True)}
    first, *others, last = questions[-len(OPEN) :]
    _record_twice(first, entries, experts, staff)
    for drawn in others:
        _record_said(list(_drawn_for(drawn)), entries, experts, staff)
    *some, one = _drawn_for(last)
    phrase, quote, claims_yes = WORDINGS[0]
    apart = replace(one, phrase=phrase, quote=quote, claims_yes=claims_yes, shift=APART)
    _record_said([*some, apart], entries, experts, staff)


def _record_twice(
    drawn: SyntheticQuestion,
    entries: dict[str, LexiconPhrase],
    experts: dict[str, Expert],
    staff: Backstage,
) -> None:
    """What one of them says is recorded under another name, until a lead merges the two."""
    speaker = experts[SPEAKERS[0].slug]
    double = save_checked(
        Expert(slug=f"{speaker.slug}-2", name=f"{speaker.name} (misspelled)", synthetic=True)
    )
    _record_said(list(_drawn_for(drawn)), entries, experts | {speaker.slug: double}, staff)
    merge_experts(
        expert=double,
        into=speaker,
        reason="Synthetic: the same speaker, recorded under two names.",
        by=staff.lead,
        as_of=drawn.bulletins[0] + 3 * DAY,
    )


def _record_said(
    said: Sequence[SyntheticWording],
    entries: dict[str, LexiconPhrase],
    experts: dict[str, Expert],
    staff: Backstage,
) -> None:
    drawn = said[0].question
    stated_at = drawn.bulletins[0]
    question = Question.objects.get(slug=f"synthetic-question-{drawn.number:03}")
    source = record_source(
        source=Source(
            outlet="Synthetic broadcast",
            title=f"On synthetic question {drawn.number}",
            published_at=stated_at,
            date_basis=Source.DateBasis.PRINTED,
            note="Invented, as everything in it.",
            synthetic=True,
        ),
        by=staff.coder,
        as_of=stated_at + LAG,
    )
    forecasts = [
        Forecast(
            expert=experts[one.expert],
            question=question,
            source=source,
            basis=Forecast.Basis.INFERRED,
            stated_at=stated_at,
            quote=one.quote,
            phrase=one.phrase,
            claims_yes=one.claims_yes,
        )
        for one in said
    ]
    record_forecasts(forecasts=forecasts, by=staff.coder, as_of=stated_at + LAG)
    for forecast, one in zip(forecasts, said, strict=True):
        reading = reading_of(entries[one.phrase], claims_yes=one.claims_yes)
        _read(forecast, reading, staff.coder, Decimal(0))
        _read(forecast, reading, staff.second_coder, one.shift)


def _drawn_for(question: SyntheticQuestion) -> Iterator[SyntheticWording]:
    draws = Draws(f"words about {question.number}")
    for temperament in SPEAKERS:
        phrase, quote, claims_yes = draws.one_of(WORDINGS)
        shift = round(Decimal(draws.between(-WIDEST_SHIFT, WIDEST_SHIFT)), 2)
        yield SyntheticWording(temperament.slug, question, phrase, quote, claims_yes, shift)


def _read(forecast: Forecast, reading: Reading, coder: User, shift: Decimal) -> None:
    """The second coder comes a day after the first, and moves the range by so much."""
    low, mid, high = (
        min(max(number + shift, Decimal(0)), Decimal(1))
        for number in (reading.low, reading.mid, reading.high)
    )
    record_coding(
        forecast=forecast,
        coder=coder,
        low=low,
        mid=mid,
        high=high,
        entry=reading.entry,
        note="Synthetic.",
        as_of=forecast.recorded_at + (2 * DAY if shift else DAY),
    )
