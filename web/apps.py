"""The public pages as Django sees them."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Listens to what a provider reports of mails."""

    name = "web"

    def ready(self) -> None:
        """Connect once everything is loaded."""
        from web.mail_events import connect

        connect()
