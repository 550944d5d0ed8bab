"""The admin pages of every table."""

from desk.admin import (
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
