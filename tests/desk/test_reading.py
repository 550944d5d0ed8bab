"""The reading desk: what coders hand in, decide and record, and what they are told when refused."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasts.models import (
    Article,
    Expert,
    Forecast,
    Proposal,
    ProposalDecision,
    Question,
    UnscorableStatement,
    User,
)
from forecasts.services.proposals import decide_proposal
from tests.desk.conftest import sign_in
from tests.factories import AFTER, START, make_article, make_expert, make_forecast

pytestmark = pytest.mark.django_db
TEXT = """Mara Lind said the harbor will not reopen before June 2027.

“It is inconceivable that the city would sell the docks,” Lind told reporters.

The ferry line is likely to close next year, said Jon Reva.
"""
ADD = reverse("admin:forecasts_article_add")
ARTICLE = {
    "text": TEXT,
    "outlet": "The Harbor Post",
    "title": "What becomes of the harbor",
    "published_at": "2026-01-05T12:00",
    "date_basis": "printed",
}
RECORD = {
    "seen": "",
    "who": "new",
    "new_expert": "Mara Lind",
    "about": "new",
    "title": "Will the harbor reopen before June 2027?",
    "resolution_criteria": "The port authority says so.",
    "deadline_date": "2027-05-31",
    "required_verdicts": "2",
    "quote": "the harbor will not reopen before June 2027",
    "phrase": "will not",
    "claims_yes": "False",
    "stated_at": "2026-01-05T12:00",
}


@pytest.fixture
def client(coder: User) -> Client:
    return sign_in(coder)


@pytest.fixture
def article(coder: User) -> Article:
    return make_article(TEXT, by=coder)


def proposals(article: Article) -> list[Proposal]:
    return list(article.proposals.order_by("start"))


def decide(client: Client, proposal: Proposal, decision: str, **fields: Any) -> Any:
    at = reverse("admin:forecasts_article_decide", args=[proposal.article_id, proposal.pk])
    return client.post(at, {"decision": decision, "seen": "", **fields}, follow=True)


def record(client: Client, proposal: Proposal, **fields: Any) -> Any:
    at = reverse("admin:forecasts_article_record", args=[proposal.article_id, proposal.pk])
    return client.post(at, {**RECORD, **fields})


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_pasted_text_is_read_at_once(client: Client) -> None:
    response = client.post(ADD, ARTICLE, follow=True)

    article = Article.objects.get()
    assert response.redirect_chain[-1][0] == reverse(
        "admin:forecasts_article_change", args=[article.pk]
    )
    assert bytes(article.original) == TEXT.encode()
    assert [one.phrase for one in proposals(article)] == [
        "will not",
        "is inconceivable that",
        "is likely to",
    ]
    assert response.context["states"] == {
        "open": 3, "accepted": 0, "recorded": 0, "unscorable": 0, "rejected": 0,
    }  # fmt: skip
    assert "<mark" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("harbor.txt", TEXT.encode(), "text/plain"),
        ("harbor.HTML", b"<p>The harbor <b>will not</b> reopen.<script>x</script>", "text/html"),
        ("harbor.md", b"# Harbor\n\nIt *will not* reopen.", "text/markdown"),
    ],
)
def test_file_is_read_by_its_kind(
    client: Client, name: str, content: bytes, media_type: str
) -> None:
    client.post(ADD, {**ARTICLE, "text": "", "file": SimpleUploadedFile(name, content)})

    article = Article.objects.get()
    assert (bytes(article.original), article.media_type) == (content, media_type)
    assert article.proposals.exists()
    assert "<" not in article.text


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"text": ""}, "text", "Paste a text or choose a file."),
        ({"text": " \n"}, "text", "Paste a text or choose a file."),
        ({"text": "a\0b"}, "text", "Null characters are not allowed."),
        ({"text": "x " * 150_000}, "text", "The text has 299,999 characters"),
        ({"file": SimpleUploadedFile("a.txt", b"It will.")}, "text", "One of both"),
        ({"text": "", "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, "file", "Only .txt"),
        ({"text": "", "file": SimpleUploadedFile("a.txt", b"")}, "file", "empty"),
        ({"text": "", "file": SimpleUploadedFile("a.txt", b"caf\xe9")}, "text", "not in UTF-8"),
        (
            {"text": "", "file": SimpleUploadedFile("a.txt", b"x" * (10 * 1024 * 1024))},
            "file",
            "larger than 2 MB",
        ),
        ({"title": "T\u202e"}, "title", "U+202E"),
        ({"title": "T" * 5000}, "title", "at most 400"),
        ({"published_at": "9999-01-01T00:00"}, "published_at", "between the years"),
        ({"published_at": "2026-12-01T00:00"}, "published_at", "lies in the future"),
        ({"url": "javascript:alert(1)"}, "url", "Enter a valid URL"),
    ],
)
def test_article_that_cannot_be_kept_is_refused_with_what_was_typed(
    client: Client, fields: dict[str, Any], field: str, message: str
) -> None:
    response = client.post(ADD, {**ARTICLE, **fields})

    assert response.status_code == 200
    assert message in " ".join(response.context["form"].errors[field])
    assert "The Harbor Post" in response.content.decode()
    assert not Article.objects.exists()


def test_body_larger_than_any_article_gets_a_page_that_says_so(client: Client) -> None:
    response = client.post(ADD, {**ARTICLE, "text": "x" * 10_000_000})

    assert response.status_code == 400
    assert "too large" in response.content.decode()


def test_same_text_twice_is_one_article(client: Client) -> None:
    client.post(ADD, ARTICLE)
    response = client.post(ADD, ARTICLE)

    assert "The same text is here already: The Harbor Post: What" in str(
        response.context["form"].errors
    )
    assert Article.objects.count() == 1


def test_one_key_decides_and_leads_to_the_next(client: Client, article: Article) -> None:
    one, two, three = proposals(article)

    response = decide(client, one, "accept")

    assert response.context["current"].pk == two.pk
    assert response.context["undoable"].pk == one.pk
    response = decide(client, two, "unscorable", reason="no_threshold")
    assert response.context["current"].pk == three.pk
    decide(client, three, "reject")
    kinds = ProposalDecision.objects.in_force().order_by("proposal__start")
    assert list(kinds.values_list("kind", flat=True)) == ["accepted", "unscorable", "rejected"]
    statement = UnscorableStatement.objects.get()
    assert (statement.attributed_to, statement.quotation.start) == ("Mara Lind", two.start)


def test_decision_is_taken_back(client: Client, article: Article) -> None:
    one = proposals(article)[0]
    decide(client, one, "reject")
    seen = ProposalDecision.objects.get().pk

    response = decide(client, one, "reopen", seen=seen)

    assert response.context["current"].pk == one.pk
    assert not ProposalDecision.objects.in_force().exists()


def test_known_speaker_is_proposed_by_name(client: Client, article: Article) -> None:
    mara = make_expert(name="Mara Lind")
    one = proposals(article)[0]

    page = client.get(reverse("admin:forecasts_article_record", args=[article.pk, one.pk]))

    form = page.context["form"]
    assert form.initial["who"] == str(mara.pk)
    assert form.initial["deadline"].isoformat() == "2027-06-01T00:00:00+00:00"
    decide(client, one, "unscorable", reason="no_threshold")
    assert UnscorableStatement.objects.get().expert == mara


def test_accepted_are_recorded_one_after_the_other(client: Client, article: Article) -> None:
    one, two, _ = proposals(article)
    for proposal in (one, two):
        decide(client, proposal, "accept")
    seen = one.decisions.get().pk

    response = record(client, one, seen=seen, low="0.02", mid="0.06", high="0.15")

    assert response.url == reverse("admin:forecasts_article_record", args=[article.pk, two.pk])
    forecast = Forecast.objects.get()
    assert (forecast.expert.name, forecast.expert.slug) == ("Mara Lind", "mara-lind")
    assert (forecast.question.slug, forecast.question.required_verdicts) == (
        "will-the-harbor-reopen-before-june-2027", 2,
    )  # fmt: skip
    assert str(forecast.codings.get()) == "0.020000 / 0.060000 / 0.150000"


def test_number_of_the_speaker_is_a_stated_forecast(client: Client, article: Article) -> None:
    other = make_forecast(source=article.source)
    one = proposals(article)[0]

    record(client, one, about=str(other.question.pk), title="", probability="0.05", phrase="")

    forecast = Forecast.objects.latest("pk")
    assert (forecast.basis, forecast.question) == ("stated", other.question)


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"quote": "the harbor will reopen"}, "quote", "does not say this"),
        ({"quote": "q" * 700}, "quote", "at most 600"),
        ({"probability": "1e400"}, "probability", "digits"),
        ({"probability": "NaN"}, "probability", "Enter a number"),
        ({"probability": "1.5"}, "probability", "less than or equal to 1"),
        ({"low": "0.1"}, "mid", "Give low, middle and high"),
        ({"low": ".3", "mid": ".2", "high": ".4"}, "mid", "low <= middle <= high"),
        (
            {"low": "0", "mid": "0", "high": "0", "probability": "0"},
            "probability",
            "needs no reading",
        ),
        ({"phrase": ""}, "phrase", "Words need the phrase"),
        ({"new_expert": ""}, "new_expert", "Needed for what you chose"),
        ({"new_expert": "M" * 5000}, "new_expert", "at most 200"),
        ({"new_expert": "Mara\u202eLind"}, "new_expert", "U+202E"),
        ({"who": "other"}, "other_expert", "Needed for what you chose"),
        ({"who": "999"}, "who", "not one of the available choices"),
        ({"title": ""}, "title", "Needed for what you chose"),
        ({"deadline_date": "9999-12-31"}, "deadline", "between the years"),
        ({"stated_at": "2026-12-01T00:00"}, "stated_at", "lies in the future"),
    ],
)
def test_forecast_that_is_refused_keeps_what_was_typed(
    client: Client, article: Article, fields: dict[str, str], field: str, message: str
) -> None:
    response = record(client, proposals(article)[0], **fields)

    assert response.status_code == 200
    assert message in " ".join(response.context["form"].errors[field])
    assert "The port authority says so." in response.content.decode()
    assert not Forecast.objects.exists()
    assert not Expert.objects.exists()
    assert not Question.objects.exists()


def test_second_coder_on_one_form_is_told_and_loses_nothing(
    client: Client, article: Article, lead: User
) -> None:
    one = proposals(article)[0]
    decide_proposal(
        proposal=one, kind=ProposalDecision.Kind.REJECTED, seen=None, by=lead, as_of=AFTER
    )

    response = record(client, one)

    assert response.status_code == 409
    assert "lead decided this meanwhile: no forecast" in str(response.context["form"].errors)
    assert "The port authority says so." in response.content.decode()
    seen = response.context["seen"]
    assert record(client, one, seen=seen).status_code == 302
    assert "recorded" in said(decide(client, one, "reject", seen=seen))[0]


def test_two_with_the_same_name_have_two_slugs(client: Client, article: Article) -> None:
    make_expert(name="Mara Lind", slug="mara-lind")

    record(client, proposals(article)[0])

    assert Forecast.objects.get().expert.slug == "mara-lind-2"


def test_passage_is_marked_by_hand(client: Client, article: Article) -> None:
    at = reverse("admin:forecasts_article_mark", args=[article.pk])

    refused = client.post(at, {"quote": "the docks will burn"})
    made = client.post(at, {"quote": "the city would sell the docks"}, follow=True)

    assert "word for word" in str(refused.context["passage_form"].errors)
    assert "the docks will burn" in refused.content.decode()
    assert made.context["current"].proposed_by is not None


def test_reviewer_sees_no_article(article: Article, reviewer: User) -> None:
    for name in ("change", "mark"):
        at = reverse(f"admin:forecasts_article_{name}", args=[article.pk])
        assert sign_in(reviewer).get(at).status_code == 403


def test_nothing_of_the_text_is_taken_for_markup(client: Client, coder: User) -> None:
    article = make_article("<script>alert(1)</script> <b>It</b> will rain, said Ada.", by=coder)

    page = client.get(reverse("admin:forecasts_article_change", args=[article.pk])).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("n", [1, 60])
def test_queries_do_not_grow_with_the_proposals(client: Client, coder: User, n: int) -> None:
    article = make_article(
        " ".join(f"It will rain in town {number}, said Ada." for number in range(n)), by=coder
    )
    at = reverse("admin:forecasts_article_change", args=[article.pk])

    with CaptureQueriesContext(connection) as queries:
        client.get(at)

    assert len(queries) <= 15


def test_list_shows_what_is_left_to_decide(client: Client, article: Article) -> None:
    decide(client, proposals(article)[0], "accept")
    make_article("It will rain.", as_of=START)
    at = reverse("admin:forecasts_article_changelist")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(at).content.decode()

    assert "2 of 3" in page
    assert "1 of 1" in page
    assert len(queries) <= 15
    assert "original" not in " ".join(query["sql"] for query in queries)
