"""Migrates the demo's database, loads it and writes its log-ins, in one start of Django."""

import os
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        prepare(Path(sys.argv[1]))
    except CommandError as error:
        sys.exit(str(error))


def prepare(private: Path) -> None:
    print("Migrating the database", flush=True)
    call_command("migrate", verbosity=0)
    (private / "migrated").touch()
    call_command("load_demo")
    with (private / "logins").open("w") as logins:
        call_command("load_demo", "--print-logins", stdout=logins)


if __name__ == "__main__":
    main()
