"""The settings that tests and checks run with, whatever the shell or .env around them holds."""

import os
import secrets
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Every setting has a value here: what is left out would be read from .env.
COMMON = {
    "API_KEPT_MIB": "32",
    "ARTICLE_EXTRACTORS": "forecasts.extraction.proposals.proposals",
    "CODING_MAX_DIFFERENCE": "0.25",
    "API_PER_MINUTE": "1000000",
    "ALLOWED_HOSTS": "hindcast.test,localhost,127.0.0.1",
    "BEHIND_PROXY": "false",
    "COLLECTED_STATIC": "false",
    "DEBUG": "false",
    "DEFAULT_FROM_EMAIL": "Hindcast <hindcast@hindcast.test>",
    "DEMO": "false",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "LOG_LEVEL": "INFO",
    "MAIL_EVENTS_SECRET": "",
    "MAIL_PROVIDER": "",
    "MAIL_PROVIDER_OPTIONS": "{}",
    "SITE_URL": "https://hindcast.test",
}


def for_checks(directory: Path) -> dict[str, str]:
    """Return an environment as in production; nothing in it is ever reached."""
    nowhere = {"database_url": "sqlite://:memory:", "redis_url": "redis://127.0.0.1:1/0"}
    return for_tests(directory, **nowhere)


def for_tests(directory: Path, *, database_url: str, redis_url: str) -> dict[str, str]:
    """Return an environment whose files are all in the directory; its mail reaches nobody."""
    shell = {key: value for key, value in os.environ.items() if key != "ENV_FILE"}
    return {
        **shell,
        **COMMON,
        "DATABASE_URL": database_url,
        "MEDIA_ROOT": str(directory / "media"),
        "PYTHONUNBUFFERED": "1",
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "STATIC_ROOT": str(directory / "static"),
    }


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)
