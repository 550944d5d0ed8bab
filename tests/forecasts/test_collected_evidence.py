"""Evidence that belongs to a question, before anybody answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from forecasts.exceptions import EvidenceMissingError, NothingCollectedError, RoleMissingError
from forecasts.models import Evidence, Question, Role, User
from forecasts.selectors.grounds import Grounds, grounds_of
from forecasts.services.evidence import collect_evidence
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, START, make_question, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEWS, REPORT = "https://example.org/news", "https://example.org/report"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def collect(question: Question, *links: str, by: User | None = None, **fields: Any) -> Any:
    defaults: dict[str, Any] = {"as_of": START}
    return collect_evidence(
        question=question,
        by=by or make_user(Role.REVIEWER),
        links=links,
        **{**defaults, **fields},
    )


def answer(question: Question, says: str = "yes", **fields: Any) -> None:
    give_verdict(
        question=question,
        reviewer=make_user(Role.REVIEWER),
        answer=says,
        known_at=DEADLINE,
        as_of=AFTER,
        **fields,
    )


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD])
def test_reviewers_and_leads_collect_links_and_files(role: Role) -> None:
    question, user = make_question(), make_user(role)

    rows = collect(question, NEWS, by=user, files=[SimpleUploadedFile("a.txt", b"abc")])

    assert [(row.url, row.sha256) for row in rows] == [(NEWS, ""), ("", ABC)]
    stored = Evidence.objects.filter(question=question)
    assert {(row.collected_by, row.collected_at) for row in stored} == {(user, START)}


def test_coders_collect_nothing() -> None:
    with pytest.raises(RoleMissingError):
        collect(make_question(), NEWS, by=make_user(Role.CODER))


def test_what_is_there_is_not_stored_again() -> None:
    question = make_question()
    collect(question, NEWS, files=[SimpleUploadedFile("a.txt", b"abc")])

    rows = collect(question, NEWS, REPORT, REPORT, files=[SimpleUploadedFile("b.txt", b"abc")])

    assert [row.url for row in rows] == [REPORT]
    assert question.evidence.count() == 3


def test_nothing_is_not_collected() -> None:
    with pytest.raises(NothingCollectedError):
        collect(make_question())


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://\x00", "x" * 3000])
def test_collected_link_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(ValidationError):
        collect(make_question(), NEWS, link)

    assert not Evidence.objects.exists()


def test_verdict_may_rest_on_what_was_collected() -> None:
    question = make_question()
    with pytest.raises(EvidenceMissingError):
        answer(question)
    collect(question, NEWS)

    answer(question, note="See the news.")

    assert grounds_of(question) == Grounds(links=(NEWS,), notes=("See the news.",))


def test_another_verdicts_evidence_does_not_do_for_ones_own() -> None:
    question = make_question(required_verdicts=2)
    answer(question, links=[NEWS])

    with pytest.raises(EvidenceMissingError):
        answer(question)


def test_lead_may_rest_on_what_was_collected() -> None:
    question = make_question()
    collect(question, NEWS)
    answer(question, "ambiguous")

    settle_question(
        question=question, lead=make_user(Role.LEAD), answer="no", known_at=DEADLINE,
        reason="The news says so.", as_of=AFTER,
    )  # fmt: skip

    assert grounds_of(question).links == (NEWS,)


def test_collected_evidence_is_public_from_the_ruling_that_could_use_it() -> None:
    question = make_question()
    collect(question, NEWS)
    assert grounds_of(question) == Grounds()

    answer(question, links=[REPORT])
    assert grounds_of(question).links == (REPORT, NEWS)
    collect(question, "https://example.org/later", as_of=AFTER + DAY)
    assert grounds_of(question).links == (REPORT, NEWS)
    correct_resolution(
        question=question, lead=make_user(Role.LEAD), answer="no", known_at=DEADLINE,
        reason="Misread", as_of=AFTER + 2 * DAY,
    )  # fmt: skip

    assert grounds_of(question).links == (NEWS, "https://example.org/later")


@pytest.mark.parametrize("missing", ["collected_by", "collected_at", "question"])
def test_collected_evidence_says_who_when_and_for_what(missing: str) -> None:
    fields: dict[str, Any] = {
        "question": make_question(),
        "collected_by": make_user(Role.REVIEWER),
        "collected_at": AFTER,
    }
    del fields[missing]

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(url=NEWS, **fields)
