"""The admin pages of every table."""

from desk.admin import (
    due_questions,
    experts,
    forecasts,
    history,
    mails,
    questions,
    users,
)

__all__ = [
    "due_questions",
    "experts",
    "forecasts",
    "history",
    "mails",
    "questions",
    "users",
]
