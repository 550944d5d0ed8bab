"""Reads the environment, and refuses to guess what must be said."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

REQUIRED = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL")
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# Queries here have many small parts and few rows, which compiling them is not made for.
POSTGRES_SESSION = (
    "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s"
    " -c jit=off"
)
# Who finds no connection within three seconds is told so, rather than kept waiting.
POOL = {"min_size": 1, "max_size": 8, "timeout": 3}
MIN_SECRET_LENGTH = 50


def read_environment() -> environ.Env:
    """The process environment, completed by the file that ENV_FILE names.

    Raises ImproperlyConfigured naming every setting that is missing or unsafe.
    """
    env = environ.Env()
    file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
    if file.is_file():
        env.read_env(str(file))
    elif "ENV_FILE" in os.environ:
        msg = f"ENV_FILE names {file}, which is not a file."
        raise ImproperlyConfigured(msg)
    missing = [name for name in REQUIRED if not os.environ.get(name)]
    if missing:
        msg = f"Set {', '.join(missing)} in the environment or in .env (see .env.example)."
        raise ImproperlyConfigured(msg)
    secret = os.environ["SECRET_KEY"]
    if len(secret) < MIN_SECRET_LENGTH or secret.startswith(("django-insecure", "change-me")):
        msg = f"SECRET_KEY must be a random string of at least {MIN_SECRET_LENGTH} characters."
        raise ImproperlyConfigured(msg)
    return env


def database(env: environ.Env) -> dict[str, Any]:
    """DATABASE_URL with the options that each engine needs to be safe under load."""
    config: dict[str, Any] = env.db("DATABASE_URL")
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        options.update(SQLITE_OPTIONS)
        config["TEST"] = {"NAME": f"{config['NAME']}.test"}
    else:
        options.update({"pool": POOL, "options": POSTGRES_SESSION})
        config["CONN_HEALTH_CHECKS"] = True
    return config


def probability(number: float) -> float:
    """The number, if it is from 0 to 1. Raises ImproperlyConfigured."""
    if not 0 <= number <= 1:
        msg = f"{number} is set where a number from 0 to 1 is needed."
        raise ImproperlyConfigured(msg)
    return number
