"""The coder's queue, the page on which words are read, and what leads settle."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from forecasts.models import AdoptedRange, Coding, Forecast, Lexicon, LexiconPhrase, Role, User
from forecasts.services.codings import record_coding
from tests.desk.conftest import sign_in
from tests.factories import AFTER, START, make_forecast, make_question, make_user, resolve
from tests.queries import counted_queries

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
APART = (("0.1111", "0.2222", "0.3333"), ("0.7777", "0.8888", "0.9999"))


def code(forecast: Forecast, *numbers: str, **fields: Any) -> Coding:
    low, mid, high = map(Decimal, numbers or ("0.1", "0.2", "0.3"))
    coder = fields.pop("coder", None) or make_user(Role.CODER)
    return record_coding(
        forecast=forecast, coder=coder, low=low, mid=mid, high=high, **{"as_of": START, **fields}
    )


def read_apart(**fields: Any) -> Forecast:
    forecast = make_forecast(None, **fields)
    for numbers, note in zip(APART, ("ZzFirst", "ZzSecond"), strict=True):
        code(forecast, *numbers, note=note)
    return forecast


def page_of(forecast: Forecast, name: str = "code") -> str:
    return reverse(f"admin:forecasts_forecast_{name}", args=[forecast.pk])


def queued(client: Client) -> list[int]:
    return [row.pk for row in client.get("/admin/readings/").context["page"]]


def entry_of(lexicon: str, phrase: str) -> LexiconPhrase:
    return LexiconPhrase.objects.get(lexicon__name=lexicon, phrase=phrase)


class TestQueue:
    """What waits for one's reading."""

    def test_it_holds_what_somebody_else_has_read_once_the_longest_waiting_first(
        self, coder: User
    ) -> None:
        later, own, sooner, done, fresh = (make_forecast(None) for _ in range(5))
        code(later, as_of=START + 3 * DAY)
        code(own, coder=coder)
        code(sooner, as_of=START + DAY)
        for _ in range(2):
            code(done)
        read_apart()
        make_forecast("0.7")

        found = queued(sign_in(coder))

        assert found == [fresh.pk, sooner.pk, later.pk]

    def test_it_says_so_where_nothing_waits(self, coder: User) -> None:
        page = sign_in(coder).get("/admin/readings/").content.decode()

        assert "Nothing waits for your reading" in page

    def test_front_page_says_how_many_wait(self, coder: User, lead: User) -> None:
        for _ in range(2):
            code(make_forecast(None))
        read_apart()

        mine = sign_in(coder).get("/admin/").content.decode()
        both = sign_in(lead).get("/admin/").content.decode()

        assert "<strong>2</strong> wait for your reading" in mine
        assert "lie apart" not in mine
        assert "<strong>2</strong> wait for your reading" in both
        assert "1 lie apart and wait for a lead" in both

    @pytest.mark.parametrize("path", ["/admin/readings/", "/admin/disagreements/", "/admin/"])
    def test_it_costs_the_same_for_3_as_for_30(self, lead: User, path: str) -> None:
        client = sign_in(lead)
        counts = []
        for n in (3, 27):
            for _ in range(n):
                code(make_forecast(None))
                read_apart()
            client.get(path)
            with counted_queries() as queries:
                client.get(path)
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_more_than_fifty_are_on_several_pages(self, coder: User) -> None:
        question = make_question()
        for _ in range(51):
            make_forecast(None, question=question)
        client = sign_in(coder)

        first, second, last = (
            client.get(f"/admin/readings/?page={page}").context["page"] for page in (1, 2, 99)
        )

        assert [len(first), len(second), last.number] == [50, 1, 2]

    def test_somebody_who_reviews_the_question_is_not_asked(self) -> None:
        both = make_user(Role.CODER, Role.REVIEWER)
        code(make_forecast(None))

        assert queued(sign_in(both)) == []


