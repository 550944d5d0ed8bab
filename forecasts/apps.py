"""The domain as Django sees it."""

from django.apps import AppConfig
from django.core.checks import register


class ForecastsConfig(AppConfig):
    """Registers the domain's tables."""

    name = "forecasts"

    def ready(self) -> None:
        from forecasts.checks import check_extractors

        register(check_extractors)
