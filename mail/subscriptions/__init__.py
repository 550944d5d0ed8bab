"""Subscribing without an account: opt-in, choices, leaving, and what is kept."""

from mail.subscriptions.choices import Choices, change_choices, choices_of, summary_of
from mail.subscriptions.departures import resubscribe, unsubscribe
from mail.subscriptions.opt_ins import confirm, confirm_by_code, subscribe
from mail.subscriptions.personal_data import erase, erase_forgotten, export_of
from mail.subscriptions.schedules import next_digest_at
from mail.subscriptions.selections import selection_for
from mail.subscriptions.tokens import (
    BadTokenError,
    LinkOverError,
    confirmation_token,
    preferences_token,
    unsubscribe_token,
)

__all__ = [
    "BadTokenError",
    "Choices",
    "LinkOverError",
    "change_choices",
    "choices_of",
    "confirm",
    "confirm_by_code",
    "confirmation_token",
    "erase",
    "erase_forgotten",
    "export_of",
    "next_digest_at",
    "preferences_token",
    "resubscribe",
    "selection_for",
    "subscribe",
    "summary_of",
    "unsubscribe",
    "unsubscribe_token",
]