class TestReading:
    """One phrase."""

    def test_page_shows_the_words_the_question_and_what_lexicons_say(self, coder: User) -> None:
        forecast = make_forecast(
            None, phrase="likely", quote="A <b>very</b> hard year is likely", claims_yes=False
        )

        page = sign_in(coder).get(page_of(forecast)).content.decode()

        assert "A &lt;b&gt;very&lt;/b&gt; hard year is <mark>likely</mark>" in page
        assert forecast.question.resolution_criteria in page
        # The ranges are of the no that the words speak for, so they are turned round.
        for numbers in ("0.15 / 0.28 / 0.42", "0.2 / 0.325 / 0.45", "0 / 0.17 / 0.34"):
            assert numbers in page
        assert "cannot be codified" not in page

    def test_wide_phrases_are_flagged(self, coder: User) -> None:
        forecast = make_forecast(None, phrase="it is possible that")

        page = sign_in(coder).get(page_of(forecast)).content.decode()

        assert "wide: cannot be codified" in page

    def test_chosen_phrase_gives_its_numbers_where_none_are_typed(self, coder: User) -> None:
        forecast = make_forecast(None, phrase="likely", claims_yes=False)
        entry = entry_of("icd-203", "likely")

        response = sign_in(coder).post(page_of(forecast), {"entry": entry.pk, "low": ""})

        coding = Coding.objects.get()
        assert response.status_code == 302
        assert (coding.low, coding.mid, coding.high) == tuple(
            map(Decimal, ("0.2", "0.325", "0.45"))
        )
        assert coding.lexicon_phrase == entry

    def test_typed_numbers_count_beside_a_chosen_phrase(self, coder: User) -> None:
        forecast = make_forecast(None, phrase="likely")
        typed = {"low": "0.5", "mid": "0.6", "high": "0.7"}

        sign_in(coder).post(page_of(forecast), {"entry": entry_of("kent", "likely").pk, **typed})

        coding = Coding.objects.get()
        assert (coding.mid, str(coding.lexicon_phrase)) == (Decimal("0.6"), "likely")

    @pytest.mark.parametrize(
        ("typed", "refused"),
        [
            ({}, ["low", "mid", "high"]),
            ({"low": "0.1", "note": "kept"}, ["mid", "high"]),
            ({"low": "0.3", "mid": "0.2", "high": "1e400"}, ["high"]),
            ({"low": "0.3", "mid": "0.2", "high": "0.4"}, ["mid"]),
            ({"entry": "0"}, ["entry", "low", "mid", "high"]),
            ({"entry": "x' or 1"}, ["entry", "low", "mid", "high"]),
            ({"low": "0", "mid": "0", "high": "0", "note": "a\u202eb"}, ["note"]),
            ({"low": "0", "mid": "0", "high": "0", "note": "a\0b"}, ["note"]),
        ],
    )
    def test_what_cannot_be_recorded_is_said_and_kept_in_the_form(
        self, coder: User, typed: dict[str, str], refused: list[str]
    ) -> None:
        forecast = make_forecast(None)

        response = sign_in(coder).post(page_of(forecast), typed)

        assert list(response.context["form"].errors) == refused
        assert not Coding.objects.exists()
        if "note" in typed and "\0" not in typed["note"]:
            assert typed["note"] in response.content.decode()

    def test_phrase_of_a_version_that_was_replaced_meanwhile_is_refused(self, coder: User) -> None:
        forecast = make_forecast(None, phrase="likely")
        entry = entry_of("kent", "likely")
        Lexicon.objects.filter(pk=entry.lexicon_id).supersede(as_of=START)

        response = sign_in(coder).post(page_of(forecast), {"entry": entry.pk, "note": "kept"})

        assert response.status_code == 409
        assert "A later version of this lexicon" in response.content.decode()
        assert "kept</textarea>" in response.content.decode()
        assert not Coding.objects.exists()

    def test_save_and_next_opens_what_follows_and_the_list_after_the_last(
        self, coder: User
    ) -> None:
        first, second = (make_forecast(None) for _ in range(2))
        client = sign_in(coder)
        typed = {"low": "0.1", "mid": "0.2", "high": "0.3", "_next": ""}

        after_second = client.post(page_of(second), typed)
        after_first = client.post(page_of(first), typed)

        assert after_second["Location"] == page_of(first)
        assert after_first["Location"] == "/admin/readings/"

    def test_same_form_twice_is_one_reading(self, coder: User) -> None:
        forecast, client = make_forecast(None), sign_in(coder)
        typed = {"low": "0.1", "mid": "0.2", "high": "0.3"}
        client.post(page_of(forecast), typed)

        again = client.post(page_of(forecast), typed)

        assert "You have already given your reading" in again.content.decode()
        assert Coding.objects.count() == 1

    def test_third_coder_is_told_that_a_lead_is_needed_and_loses_nothing(self, coder: User) -> None:
        forecast = read_apart()
        typed = {"low": "0.1", "mid": "0.2", "high": "0.3", "note": "kept"}

        response = sign_in(coder).post(page_of(forecast), typed)

        assert response.status_code == 409
        assert "the third reading is a lead&#x27;s" in response.content.decode()
        assert "kept</textarea>" in response.content.decode()

    def test_neither_the_other_reading_nor_the_outcome_is_on_the_page(self, coder: User) -> None:
        forecast = make_forecast(None)
        code(forecast, *APART[0], note="ZzNote")
        make_forecast("0.1357", question=forecast.question)
        resolve(forecast.question, "yes")

        page = sign_in(coder).get(page_of(forecast)).content.decode()

        assert [word for word in ("0.1111", "0.2222", "ZzNote", "0.1357") if word in page] == []
        assert "resolved" not in page

    def test_reading_after_the_answer_was_known_is_flagged_once_it_may_be_seen(
        self, coder: User
    ) -> None:
        forecast = make_forecast(None)
        code(forecast)
        resolve(forecast.question)
        client = sign_in(coder)
        flag = "after the answer was known"

        before = client.get(page_of(forecast, "change")).content.decode()
        with time_machine.travel(AFTER + DAY, tick=False):
            client.post(page_of(forecast), {"low": "0.1", "mid": "0.2", "high": "0.3"})
            after = client.get(page_of(forecast, "change")).content.decode()

        assert (before.count(flag), after.count(flag)) == (0, 1)


