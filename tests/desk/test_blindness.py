"""Nobody is swayed: what reviewers, coders and leads must not see, no page of theirs holds."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from forecasts.models import Coding, Evidence, Forecast, Question, Role, User
from forecasts.services.assignments import assign_reviewers
from forecasts.services.codings import record_coding
from forecasts.services.statements import record_unscorable_statement
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_expert,
    make_forecast,
    make_question,
    make_source,
    make_user,
)

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|action|src)="(/admin/[^"#]*)"')
FILTER = re.compile(r'href="(\?[^"#o][^"#]*)"')
VERDICT = {"ZzVerdictNote", "ZzEvidence", "zzcolleague", "ZzFile"}
SECRETS = (
    *("ZzExpert", "ZzAffiliation", "ZzQuote", "ZzPhrase", "ZzOutlet", "ZzArticle", "ZzAddress"),
    *("ZzSourceNote", "ZzCodingNote", "0.1357", "0.2468", "ZzStatement"),
    *("zzcoder", *sorted(VERDICT)),
)


def plant() -> Question:
    """A due question with one verdict of two, and everything that its reviewers must not know."""
    coder = make_user(Role.CODER, username="zzcoder")
    question = make_question(by=coder, title="Will it?", required_verdicts=2)
    expert = make_expert(name="ZzExpert", slug="zzexpert", affiliation="ZzAffiliation")
    source = make_source(
        by=coder, outlet="ZzOutlet", title="ZzArticle", note="ZzSourceNote",
        url="https://example.org/ZzAddress",
    )  # fmt: skip
    same: dict[str, Any] = {"question": question, "expert": expert, "source": source, "by": coder}
    make_forecast("0.1357", quote="ZzQuote", **same)
    inferred = make_forecast(None, quote="ZzQuote 2", phrase="ZzPhrase", **same)
    record_coding(
        forecast=inferred, coder=coder, low=Decimal("0.2468"), mid=Decimal("0.2468"),
        high=Decimal("0.2468"), note="ZzCodingNote", as_of=START,
    )  # fmt: skip
    record_unscorable_statement(
        source=source, quote="ZzStatement", reason="judgment", expert=expert, by=coder,
        as_of=START,
    )  # fmt: skip
    give_verdict(
        question=question, reviewer=make_user(Role.REVIEWER, username="zzcolleague"),
        answer="no", known_at=DEADLINE, links=["https://example.org/ZzEvidence"],
        files=[SimpleUploadedFile("ZzFile.txt", b"ZzFile")], note="ZzVerdictNote", as_of=AFTER,
    )  # fmt: skip
    return question


def crawl(client: Client, *, has_filters: bool = True) -> dict[str, str]:
    """Every page of the desk that can be reached from its front page by following links."""
    return dict(crawled(client, has_filters=has_filters))


def crawled(client: Client, *, has_filters: bool) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    waiting = ["/admin/"]
    while waiting:
        url = waiting.pop()
        if url in seen or "logout" in url or "password" in url:
            continue
        seen.add(url)
        response = client.get(url, follow=True)
        page = b"".join(response).decode()  # a file, too, is read to its end
        yield url, page
        waiting += [link for link in map(unescape, LINK.findall(page)) if "?" not in link]
        # Filters are followed, but not every combination of them.
        if has_filters and "?" not in url:
            waiting += [url + link for link in map(unescape, FILTER.findall(page))]


def found(pages: dict[str, str]) -> set[tuple[str, str]]:
    return {(url, word) for url, page in pages.items() for word in SECRETS if word in page}


def answer(question: Question, reviewer: User, says: str = "no") -> None:
    give_verdict(
        question=question, reviewer=reviewer, answer=says, known_at=DEADLINE,
        links=["https://example.org/mine"], as_of=AFTER,
    )  # fmt: skip


def test_no_page_of_a_reviewer_holds_anything_of_forecasts_codings_sources_or_others_verdicts(
    reviewer: User,
) -> None:
    question = plant()
    assign_reviewers(as_of=AFTER)

    pages = crawl(sign_in(reviewer))

    assert reverse("admin:desk_duequestion_change", args=[question.pk]) in pages
    assert "/admin/desk/duequestion/?show=second" in pages
    assert found(pages) == set()


def test_the_page_that_refuses_a_verdict_holds_nothing_either(reviewer: User) -> None:
    question = plant()
    url = reverse("admin:desk_duequestion_change", args=[question.pk])

    page = sign_in(reviewer).post(url, {"action": "verdict"}).content.decode()

    assert found({url: page}) == set()


def test_a_reviewer_cannot_guess_the_address_of_another_reviewers_file(reviewer: User) -> None:
    plant()
    evidence = Evidence.objects.exclude(file="").get()

    response = sign_in(reviewer).get(reverse("admin:forecasts_evidence_file", args=[evidence.pk]))

    assert response.status_code == 404


def test_searching_the_queue_does_not_find_by_what_is_hidden(reviewer: User) -> None:
    plant()
    client = sign_in(reviewer)

    for word in SECRETS:
        page = client.get(f"/admin/desk/duequestion/?show=all&q={word}")

        assert page.context["cl"].result_count == 0


@pytest.mark.parametrize(
    "lookup", ["forecasts__quote__contains=Zz", "verdicts__answer=no", "forecasts__probability=1"]
)
def test_the_queue_cannot_be_filtered_by_what_is_hidden(reviewer: User, lookup: str) -> None:
    plant()

    response = sign_in(reviewer).get(f"/admin/desk/duequestion/?show=all&{lookup}")

    assert response.status_code in {302, 400}


def test_leads_do_not_see_verdicts_they_could_still_be_swayed_by(lead: User) -> None:
    question = plant()

    client = sign_in(lead)
    pages = crawl(client, has_filters=False)
    answer(question, make_user(Role.REVIEWER), says="yes")
    after = client.get("/admin/forecasts/verdict/").content.decode()

    assert {word for _, word in found(pages)} & VERDICT == set()
    assert "zzcolleague" in after


def test_at_an_impasse_only_leads_see_the_verdicts(lead: User, reviewer: User) -> None:
    question = plant()
    answer(question, reviewer, says="yes")
    url = reverse("admin:desk_duequestion_change", args=[question.pk])

    assert found({"reviewer": sign_in(reviewer).get(url).content.decode()}) == set()
    assert {word for _, word in found({"": sign_in(lead).get(url).content.decode()})} == VERDICT


def test_coders_do_not_see_other_codings_before_they_have_given_their_own() -> None:
    plant()
    coding = Coding.objects.get()
    coder = make_user(Role.CODER)
    client = sign_in(coder)

    pages = crawl(client, has_filters=False)
    before = {word for _, word in found(pages)} & {"ZzCodingNote", "0.2468"}
    record_coding(
        forecast=coding.forecast, coder=coder, low=Decimal("0.1"), mid=Decimal("0.2"),
        high=Decimal("0.3"), as_of=AFTER,
    )  # fmt: skip
    url = reverse("admin:forecasts_forecast_change", args=[coding.forecast_id])
    after = client.get(url).content.decode()

    assert reverse("admin:forecasts_forecast_code", args=[coding.forecast_id]) in pages
    assert before == set()
    assert "ZzCodingNote" in after
    assert "0.2468" in after


def test_coders_do_not_see_what_other_experts_said_on_a_question_that_they_have_still_to_read(
    coder: User,
) -> None:
    plant()
    stated = Forecast.objects.get(basis="stated")
    url = reverse("admin:forecasts_forecast_change", args=[stated.pk])
    client = sign_in(coder)

    pages = crawl(client, has_filters=False)
    corrected = client.get(reverse("admin:forecasts_forecast_correct", args=[stated.pk]))
    record_coding(
        forecast=Forecast.objects.get(basis="inferred"), coder=coder, low=Decimal("0.1"),
        mid=Decimal("0.2"), high=Decimal("0.3"), as_of=AFTER,
    )  # fmt: skip
    after = client.get(url).content.decode()

    assert url in pages
    assert {word for _, word in found(pages)} & {"0.1357"} == set()
    assert corrected.status_code == 302
    assert "0.1357" in after


def test_coders_do_not_see_verdicts_or_how_a_question_was_resolved() -> None:
    question = plant()
    answer(question, make_user(Role.REVIEWER))

    pages = crawl(sign_in(make_user(Role.CODER)), has_filters=False)

    assert {word for _, word in found(pages)} & VERDICT == set()
    assert "Resolved: no" not in "".join(pages.values())
    assert '<td class="field-state">resolved</td>' in pages["/admin/forecasts/question/"]
