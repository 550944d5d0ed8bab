"""A throw-away PostgreSQL with the real schema, and the settings that reach it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connections

from tools.environments import ROOT, for_tests
from tools.servers import postgres_server

# Nothing runs beside what is measured; the load needs no log that could be replayed.
SETTINGS = {
    "autovacuum": "off",
    "maintenance_work_mem": "1GB",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "shared_buffers": "1GB",
    "wal_level": "minimal",
    "work_mem": "256MB",
}
NOWHERE = "redis://127.0.0.1:1/0"


@contextmanager
def migrated_server(directory: Path) -> Iterator[str]:
    """Yield the address of an empty server that this process' Django uses from now on."""
    with postgres_server(SETTINGS) as url:
        use(directory, url)
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, check=True)  # noqa: S603, our own
        yield url
        connections.close_all()


def use(directory: Path, url: str) -> None:
    """Set up Django; its connections neither share a pool nor end slow statements."""
    os.environ.update(for_tests(directory, database_url=url, redis_url=NOWHERE))
    django.setup()
    options = connections["default"].settings_dict["OPTIONS"]
    options.pop("pool")
    options.pop("options")
