"""The archive: issues as they were frozen, for everybody."""

from typing import Any

import pytest
from django.test import Client

from mail.content.freezing import frozen
from mail.models import Digest
from tests.factories import make_expert, make_user
from tests.mail import issues
from tests.queries import counted_queries
from tests.web.test_feeds import feed

pytestmark = pytest.mark.django_db


def store(content: Any = None, week: str = "", **fields: Any) -> Digest:
    """An issue of this content."""
    said = content or issues.ordinary()
    stored = frozen(said) | ({"week": week} if week else {})
    return Digest.objects.create(
        week=stored["week"], starts_at=said.starts_at, as_of=said.as_of, made_at=said.as_of,
        content=stored, **fields,
    )  # fmt: skip


def text_of(reader: Client, path: str) -> str:
    response = reader.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_issue_is_shown_whole_as_it_was_frozen(reader: Client) -> None:
    content = issues.ordinary()
    store(content)

    page = text_of(reader, "/digests/2026-W47/")

    assert "22 November 2026, 10:00 UTC" in page
    assert "We now ask two reviewers" in page
    links = [one.link for one in (*content.resolved, *content.coming_due)]
    links += [one.link for one in content.corrections]
    links += [one.link for one in content.disputes]
    assert [link for link in links if link not in page] == []
    assert page.count('role="img"') == sum(one.reliability is not None for one in content.movers)
    assert "0.198" in page
    assert "/unsubscribe/" not in page
    assert "/subscriptions/" not in page


def test_busy_issue_is_not_cut(reader: Client) -> None:
    content = issues.busy()
    store(content)

    page = text_of(reader, "/digests/2026-W47/")

    assert all(one.question_link in page for one in content.new_forecasts)
    assert "Resolved (45)" in page


def test_empty_issue_says_so(reader: Client) -> None:
    store(issues.empty())

    assert "Nothing was resolved or recorded this week" in text_of(reader, "/digests/2026-W47/")


def test_words_stay_words(reader: Client) -> None:
    hostile = "<script>alert(1)</script>"
    store(issues.busy(resolved=(issues.resolved(title=hostile, reason=hostile),), note=hostile))

    assert hostile not in text_of(reader, "/digests/2026-W47/")
    assert hostile not in text_of(reader, "/digests/")


def test_held_issue_is_not_public(reader: Client) -> None:
    digest = store()
    Digest.objects.filter(pk=digest.pk).update(held_at=digest.as_of, held_by=make_user())

    assert reader.get("/digests/2026-W47/").status_code == 404
    assert "2026-W47" not in text_of(reader, "/digests/")
    assert feed(reader, "/feeds/digests.atom").entries == []


@pytest.mark.parametrize("week", ["2026-W48", "nonsense", "2026-W47%00"])
def test_issue_that_is_not_there_is_no_page(reader: Client, week: str) -> None:
    store()

    assert reader.get(f"/digests/{week}/").status_code == 404


def test_list_takes_as_many_queries_for_many_as_for_one(reader: Client) -> None:
    def measured() -> int:
        with counted_queries() as queries:
            page = text_of(reader, "/digests/")
        assert "<bdi>" in page
        return len(queries)

    store()
    few = measured()
    for number in (44, 45, 46):
        store(week=f"2026-W{number}")

    assert measured() == few == 2


def test_issue_takes_a_fixed_number_of_queries(reader: Client) -> None:
    store(issues.busy())

    with counted_queries() as queries:
        text_of(reader, "/digests/2026-W47/")

    assert len(queries) == 3


def test_list_is_paged_and_empty_lists_say_so(reader: Client) -> None:
    empty = text_of(reader, "/digests/")
    for number in range(10, 31):
        store(issues.empty(), week=f"2026-W{number}")

    first = text_of(reader, "/digests/")

    assert "No issue has been made yet." in empty
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in text_of(reader, "/digests/?page=2")


def test_feed_of_issues_names_each_by_its_news(reader: Client) -> None:
    store()

    found = feed(reader, "/feeds/digests.atom")

    entry = found.entries[0]
    assert entry.id == "tag:hindcast.test,2026-11-22:digest/2026-W47"
    assert entry.title.startswith("2026-W47: ")
    assert entry.link == "https://hindcast.test/digests/2026-W47/"
    assert found.feed.updated == "2026-11-22T10:00:00Z"


def test_issues_have_no_feed_of_one_expert_or_topic(reader: Client) -> None:
    make_expert(slug="ada")

    assert reader.get("/experts/ada/feeds/digests.atom").status_code == 404
