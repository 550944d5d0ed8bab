"""The queue: what is due, in which order, with which counts, and how it is searched."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from desk.queues import Tab, parts_of, queue_counts, review_queue, waiting_for
from forecasts.models import Question, Role, Topic, User
from forecasts.services.assignments import assign_reviewers
from forecasts.services.questions import amend_question
from forecasts.services.snoozes import snooze_questions
from forecasts.services.verdicts import give_verdict
from tests.desk.conftest import sign_in
from tests.factories import (
    AFTER,
    DEADLINE,
    START,
    make_forecast,
    make_question,
    make_user,
    resolve,
)

pytestmark = pytest.mark.django_db
QUEUE = "/admin/desk/duequestion/"
DAY = timedelta(days=1)


def answer(question: Question, user: User | None = None, says: str = "yes") -> None:
    give_verdict(
        question=question,
        reviewer=user or make_user(Role.REVIEWER),
        answer=says,
        known_at=DEADLINE,
        links=["https://example.org/"],
        as_of=AFTER,
    )


def shown(client: Client, url: str) -> list[str]:
    """The titles in the queue, in their order."""
    return [row.title for row in client.get(url).context["cl"].result_list]


def test_only_due_questions_are_queued_and_the_most_overdue_comes_first(reviewer: User) -> None:
    make_question(title="late", deadline=DEADLINE)
    make_question(title="later", deadline=DEADLINE - DAY)
    make_question(title="not yet", deadline=AFTER + DAY)
    resolve(make_question(title="done"))
    parent = make_question(title="parent", deadline=AFTER + DAY)
    make_question(title="waits", depends_on=parent, depends_on_answer="yes")

    assert shown(sign_in(reviewer), QUEUE) == ["later", "late"]


def test_a_row_says_how_the_question_stands(reviewer: User) -> None:
    topic = Topic.objects.create(slug="war", name="War")
    question = make_question(title="Will it?", required_verdicts=2, topics=[topic])
    answer(question)
    assign_reviewers(as_of=AFTER)

    page = sign_in(reviewer).get(QUEUE).content.decode()

    assert '<td class="field-days">1 day ago</td>' in page
    assert '<td class="field-deadline_utc">end of 30 January 2026 (UTC)</td>' in page
    assert '<td class="field-standing">your verdict</td>' in page
    assert '<td class="field-given">1 of 2</td>' in page
    assert '<td class="field-assigned">reviewer</td>' in page
    assert '<td class="field-about">War</td>' in page


def test_each_part_of_the_queue_has_its_count(reviewer: User) -> None:
    make_question(title="mine")
    assign_reviewers(as_of=AFTER)
    second = make_question(title="second", required_verdicts=2)
    answer(second)
    impasse = make_question(title="impasse", required_verdicts=2)
    answer(impasse, says="ambiguous")
    client = sign_in(reviewer)

    assert queue_counts(reviewer, as_of=AFTER) == {
        "mine": 1, "unassigned": 2, "second": 1, "overdue": 0,
        "lead": 1, "snoozed": 0, "coming": 0, "all": 3,
    }  # fmt: skip
    assert {tab: shown(client, f"{QUEUE}?show={tab}") for tab in Tab.values} == {
        "mine": ["mine"],
        "unassigned": ["second", "impasse"],
        "second": ["second"],
        "overdue": [],
        "lead": ["impasse"],
        "snoozed": [],
        "coming": [],
        "all": ["mine", "second", "impasse"],
    }


def test_what_waits_for_somebody_is_their_part_of_the_queue(reviewer: User) -> None:
    mine, rests = make_question(), make_question()
    assign_reviewers(as_of=AFTER)
    make_question()
    snooze_questions(questions=[rests], kind="week", reason="Wait.", by=reviewer, as_of=AFTER)

    waiting = [row.pk for row in waiting_for(reviewer, as_of=AFTER)]

    assert waiting == parts_of(review_queue(reviewer, as_of=AFTER))[Tab.MINE] == [mine.pk]


def test_differing_verdicts_need_a_lead_and_those_of_earlier_rounds_do_not_count(
    reviewer: User,
) -> None:
    question = make_question(required_verdicts=2)
    answer(question, says="yes")
    answer(question, says="no")

    (row,) = review_queue(reviewer, as_of=AFTER)

    assert (row.n_verdicts, row.has_impasse) == (2, True)


def test_the_queue_opens_on_mine_where_something_is_mine_and_else_on_all(reviewer: User) -> None:
    make_question(title="mine")
    assign_reviewers(as_of=AFTER)
    make_question(title="nobody's")

    assert shown(sign_in(reviewer), QUEUE) == ["mine"]
    assert shown(sign_in(make_user(Role.REVIEWER)), QUEUE) == ["mine", "nobody's"]


def test_an_unknown_part_of_the_queue_is_the_usual_one(reviewer: User) -> None:
    make_question(title="due")

    assert shown(sign_in(reviewer), f"{QUEUE}?show=nonsense") == ["due"]


def test_the_queue_is_searched_by_title(reviewer: User) -> None:
    make_question(title="Will the bridge open?")
    make_question(title="Will it rain?")

    assert shown(sign_in(reviewer), f"{QUEUE}?q=bridge") == ["Will the bridge open?"]


def test_what_somebody_coded_or_answered_waits_for_others(reviewer: User) -> None:
    both = make_user(Role.CODER, Role.REVIEWER)
    make_forecast(by=both, question=make_question(title="coded"))
    answered = make_question(title="answered", required_verdicts=2)
    answer(answered, both)
    answer(make_question(title="impasse"), says="ambiguous")

    page = sign_in(both).get(QUEUE).content.decode()

    for waits_for in ("somebody who did not code it", "a second opinion", "a lead"):
        assert f'<td class="field-standing">{waits_for}</td>' in page


def test_an_empty_queue_says_what_comes_next(reviewer: User) -> None:
    make_question(title="Will spring come?", deadline=AFTER + 30 * DAY)
    client = sign_in(reviewer)

    for url in (QUEUE, "/admin/"):
        page = client.get(url).content.decode()

        assert "Nothing is due." in page
        assert "Will spring come?</a>" in page
        assert "(deadline: end of 2 March 2026 (UTC))" in page


def test_an_empty_queue_with_nothing_ahead_says_so(reviewer: User) -> None:
    assert b"No open question has a deadline ahead." in sign_in(reviewer).get(QUEUE).content


def test_an_empty_part_of_the_queue_leads_to_the_rest(reviewer: User) -> None:
    make_question()

    page = sign_in(reviewer).get(f"{QUEUE}?show=lead").content.decode()

    assert '<a href="?show=all">1 due in all</a>' in page


def test_the_front_page_says_how_many_are_due(reviewer: User) -> None:
    make_question()
    assign_reviewers(as_of=AFTER)
    make_question()

    page = sign_in(reviewer).get("/admin/").content.decode()

    assert "<strong>1</strong> due for you" in page
    assert "<strong>2</strong> in all" in page


def test_the_front_page_of_a_coder_does_not_speak_of_what_is_due(coder: User) -> None:
    make_question(by=coder)

    assert b"Due for review" not in sign_in(coder).get("/admin/").content


def fill_queue(n: int) -> None:
    coder, topic = make_user(Role.CODER), Topic.objects.create(slug=f"t{n}", name=f"Topic {n}")
    for number in range(n):
        question = make_question(by=coder, topics=[topic], required_verdicts=2)
        if number % 2:
            answer(question)
    assign_reviewers(as_of=AFTER)


@pytest.mark.parametrize("url", ["/admin/", f"{QUEUE}?show=all"])
def test_the_number_of_queries_does_not_grow_with_the_queue(reviewer: User, url: str) -> None:
    client, counts = sign_in(reviewer), []

    for n in (3, 27):
        fill_queue(n)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


def test_overdue_is_what_has_waited_for_two_weeks_and_nothing_else(reviewer: User) -> None:
    make_question(title="late", deadline=AFTER - 14 * DAY, as_of=START)
    make_question(title="recorded late", deadline=AFTER - 15 * DAY, as_of=AFTER - 10 * DAY)
    client = sign_in(reviewer)

    pages = [client.get(f"{QUEUE}?show={tab}").content.decode() for tab in ("all", "overdue")]

    assert [page.count("14 days ago, overdue") for page in pages] == [1, 1]
    assert [page.count("15 days ago</td>") for page in pages] == [1, 0]
    explanation = "Overdue: an answer has been wanted for 14 days or longer."
    assert [explanation in page for page in pages] == [False, True]


def test_deadline_at_midnight_belongs_to_the_day_it_ends(reviewer: User) -> None:
    make_question(deadline=START + DAY)

    assert b"end of 1 January 2026 (UTC)" in sign_in(reviewer).get(QUEUE).content


def test_an_amendment_of_the_criteria_begins_a_new_round(reviewer: User) -> None:
    question = make_question(required_verdicts=2)
    give_verdict(question=question, reviewer=reviewer, answer="annulled", as_of=AFTER)
    (before,) = review_queue(reviewer, as_of=AFTER)
    amend_question(
        question=question, changes={"resolution_criteria": "It happens twice."},
        reason="Once is too little.", by=make_user(Role.LEAD), as_of=AFTER,
    )  # fmt: skip

    (after,) = review_queue(reviewer, as_of=AFTER)

    assert (before.n_verdicts, before.is_answered) == (1, True)
    assert (after.n_verdicts, after.is_answered) == (0, False)