class TestSettling:
    """Two readings that lie apart."""

    def test_lead_sees_both_side_by_side_with_their_notes(self, lead: User) -> None:
        forecast = read_apart()
        client = sign_in(lead)

        listed = client.get("/admin/disagreements/").content.decode()
        page = client.get(page_of(forecast, "settle")).content.decode()

        assert page_of(forecast, "settle") in listed
        for word in (*APART[0], *APART[1], "ZzFirst", "ZzSecond"):
            assert word in page
        assert "Record the third reading" in page

    def test_third_reading_of_a_lead_adopts_the_median(self, lead: User) -> None:
        forecast = read_apart()
        typed = {"low": "0.4", "mid": "0.5", "high": "0.6"}

        response = sign_in(lead).post(page_of(forecast, "settle"), typed)

        assert response.status_code == 302
        assert AdoptedRange.objects.get().probability == Decimal("0.5")
        assert Coding.objects.filter(is_blind=False).get().coder == lead

    def test_reading_alone_stays_hidden_from_leads(self, lead: User) -> None:
        forecast = make_forecast(None)
        code(forecast, *APART[0], note="ZzFirst")

        page = sign_in(lead).get(page_of(forecast, "settle")).content.decode()

        assert "Nothing is left to settle here" in page
        assert [word for word in (*APART[0], "ZzFirst") if word in page] == []
        assert "Record the third reading" not in page

    def test_lead_who_gave_one_of_the_two_leaves_it_to_another(self, lead: User) -> None:
        forecast = make_forecast(None)
        code(forecast, *APART[0], coder=lead)
        code(forecast, *APART[1])
        client = sign_in(lead)

        page = client.get(page_of(forecast, "settle")).content.decode()
        listed = client.get("/admin/disagreements/").content.decode()
        response = client.post(
            page_of(forecast, "settle"), {"low": "0.4", "mid": "0.5", "high": "0.6"}
        )

        assert "so another lead gives the third" in page
        assert "Record the third reading" not in page
        assert "another lead" in listed
        assert "You have already given your reading" in response.content.decode()
        assert not AdoptedRange.objects.exists()

    def test_what_another_lead_settled_meanwhile_is_said(self, lead: User) -> None:
        forecast = read_apart()
        code(forecast, "0.4", "0.5", "0.6", coder=make_user(Role.LEAD), settles=True)

        response = sign_in(lead).post(
            page_of(forecast, "settle"), {"low": "0.1", "mid": "0.1", "high": "0.1", "note": "kept"}
        )

        assert response.status_code == 409
        assert "a third reading was given meanwhile" in response.content.decode()
        assert "kept</textarea>" in response.content.decode()
        assert Coding.objects.count() == 3

    def test_lead_is_led_from_the_blind_page_to_the_open_one(self, lead: User) -> None:
        forecast = read_apart()

        response = sign_in(lead).get(page_of(forecast))

        assert response["Location"] == page_of(forecast, "settle")

    def test_coders_who_read_it_see_that_it_waits(self) -> None:
        forecast = make_forecast(None)
        ada = make_user(Role.CODER)
        code(forecast, *APART[0], coder=ada)
        code(forecast, *APART[1])

        page = sign_in(ada).get(page_of(forecast, "change")).content.decode()

        assert "nothing is adopted before a lead has given a third" in page
        assert page_of(forecast, "settle") not in page

    def test_nothing_apart_is_said(self, lead: User) -> None:
        page = sign_in(lead).get("/admin/disagreements/").content.decode()

        assert "No readings lie apart" in page


class TestAgreement:
    """How coding goes, for leads."""

    def test_it_names_coders_and_plots_alpha_with_its_interval(self, lead: User) -> None:
        coders = [make_user(Role.CODER, username=name) for name in ("zz-ada", "zz-bea")]
        for place in range(5):
            forecast = make_forecast(None)
            for further, coder in enumerate(coders):
                code(forecast, "0", f"0.{place * 2}{further * 5}", "1", coder=coder)
        code(make_forecast(None, phrase="may"))

        page = sign_in(lead).get("/admin/agreement/").content.decode()

        assert "zz-ada and zz-bea" in page
        assert "“will”" in page
        assert "“may”" not in page
        # Low and high are the same everywhere, so that they have no alpha.
        assert page.count('<svg class="alpha"') == 3
        assert page.count('<rect class="range"') == 3
        assert "every answer is the same" in page

    def test_it_says_so_where_nothing_was_read_twice(self, lead: User) -> None:
        page = sign_in(lead).get("/admin/agreement/?synthetic=true").content.decode()

        assert page.count("No words have been read twice yet") == 2
