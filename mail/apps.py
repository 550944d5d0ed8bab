"""Mail as Django sees it."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Registers the tables of prompts, subscribers, digests and deliveries."""

    name = "mail"
