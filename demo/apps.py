"""The demo as Django sees it."""

from django.apps import AppConfig
from django.conf import settings


class DemoConfig(AppConfig):
    """Lets a visitor of the demo read its log-ins where they are asked for."""

    name = "demo"

    def ready(self) -> None:
        """Only where the site is a demo."""
        if settings.DEMO:
            from django.contrib import admin

            admin.site.login_template = "demo/login.html"
