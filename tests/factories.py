"""Rows to test with, made by the services that make them in earnest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from forecasts.models import Article, Expert, Forecast, Question, Resolution, Role, Source, User
from forecasts.services.articles import read_article, record_article
from forecasts.services.evidence_copies import Page, claim_copy, keep_page, queue_copies
from forecasts.services.experts import record_source
from forecasts.services.forecasts import record_forecast
from forecasts.services.questions import record_question
from forecasts.services.verdicts import give_verdict

START = datetime(2026, 1, 1, tzinfo=UTC)
DEADLINE = START + timedelta(days=30)
AFTER = DEADLINE + timedelta(days=1)
LINKS = ("https://example.org/evidence",)
PASSWORD = "correct horse battery staple"

_numbers = count(1)


def make_user(*roles: Role, **fields: Any) -> User:
    """A member of staff in the groups of `roles`."""
    name = fields.pop("username", None) or f"{'-'.join(roles) or 'user'}-{next(_numbers)}"
    user = User.objects.create_user(
        **{"username": name, "email": f"{name}@example.org", "is_staff": True, **fields},
        password=PASSWORD,
    )
    if roles:
        user.groups.add(*(Group.objects.get_or_create(name=role)[0] for role in roles))
    return user


def make_expert(**fields: Any) -> Expert:
    """An expert."""
    number = next(_numbers)
    return Expert.objects.create(
        **{"slug": f"expert-{number}", "name": f"Expert {number}", **fields}
    )


def make_source(*, by: User | None = None, as_of: datetime = START, **fields: Any) -> Source:
    """A source with a printed date."""
    defaults = {
        "outlet": "The Paper",
        "title": f"Article {next(_numbers)}",
        "published_at": as_of,
        "date_basis": Source.DateBasis.PRINTED,
    }
    return record_source(
        source=Source(**{**defaults, **fields}), by=by or make_user(Role.CODER), as_of=as_of
    )


def make_article(
    text: str, *, by: User | None = None, as_of: datetime = START, **fields: Any
) -> Article:
    """An article that our rules have read; `fields` are those of its source."""
    coder = by or make_user(Role.CODER)
    defaults = {
        "outlet": "The Paper",
        "title": f"Article {next(_numbers)}",
        "published_at": as_of,
        "date_basis": Source.DateBasis.PRINTED,
    }
    article = record_article(
        source=Source(**{**defaults, **fields}),
        original=text.encode(),
        media_type=Article.MediaType.PLAIN,
        by=coder,
        as_of=as_of,
    )
    read_article(article=article, as_of=as_of)
    return article


def make_question(*, by: User | None = None, as_of: datetime = START, **fields: Any) -> Question:
    """A question with the deadline DEADLINE that one verdict resolves."""
    number = next(_numbers)
    topics = fields.pop("topics", ())
    defaults = {
        "slug": f"question-{number}",
        "title": f"Will {number} happen?",
        "resolution_criteria": "It happens.",
        "deadline": DEADLINE,
    }
    return record_question(
        question=Question(**{**defaults, **fields}),
        topics=topics,
        by=by or make_user(Role.CODER),
        as_of=as_of,
    )


def make_forecast(
    probability: str | None = "0.7",
    *,
    by: User | None = None,
    as_of: datetime = START,
    **fields: Any,
) -> Forecast:
    """A forecast stated as a number; in words where `probability` is None."""
    coder = by or make_user(Role.CODER)
    number = None if probability is None else Decimal(probability)
    basis = Forecast.Basis.INFERRED if number is None else Forecast.Basis.STATED
    defaults: dict[str, Any] = {"stated_at": as_of, "basis": basis, "phrase": "will"}
    made: dict[str, Callable[[], Any]] = {
        "expert": make_expert,
        "question": lambda: make_question(by=coder, as_of=as_of),
        "source": lambda: make_source(by=coder, as_of=as_of),
        "quote": lambda: f"it will happen ({next(_numbers)})",
    }
    for name, make in made.items():
        if name not in fields:
            fields[name] = make()
    return record_forecast(
        forecast=Forecast(**{**defaults, "probability": number, **fields}), by=coder, as_of=as_of
    )


def resolve(
    question: Question,
    answer: str = "yes",
    *,
    as_of: datetime = AFTER,
    known_at: datetime | None = None,
) -> Resolution:
    """Give as many agreeing verdicts as the question asks for."""
    for _ in range(question.required_verdicts):
        give_verdict(
            question=question,
            reviewer=make_user(Role.REVIEWER),
            answer=answer,
            known_at=known_at or min(as_of, question.deadline),
            links=LINKS,
            as_of=as_of,
        )
    return Resolution.objects.in_force().get(question=question)


def make_kept_copies(
    body: bytes = b"<p>It happened.", *, as_of: datetime = AFTER, **facts: Any
) -> None:
    """Keep a copy of every linked page that waits for one, with these bytes and facts."""
    defaults = {"final_url": "https://page.dev/", "status": 200, "media_type": "text/html"}
    queue_copies(as_of=as_of)
    while copy := claim_copy(as_of=as_of):
        page = Page(body=body, **{**defaults, **facts})
        keep_page(copy=copy, page=page, as_of=as_of)
