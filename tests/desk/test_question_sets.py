"""Several questions with one form: a claim at many deadlines, and what hangs on a condition."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from forecasts.models import Question, QuestionFamily, Role, Topic, User
from tests.desk.conftest import sign_in
from tests.factories import make_question, make_user
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
FAMILY_PAGE = "/admin/forecasts/question/family/"
CONDITION_PAGE = "/admin/forecasts/question/conditional/"
FAMILY = {
    "claim": "Will the bridge be open by {deadline}?",
    "slug": "bridge",
    "criteria": "According to the port office, by {deadline}.",
    "deadlines": "2026-12-31\n\n1 March 2027\n2026-06-30 18:00\n",
    "family_title": "The bridge",
    "required_verdicts": "2",
}
CONDITION = {
    "parent_title": "Will the bridge open by 31 December 2026?",
    "parent_slug": "bridge-opens",
    "parent_criteria": "According to the port office.",
    "parent_deadline_date": "2026-12-31",
    "yes_title": "If the bridge opens, will tolls be charged?",
    "no_title": "If the bridge does not open, will the ferry sail?",
    "slug": "bridge-then",
    "criteria": "According to the port office.",
    "deadline_date": "2027-12-31",
    "required_verdicts": "1",
}


@pytest.fixture
def client(coder: User) -> Client:
    return sign_in(coder)


def record(client: Client, page: str, fields: dict[str, Any]) -> Any:
    """Look at it first, as the page asks for it."""
    planned = client.post(page, fields).context["fingerprint"]
    return client.post(page, {**fields, "planned": planned, "_record": "1"})


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


def rows() -> list[tuple[str, str, str]]:
    fields = ("slug", "title", "resolution_criteria")
    return list(Question.objects.order_by("deadline").values_list(*fields))


class TestFamilies:
    """One claim at several deadlines."""

    def test_preview_shows_what_will_be_made_and_makes_nothing(self, client: Client) -> None:
        response = client.post(FAMILY_PAGE, FAMILY)

        planned = response.context["planned"]
        assert [row.question.deadline for row in planned] == [
            datetime(2026, 6, 30, 18, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
            datetime(2027, 3, 2, tzinfo=UTC),
        ]
        page = response.content.decode()
        assert "Will the bridge be open by 18:00 UTC on 30 June 2026?" in page
        assert "Record 3 questions" in page
        assert "1 thing to look at again." in page  # no topic
        assert not Question.objects.exists()
        assert not QuestionFamily.objects.exists()

    def test_all_of_a_family_is_recorded_at_once(self, client: Client, coder: User) -> None:
        topic = Topic.objects.create(slug="traffic", name="Traffic")

        response = record(client, FAMILY_PAGE, FAMILY | {"topics": topic.pk})

        assert response.status_code == 302
        assert rows() == [
            (
                "bridge-2026-06-30-1800",
                "Will the bridge be open by 18:00 UTC on 30 June 2026?",
                "According to the port office, by 18:00 UTC on 30 June 2026.",
            ),
            (
                "bridge-2026-12-31",
                "Will the bridge be open by 31 December 2026?",
                "According to the port office, by 31 December 2026.",
            ),
            (
                "bridge-2027-03-01",
                "Will the bridge be open by 1 March 2027?",
                "According to the port office, by 1 March 2027.",
            ),
        ]
        family = QuestionFamily.objects.get()
        assert (family.title, family.slug) == ("The bridge", "the-bridge")
        for question in Question.objects.all():
            assert question.family == family
            assert list(question.topics.all()) == [topic]
            assert (question.required_verdicts, question.recorded_by) == (2, coder)

    def test_a_family_that_there_is_gets_more_deadlines(self, client: Client) -> None:
        family = QuestionFamily.objects.create(slug="the-bridge", title="The bridge")

        record(client, FAMILY_PAGE, FAMILY | {"family": family.pk, "family_title": ""})

        assert [question.family for question in Question.objects.all()] == [family] * 3

    def test_the_same_form_twice_is_refused_and_says_so(self, client: Client) -> None:
        planned = client.post(FAMILY_PAGE, FAMILY).context["fingerprint"]
        fields = FAMILY | {"planned": planned, "_record": "1"}
        client.post(FAMILY_PAGE, fields)

        again = client.post(FAMILY_PAGE, fields)

        [message] = errors(again)["family_slug"]
        assert message.endswith("If you have just sent this form, its questions are recorded.")
        assert (Question.objects.count(), QuestionFamily.objects.count()) == (3, 1)

    def test_nothing_is_recorded_where_one_of_them_is_there_already(self, client: Client) -> None:
        make_question(slug="bridge-2026-12-31")

        response = client.post(FAMILY_PAGE, FAMILY)

        assert errors(response)["__all__"] == [
            (
                "“Will the bridge be open by 31 December 2026?”: "
                "There is a question of this name already; a slug names one for ever."
            )
        ]
        assert response.context["planned"] == []
        assert Question.objects.count() == 1
        assert not QuestionFamily.objects.exists()

    def test_what_was_changed_after_the_look_is_looked_at_again(self, client: Client) -> None:
        planned = client.post(FAMILY_PAGE, FAMILY).context["fingerprint"]
        changed = FAMILY | {"deadlines": "2028-12-31", "planned": planned, "_record": "1"}

        response = client.post(FAMILY_PAGE, changed)

        assert "has changed since you looked at it" in response.content.decode()
        assert [row.question.slug for row in response.context["planned"]] == ["bridge-2028-12-31"]
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field", "says"),
        [
            ({"claim": "Will it open?"}, "claim", "Write {deadline} where the date belongs"),
            ({"deadlines": "2026-12-31\nsoon"}, "deadlines", "Line 2: “soon” is no day."),
            ({"deadlines": "2026-12-31 25:00"}, "deadlines", "Line 1: “2026-12-31 25:00” is no"),
            ({"deadlines": "2026-12"}, "deadlines", "Line 1: “2026-12” is no day."),
            ({"deadlines": "9999-12-31"}, "deadlines", "Line 1: “9999-12-31” is no day."),
            ({"deadlines": "2026-12-31\n31 December 2026"}, "deadlines", "is there twice."),
            ({"deadlines": "x" * 3000}, "deadlines", "at most 2000 characters"),
            ({"deadlines": "\n".join(f"{y}-01-01" for y in range(2030, 2071))}, "deadlines", "At"),
            ({"family_title": ""}, "family_title", "Choose a family, or give a new one a title."),
            ({"family_title": "\u6a4b"}, "family_slug", "This field cannot be blank."),
            ({"claim": "{deadline} \u202e?"}, "__all__", "cannot be stored in a text"),
            ({"claim": "{deadline} \0?"}, "claim", "Null characters are not allowed."),
            ({"opens_at": "2026-12-31T23:59"}, "__all__", "30 June 2026"),
        ],
    )
    def test_bad_input_is_named_and_nothing_is_lost(
        self, client: Client, fields: dict[str, str], field: str, says: str
    ) -> None:
        response = client.post(FAMILY_PAGE, FAMILY | fields)

        assert response.status_code == 200
        assert any(says in message for message in errors(response)[field])
        assert "According to the port office, by {deadline}." in response.content.decode()
        assert not QuestionFamily.objects.exists()

    def test_braces_stand_for_nothing_but_the_deadline(self, client: Client) -> None:
        claim = "Will {0} {deadline.__class__} come by {deadline}?"

        response = client.post(FAMILY_PAGE, FAMILY | {"claim": claim, "deadlines": "2026-12-31"})

        [row] = response.context["planned"]
        assert row.question.title == ("Will {0} {deadline.__class__} come by 31 December 2026?")

    def test_forty_deadlines_are_looked_at_with_as_many_queries_as_one(
        self, client: Client
    ) -> None:
        def queries(n: int) -> int:
            deadlines = "\n".join(f"{2030 + year}-12-31" for year in range(n))
            with counted_queries() as made:
                client.post(FAMILY_PAGE, FAMILY | {"deadlines": deadlines})
            return len(made)

        assert queries(40) == queries(1)


class TestConditions:
    """What is asked only if another question is answered."""

    def test_a_new_condition_is_recorded_with_what_hangs_on_it(self, client: Client) -> None:
        response = record(client, CONDITION_PAGE, CONDITION)

        assert response.status_code == 302
        parent = Question.objects.get(slug="bridge-opens")
        assert list(
            Question.objects.exclude(pk=parent.pk)
            .order_by("slug")
            .values_list("slug", "title", "depends_on", "depends_on_answer")
        ) == [
            ("bridge-then-if-no", CONDITION["no_title"], parent.pk, "no"),
            ("bridge-then-if-yes", CONDITION["yes_title"], parent.pk, "yes"),
        ]

    def test_one_question_hangs_on_a_recorded_one(self, client: Client) -> None:
        parent = make_question()
        fields = {name: "" for name in CONDITION if name.startswith("parent_")}

        record(client, CONDITION_PAGE, CONDITION | fields | {"parent": parent.pk, "no_title": ""})

        child = Question.objects.exclude(pk=parent.pk).get()
        assert (child.slug, child.depends_on) == ("bridge-then-if-yes", parent)

    def test_preview_says_which_answer_each_needs(self, client: Client) -> None:
        page = client.post(CONDITION_PAGE, CONDITION).content.decode()

        assert "What will be recorded: 3 questions" in page
        assert "asked if the condition is resolved yes" in page
        assert "asked if the condition is resolved no" in page
        assert not Question.objects.exists()

    @pytest.mark.parametrize(
        ("fields", "field", "says"),
        [
            ({"parent_slug": ""}, "parent_slug", "A new condition needs this"),
            ({"parent": "99999"}, "parent", "Select a valid choice."),
            ({"parent": "9" * 30}, "parent", "Select a valid choice."),
            ({"yes_title": "", "no_title": ""}, "yes_title", "Ask something if yes, or if no."),
            ({"parent_slug": "bridge-then-if-no"}, "__all__", "There is a question of this name"),
            ({"yes_title": "Will \u202eit?"}, "__all__", "cannot be stored in a text"),
            ({"parent_title": "Will \u202eit?"}, "parent_title", "cannot be stored in a text"),
        ],
    )
    def test_bad_input_is_named_and_nothing_is_recorded(
        self, client: Client, fields: dict[str, str], field: str, says: str
    ) -> None:
        response = client.post(CONDITION_PAGE, CONDITION | fields)

        assert response.status_code in {200, 400}
        if response.status_code == 200:
            assert any(says in message for message in errors(response)[field])
        assert not Question.objects.exists()

    def test_the_same_form_twice_is_refused_at_the_address_of_the_condition(
        self, client: Client
    ) -> None:
        planned = client.post(CONDITION_PAGE, CONDITION).context["fingerprint"]
        fields = CONDITION | {"planned": planned, "_record": "1"}
        client.post(CONDITION_PAGE, fields)

        again = client.post(CONDITION_PAGE, fields)

        assert "There is a question of this name already" in errors(again)["parent_slug"][0]
        assert Question.objects.count() == 3

    def test_synthetic_and_real_do_not_mix(self, client: Client) -> None:
        parent = make_question(synthetic=True)
        fields = {name: "" for name in CONDITION if name.startswith("parent_")}

        response = client.post(CONDITION_PAGE, CONDITION | fields | {"parent": parent.pk})

        assert "cannot be mixed" in errors(response)["__all__"][0]


@pytest.mark.parametrize("page", [FAMILY_PAGE, CONDITION_PAGE])
class TestWho:
    """Who may record several questions."""

    def test_reviewers_may_not(self, roles: None, page: str) -> None:
        client = sign_in(make_user(Role.REVIEWER))

        assert client.get(page).status_code == 403

    def test_an_administrator_is_no_coder(self, administrator: User, page: str) -> None:
        fields = FAMILY if page == FAMILY_PAGE else CONDITION

        response = sign_in(administrator).post(page, fields)

        assert "Only a coder or lead may do this" in errors(response)["__all__"][0]

    def test_list_of_questions_leads_there(self, client: Client, page: str) -> None:
        assert page in client.get("/admin/forecasts/question/").content.decode()
        assert client.get(page).status_code == 200
