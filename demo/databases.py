"""Whose database this is: empty, the demo's, or somebody else's."""

from pathlib import Path

from django.apps import apps
from django.db import connection

from demo.logins import LOADER
from forecasts.models import User

# A worker that ran on the empty database has left its signs of life there; lexicons come with it.
NOT_DATA = {"Heartbeat", "Lexicon", "LexiconPhrase"}


def is_migrated() -> bool:
    """Whether the tables are there."""
    return User._meta.db_table in connection.introspection.table_names()


def is_demo() -> bool:
    """Whether the demo was loaded here: it leaves its loader behind."""
    return is_migrated() and User.objects.filter(username=LOADER, is_active=False).exists()


def is_empty() -> bool:
    """Whether nobody has recorded anything here."""
    models = [
        model
        for name in ("forecasts", "mail")
        for model in apps.get_app_config(name).get_models()
        if model.__name__ not in NOT_DATA
    ]
    return not any(model._base_manager.exists() for model in models)


def database_files() -> list[Path]:
    """The files of the SQLite database that are there; none where it is in memory."""
    name = str(connection.settings_dict["NAME"])
    paths = [Path(f"{name}{ending}") for ending in ("", "-wal", "-shm")]
    return [path for path in paths if path.is_file()]
