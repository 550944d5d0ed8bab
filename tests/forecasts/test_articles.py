"""Articles are kept as they came, read once by every extractor, and decided about once."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from forecasts import article_refusals as refusals
from forecasts.checks import check_extractors
from forecasts.exceptions import RoleMissingError
from forecasts.extraction import proposals as extraction
from forecasts.models import (
    Article,
    ArticleReading,
    Expert,
    Forecast,
    Proposal,
    ProposalDecision,
    Question,
    Role,
    Source,
    UnscorableStatement,
    User,
)
from forecasts.refusals import DuplicateSourceError
from forecasts.services.articles import mark_passage, read_article, record_article
from forecasts.services.proposals import (
    NewQuestion,
    Reading,
    decide_proposal,
    leave_out,
    record_proposal,
    reopen_proposal,
)
from forecasts.texts.originals import MAX_TEXT
from tests.api.worlds import number
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_article,
    make_question,
    make_source,
    make_user,
)

pytestmark = pytest.mark.django_db
TEXT = "Ada Byron said it will probably rain.\n\nThe sun was out. “It may snow,” she said."
RULES = "forecasts.extraction.proposals.proposals"
HERE = "tests.forecasts.test_articles"
Kind = ProposalDecision.Kind


@pytest.fixture
def coder() -> User:
    return make_user(Role.CODER)


@pytest.fixture
def proposal(coder: User) -> Proposal:
    return first(make_article(TEXT, by=coder))


def first(article: Article) -> Proposal:
    found = article.proposals.order_by("start").first()
    assert found is not None
    return found


def source(**fields: Any) -> Source:
    defaults = {
        "outlet": "The Paper",
        "title": "Rain",
        "published_at": START,
        "date_basis": "printed",
    }
    return Source(**{**defaults, **fields})


def handed_in(coder: User, **fields: Any) -> Article:
    given: dict[str, Any] = {
        "source": source(),
        "original": TEXT.encode(),
        "media_type": "text/plain",
        "by": coder,
        "as_of": START,
    }
    return record_article(**{**given, **fields})


def test_original_is_kept_with_its_hash_beside_what_is_read_of_it(coder: User) -> None:
    original = b"<p>It will\nrain.<script>no</script>"

    article = handed_in(coder, original=original, media_type="text/html", author="Ada")

    row = Article.objects.get()
    assert (bytes(row.original), row.text, row.author) == (original, "It will rain.", "Ada")
    assert row.sha256 == hashlib.sha256(original).hexdigest() == article.source.sha256


def test_rules_propose_what_forecasts(proposal: Proposal) -> None:
    found = Proposal.objects.order_by("start").values_list(
        "speaker", "phrase", "claims_yes", "extractor"
    )

    assert list(found) == [
        ("Ada Byron", "will probably", True, RULES),
        ("Ada Byron", "may", True, RULES),
    ]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"original": b"\xff\xfe\xfd"}, refusals.UnreadableArticleError),
        ({"original": b"  \n "}, refusals.EmptyArticleError),
        ({"original": b"x" * (MAX_TEXT + 1)}, refusals.LongArticleError),
        (
            {"original": b"<script>x</script>", "media_type": "text/html"},
            refusals.EmptyArticleError,
        ),
    ],
)
def test_text_that_cannot_be_read_leaves_nothing(
    coder: User, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        handed_in(coder, **fields)

    assert not Source.objects.exists()


def test_same_text_is_taken_in_once(coder: User) -> None:
    handed_in(coder)

    with pytest.raises(refusals.DuplicateArticleError, match="The Paper: Rain"):
        handed_in(coder, source=source(title="Again"))

    assert Source.objects.count() == 1


def test_source_has_one_text_and_one_address(coder: User) -> None:
    there = make_source(sha256=hashlib.sha256(TEXT.encode()).hexdigest(), url="https://a.org/")

    with pytest.raises(refusals.OtherTextError):
        handed_in(coder, source=there, original=b"It will snow.")
    handed_in(coder, source=there)
    with pytest.raises(refusals.ArticleThereError):
        handed_in(coder, source=there, original=b"It will snow.")
    with pytest.raises(DuplicateSourceError):
        handed_in(coder, source=source(url="https://a.org/"), original=b"It will snow.")

    assert Article.objects.get().source == there


def test_only_coders_take_part(proposal: Proposal) -> None:
    reviewer = make_user(Role.REVIEWER)

    with pytest.raises(RoleMissingError):
        handed_in(reviewer)
    with pytest.raises(RoleMissingError):
        decide_proposal(proposal=proposal, kind=Kind.REJECTED, seen=None, by=reviewer, as_of=AFTER)
    with pytest.raises(RoleMissingError):
        mark_passage(article=proposal.article, quote="The sun", by=reviewer, as_of=AFTER)


def found_by_operator(article: extraction.Article) -> Iterator[extraction.Proposal]:
    """Two sentences, of which the second is not where it says."""
    exact = "The sun was out."
    start = article.text.index(exact)
    for place in (start, start + 1):
        yield extraction.Proposal(
            start=place,
            end=place + len(exact),
            exact=exact,
            prefix="",
            suffix="",
            speaker="Ada\nByron",
            phrase="was",
            phrase_start=start + 8,
            claims_yes=False,
            horizon="h" * 500,
        )


def fails(article: extraction.Article) -> Iterator[extraction.Proposal]:
    raise ConnectionError


def test_extractor_of_an_operator_is_marked_and_what_it_invents_refused(
    settings: Settings, coder: User
) -> None:
    settings.ARTICLE_EXTRACTORS = [RULES, f"{HERE}.found_by_operator"]

    article = make_article(TEXT, by=coder)

    row = article.proposals.get(extractor=f"{HERE}.found_by_operator")
    reading = article.readings.get(extractor=row.extractor)
    assert (row.speaker, row.phrase, len(row.horizon)) == ("Ada Byron", "was", 200)
    assert (reading.n_proposed, reading.n_refused) == (1, 1)
    assert article.proposals.filter(extractor=RULES).count() == 2


def test_extractor_that_fails_costs_nothing_but_its_own_proposals(
    settings: Settings, coder: User
) -> None:
    article = handed_in(coder)
    settings.ARTICLE_EXTRACTORS = [f"{HERE}.fails", RULES]

    with pytest.raises(refusals.ExtractorFailedError, match="ConnectionError"):
        read_article(article=article, as_of=AFTER)

    assert article.proposals.count() == 2
    assert list(article.readings.values_list("extractor", flat=True)) == [RULES]


def test_article_is_read_once(proposal: Proposal) -> None:
    assert read_article(article=proposal.article, as_of=AFTER) == []
    assert ArticleReading.objects.count() == 1


def test_passage_is_marked_by_hand_once(proposal: Proposal, coder: User) -> None:
    article = proposal.article

    marked = mark_passage(article=article, quote="The sun was  out.", by=coder, as_of=AFTER)

    assert (marked.proposed_by, article.text[marked.start : marked.end]) == (
        coder,
        "The sun was out.",
    )
    for quote, refusal in {
        "The sun was out.": refusals.DuplicateProposalError,
        "The moon was out.": refusals.QuoteNotFoundError,
        "x" * 2001: refusals.LongQuoteError,
    }.items():
        with pytest.raises(refusal):
            mark_passage(article=article, quote=quote, by=coder, as_of=AFTER)


def test_what_was_rejected_stays_and_can_be_taken_back(proposal: Proposal, coder: User) -> None:
    who: Any = {"by": coder, "as_of": AFTER}

    first_one = decide_proposal(proposal=proposal, kind=Kind.REJECTED, seen=None, **who)
    reopen_proposal(proposal=proposal, seen=first_one.pk, **who)
    second = decide_proposal(proposal=proposal, kind=Kind.ACCEPTED, seen=None, **who)

    assert list(proposal.decisions.values_list("kind", flat=True)) == ["rejected", "accepted"]
    assert ProposalDecision.objects.in_force().get() == second


def test_whoever_comes_second_is_told_what_was_decided(proposal: Proposal, coder: User) -> None:
    other = make_user(Role.CODER, username="first-one")
    taken = decide_proposal(proposal=proposal, kind=Kind.REJECTED, seen=None, by=other, as_of=AFTER)

    with pytest.raises(refusals.DecidedMeanwhileError, match=r"first-one decided.*no forecast"):
        decide_proposal(proposal=proposal, kind=Kind.ACCEPTED, seen=None, by=coder, as_of=AFTER)
    reopen_proposal(proposal=proposal, seen=taken.pk, by=other, as_of=AFTER)
    with pytest.raises(refusals.ReopenedMeanwhileError):
        decide_proposal(proposal=proposal, kind=Kind.ACCEPTED, seen=taken.pk, by=coder, as_of=AFTER)


def new_question(slug: str = "rain") -> NewQuestion:
    return NewQuestion(
        Question(
            slug=slug, title="Will it rain?", resolution_criteria="It rains.", deadline=DEADLINE
        )
    )


def forecast(**fields: Any) -> Forecast:
    defaults = {
        "basis": Forecast.Basis.INFERRED,
        "stated_at": START,
        "quote": "it will probably rain",
        "phrase": "probably",
    }
    return Forecast(**{**defaults, **fields})


def recorded(proposal: Proposal, coder: User, **fields: Any) -> Forecast:
    given: dict[str, Any] = {
        "proposal": proposal,
        "forecast": forecast(),
        "expert": Expert(name="Ada Byron", slug="ada"),
        "question": new_question(),
        "reading": Reading(number(".5"), number(".7"), number(".9"), "as he said"),
        "seen": None,
        "by": coder,
        "as_of": AFTER,
    }
    return record_proposal(**{**given, **fields})


def test_forecast_is_recorded_with_expert_question_and_reading(
    proposal: Proposal, coder: User
) -> None:
    row = recorded(proposal, coder)

    decision = ProposalDecision.objects.in_force().get()
    assert (decision.kind, decision.forecast) == (Kind.RECORDED, row)
    assert (row.expert.name, row.question.slug, row.source) == (
        "Ada Byron",
        "rain",
        proposal.article.source,
    )
    assert row.codings.get().coder == coder
    assert row.quotation.start == proposal.start + len("Ada Byron said ")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"forecast": {"quote": "it will surely rain"}}, refusals.QuoteNotFoundError),
        ({"reading": Reading(number(".9"), number(".7"), number(".5"))}, Exception),
        ({"seen": 7}, refusals.ReopenedMeanwhileError),
    ],
)
def test_forecast_that_is_refused_leaves_nothing(
    proposal: Proposal, coder: User, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    if "forecast" in fields:
        fields = {"forecast": forecast(**fields["forecast"])}

    with pytest.raises(refusal):
        recorded(proposal, coder, **fields)

    assert not Expert.objects.exists()
    assert not Question.objects.exists()
    assert not ProposalDecision.objects.exists()


def test_proposal_is_recorded_once(proposal: Proposal, coder: User) -> None:
    recorded(proposal, coder)
    decision = ProposalDecision.objects.in_force().get()

    with pytest.raises(refusals.DecidedMeanwhileError):
        recorded(proposal, coder, question=make_question())
    with pytest.raises(refusals.RecordedAlreadyError):
        reopen_proposal(proposal=proposal, seen=decision.pk, by=coder, as_of=AFTER)

    assert Forecast.objects.count() == 1


def test_what_cannot_be_scored_is_kept_with_its_reason_and_place(
    proposal: Proposal, coder: User
) -> None:
    given: dict[str, Any] = {
        "proposal": proposal,
        "quote": "it will probably rain",
        "reason": UnscorableStatement.Reason.NO_THRESHOLD,
        "seen": None,
        "by": coder,
        "as_of": AFTER,
    }

    with pytest.raises(refusals.SpeakerMissingError):
        leave_out(**given)
    statement = leave_out(**given, attributed_to="Ada Byron")

    assert ProposalDecision.objects.in_force().get().statement == statement
    assert statement.quotation.exact == "it will probably rain"


@pytest.mark.parametrize(
    ("names", "faults"),
    [
        ([RULES], []),
        (["forecasts.nothing"], ["ARTICLE_EXTRACTORS: forecasts.nothing cannot be imported"]),
        ([f"{HERE}.TEXT"], [f"ARTICLE_EXTRACTORS: {HERE}.TEXT is no function."]),
    ],
)
def test_extractor_that_is_none_stops_everything(
    settings: Settings, names: list[str], faults: list[str]
) -> None:
    settings.ARTICLE_EXTRACTORS = names

    found = [str(message.msg) for message in check_extractors()]

    assert len(found) == len(faults)
    assert all(text.startswith(start) for text, start in zip(found, faults, strict=True))
