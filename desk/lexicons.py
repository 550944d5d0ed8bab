"""Keeping our own lexicons in the database, after every migration."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps
from django.utils import timezone

from forecasts.lexicons.files import read_lexicons
from forecasts.services.lexicons import load_lexicons


def load_own_lexicons(sender: AppConfig, apps: Apps = installed, **_: Any) -> None:
    """Load what is not there yet. An earlier state of the tables has no place for them."""
    if "lexiconphrase" in apps.all_models["forecasts"]:
        load_lexicons(files=read_lexicons(), as_of=timezone.now())
