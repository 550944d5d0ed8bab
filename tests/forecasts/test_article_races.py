"""Many coders at one article: each text, decision and passage comes once."""

import pytest

from forecasts.models import (
    Article,
    Expert,
    Forecast,
    Proposal,
    ProposalDecision,
    Question,
    Role,
    Source,
    User,
)
from forecasts.services.articles import mark_passage, read_article, record_article
from forecasts.services.proposals import NewQuestion, decide_proposal, record_proposal
from tests.factories import AFTER, DEADLINE, START, make_article, make_user
from tests.forecasts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
N = 8
TEXT = "Ada said it will probably rain. The sun was out."


def hand_in(coder: User) -> Article:
    return record_article(
        source=Source(outlet="The Paper", title="Rain", published_at=START, date_basis="printed"),
        original=TEXT.encode(),
        media_type=Article.MediaType.PLAIN,
        by=coder,
        as_of=START,
    )


def test_of_many_who_hand_in_one_text_one_does() -> None:
    coders = [make_user(Role.CODER) for _ in range(N)]

    results = at_once(*(lambda coder=coder: hand_in(coder) for coder in coders))

    assert results == {"ok": 1, "duplicate_article": N - 1}
    assert (Article.objects.count(), Source.objects.count()) == (1, 1)


def test_of_many_decisions_one_stands() -> None:
    proposal = make_article(TEXT).proposals.get()
    coders = [make_user(Role.CODER) for _ in range(N)]
    kinds = [ProposalDecision.Kind.ACCEPTED, ProposalDecision.Kind.REJECTED]

    results = at_once(
        *(
            lambda number=number, coder=coder: decide_proposal(
                proposal=proposal, kind=kinds[number % 2], seen=None, by=coder, as_of=AFTER
            )
            for number, coder in enumerate(coders)
        )
    )

    assert results == {"ok": 1, "decided_meanwhile": N - 1}
    assert ProposalDecision.objects.count() == 1


def test_of_many_records_of_one_proposal_one_is_made() -> None:
    proposal = make_article(TEXT).proposals.get()
    coders = [make_user(Role.CODER) for _ in range(N)]

    results = at_once(
        *(
            lambda number=number, coder=coder: record_proposal(
                proposal=proposal,
                forecast=Forecast(
                    basis=Forecast.Basis.INFERRED,
                    stated_at=START,
                    quote="it will probably rain",
                    phrase="probably",
                ),
                expert=Expert(name="Ada", slug=f"ada-{number}"),
                question=NewQuestion(
                    Question(
                        slug=f"rain-{number}",
                        title="Will it rain?",
                        resolution_criteria="It rains.",
                        deadline=DEADLINE,
                    )
                ),
                seen=None,
                by=coder,
                as_of=AFTER,
            )
            for number, coder in enumerate(coders)
        )
    )

    assert results == {"ok": 1, "decided_meanwhile": N - 1}
    assert Forecast.objects.count() == Question.objects.count() == Expert.objects.count() == 1


def test_of_many_readings_one_is_kept_and_every_passage_once() -> None:
    article = hand_in(make_user(Role.CODER))
    coders = [make_user(Role.CODER) for _ in range(N)]

    read = at_once(*(lambda: read_article(article=article, as_of=AFTER) for _ in range(N)))
    marked = at_once(
        *(
            lambda coder=coder: mark_passage(
                article=article, quote="The sun was out.", by=coder, as_of=AFTER
            )
            for coder in coders
        )
    )

    assert read == {"ok": N}
    assert marked == {"ok": 1, "duplicate_proposal": N - 1}
    assert Proposal.objects.count() == 2
