"""From an article to recorded forecasts at the reading desk."""

import pytest
from django.urls import reverse

from forecasts.models import Article, Coding, Forecast, Proposal, User
from tests.desk.conftest import sign_in

pytestmark = pytest.mark.django_db
TEXT = """Mara Lind said the harbor will not reopen before June 2027.

"It is inconceivable that the city would sell the docks," Lind told reporters.

Jon Reva: The ferry line is likely to close next year.
"""
ARTICLE = {
    "text": TEXT,
    "outlet": "The Harbor Post",
    "title": "What becomes of the harbor",
    "published_at": "2026-01-05T12:00",
    "date_basis": "printed",
    "synthetic": "on",
}


@pytest.fixture
def client(coder: User):
    return sign_in(coder)


def test_smoke(client):
    response = client.post(reverse("admin:forecasts_article_add"), ARTICLE)
    assert response.status_code == 302, response.context["form"].errors
    article = Article.objects.get()
    print(list(Proposal.objects.values()))
    page = client.get(response.url)
    print(page.content.decode()[:200])
    first = Proposal.objects.order_by("start").first()
    r = client.post(
        reverse("admin:forecasts_article_decide", args=[article.pk, first.pk]),
        {"decision": "accept", "seen": ""},
    )
    print(r.url)
    page = client.get(r.url)
    r = client.get(reverse("admin:forecasts_article_record", args=[article.pk, first.pk]))
    form = r.context["form"]
    print(form.initial)
    seen = r.context["seen"]
    data = {
        "seen": seen,
        "who": "new",
        "new_expert": "Mara Lind",
        "about": "new",
        "title": "Will the harbor reopen before June 2027?",
        "resolution_criteria": "Says the port authority.",
        "deadline_date": "2027-06-01",
        "quote": form.initial["quote"],
        "phrase": form.initial["phrase"],
        "claims_yes": "False",
        "stated_at": "2026-01-05T12:00",
        "low": "0.02",
        "mid": "0.1",
        "high": "0.2",
        "required_verdicts": "2",
    }
    r = client.post(reverse("admin:forecasts_article_record", args=[article.pk, first.pk]), data)
    assert r.status_code == 302, r.context["form"].errors
    print(r.url, Forecast.objects.get().quotation.__dict__, Coding.objects.get())
    second = Proposal.objects.order_by("start")[1]
    r = client.post(
        reverse("admin:forecasts_article_decide", args=[article.pk, second.pk]),
        {"decision": "unscorable", "seen": "", "reason": "no_threshold"},
    )
    print(r.url)
    page = client.get(r.url)
    assert b"not scorable" in page.content
