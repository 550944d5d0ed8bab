"""The domain as Django sees it."""

from django.apps import AppConfig


class ForecastsConfig(AppConfig):
    """Registers the domain's tables."""

    name = "forecasts"
