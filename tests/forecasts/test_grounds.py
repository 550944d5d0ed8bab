"""What rulings rest on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from forecasts.exceptions import EvidenceMissingError
from forecasts.models import Evidence, Question, Resolution, Role
from forecasts.selectors.grounds import Grounds, grounds_of
from forecasts.services.resolutions import correct_resolution, settle_question
from forecasts.services.verdicts import give_verdict
from tests.factories import AFTER, DEADLINE, make_question, make_user, resolve

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEWS, REPORT = "https://example.org/news", "https://example.org/report"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def answer(question: Question, answer: str, **fields: Any) -> None:
    give_verdict(
        question=question,
        reviewer=make_user(Role.REVIEWER),
        answer=answer,
        known_at=DEADLINE,
        as_of=AFTER,
        **fields,
    )


def correct(question: Question, answer: str, *links: str, as_of: Any = AFTER + DAY) -> Resolution:
    return correct_resolution(
        question=question,
        lead=make_user(Role.LEAD),
        answer=answer,
        known_at=DEADLINE - DAY,
        links=links,
        reason="Misread",
        as_of=as_of,
    )


def settle(question: Question, *links: str) -> Resolution:
    return settle_question(
        question=question,
        lead=make_user(Role.LEAD),
        answer="yes",
        known_at=DEADLINE,
        links=links,
        reason="The report says so.",
        as_of=AFTER,
    )


def test_leads_answer_needs_evidence() -> None:
    stuck, resolved = make_question(), make_question()
    answer(stuck, "ambiguous")
    resolve(resolved, "yes")

    for call in (lambda: settle(stuck), lambda: correct(resolved, "no")):
        with pytest.raises(EvidenceMissingError) as error:
            call()
        assert error.value.field == "links"

    assert Resolution.objects.get().answer == "yes"


def test_leads_own_link_is_kept_with_the_ruling() -> None:
    question = make_question()
    answer(question, "ambiguous", note="Cannot tell")

    ruling = settle(question, REPORT, REPORT)

    assert [str(item) for item in ruling.evidence.all()] == [REPORT]
    assert grounds_of(question) == Grounds(links=(REPORT,))


def test_leads_link_that_is_no_web_address_is_refused() -> None:
    question = make_question()
    answer(question, "ambiguous")

    with pytest.raises(ValidationError):
        settle(question, "javascript:alert(1)")

    assert not Resolution.objects.exists()


def test_lead_may_rest_on_a_verdict_with_the_same_answer() -> None:
    question = make_question(required_verdicts=2)
    answer(question, "no", links=[NEWS], note="Not at all")
    answer(question, "yes", links=[REPORT], note="See page 2")

    settle(question)

    assert grounds_of(question) == Grounds(links=(REPORT,), notes=("See page 2",))


def test_grounds_are_links_files_and_notes_once_each() -> None:
    question = make_question(required_verdicts=2)
    file = SimpleUploadedFile("minutes.txt", b"abc")
    answer(question, "yes", links=[NEWS, REPORT], note="Seen")
    assert grounds_of(question) == Grounds()

    answer(question, "yes", links=[NEWS], files=[file], note="Seen")

    assert grounds_of(question) == Grounds((NEWS, REPORT), (ABC,), ("Seen",))


def test_grounds_follow_the_ruling() -> None:
    question = make_question()
    answer(question, "yes", links=[NEWS], note="Seen")

    correct(question, "no", REPORT)
    assert grounds_of(question) == Grounds(links=(REPORT,))
    correct(question, "reopened")

    assert grounds_of(question) == Grounds()


def test_condition_hides_the_grounds_and_brings_them_back() -> None:
    parent = make_question()
    child = make_question(depends_on=parent, depends_on_answer="yes")
    resolve(parent)
    answer(child, "yes", links=[NEWS], note="Seen")

    correct(parent, "no", REPORT)
    assert grounds_of(child) == Grounds()
    correct(parent, "yes", REPORT)

    assert grounds_of(child) == Grounds(links=(NEWS,), notes=("Seen",))


def test_grounds_are_read_from_prefetched_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    resolve(make_question())
    rows = Question.objects.prefetch_related(
        "resolutions__evidence", "verdicts__evidence", "evidence"
    )
    question = rows.get()

    with django_assert_num_queries(0):
        assert grounds_of(question).links == ("https://example.org/evidence",)


@pytest.mark.parametrize("of", ["both", "neither"])
def test_evidence_belongs_to_a_verdict_or_a_ruling(of: str) -> None:
    ruling = resolve(make_question())
    verdict = ruling.question.verdicts.get()
    links: dict[str, Any] = {"verdict": verdict, "resolution": ruling} if of == "both" else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(url=NEWS, **links)
