"""Whose articles somebody may read: who is to give a verdict reads no source before it is in."""

from typing import Any

from django.db.models import QuerySet

from desk.forecast_sight import sources_shown_to
from forecasts.models import Article, User
from forecasts.selectors.articles import articles_listed


def articles_shown_to(user: User) -> QuerySet[Any]:
    """Articles, without their texts, whose sources the user may read; and their own."""
    shown = sources_shown_to(user).values("pk")
    return articles_listed().filter(source__in=shown)


def article_shown_to(user: User, pk: int) -> Article | None:
    """One of them, with its text."""
    whole = Article.objects.select_related("source", "recorded_by").defer("original")
    return whole.filter(source__in=sources_shown_to(user).values("pk"), pk=pk).first()
