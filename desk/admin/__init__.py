"""The admin pages of every table."""

from desk.admin import (
    api_keys,
    disputes,
    due_questions,
    experts,
    forecasts,
    history,
    mails,
    questions,
    users,
)

__all__ = [
    "api_keys",
    "disputes",
    "due_questions",
    "experts",
    "forecasts",
    "history",
    "mails",
    "questions",
    "users",
]
