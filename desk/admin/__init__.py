"""The admin pages of every table."""

from desk.admin import (
    api_keys,
    articles,
    digests,
    disputes,
    due_questions,
    experts,
    forecasts,
    history,
    mails,
    questions,
    users,
    webhook_messages,
    webhooks,
)

__all__ = [
    "api_keys",
    "articles",
    "digests",
    "disputes",
    "due_questions",
    "experts",
    "forecasts",
    "history",
    "mails",
    "questions",
    "users",
    "webhook_messages",
    "webhooks",
]
