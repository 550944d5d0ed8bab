"""Simulates months of an office, and counts whom it asked, twice, too often, or never.

Real services and real sweeps against SQLite in a temporary folder; the time is passed in.
"""

import argparse
import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command

from benchmarks.simulations import at_least_one, filled, show
from tools.environments import for_tests

if TYPE_CHECKING:
    from benchmarks.simulated_prompting import Outcome

PAGE = Path(__file__).with_name("PROMPTING.md")
NOWHERE = "redis://127.0.0.1:1/0"


def main() -> None:
    arguments = parse_arguments()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        # Its tables can be imported only now that Django knows the settings.
        outcome: Outcome = import_module("benchmarks.simulated_prompting").simulate(
            n_days=arguments.days,
            n_questions=arguments.questions,
            seed=arguments.seed,
            in_pairs=True,
            show=show,
        )
        django.db.connections.close_all()
    show("")
    print(f"{outcome.table}\n\n{command(arguments)}: {time.monotonic() - started:,.0f} s")
    if arguments.write:
        blocks = {"run": f"`{command(arguments)}`", "table": outcome.table}
        PAGE.write_text(filled(PAGE.read_text(), blocks))
    if outcome.broken:
        sys.exit(f"Broken: {', '.join(outcome.broken)}.")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prompting", description=__doc__)
    parser.add_argument("--days", type=at_least_one, default=400)
    parser.add_argument("--questions", type=at_least_one, default=500)
    parser.add_argument("--seed", type=int, default=1, help="for another course of events")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    return parser.parse_args()


def command(arguments: argparse.Namespace) -> str:
    return (
        f"python -m benchmarks.prompting --days {arguments.days} "
        f"--questions {arguments.questions} --seed {arguments.seed}"
    )


def set_up(folder: Path) -> None:
    """Make an empty database there, and a mail server that takes everything."""
    database = f"sqlite:///{folder / 'simulated.sqlite3'}"
    os.environ.update(for_tests(folder, database_url=database, redis_url=NOWHERE))
    os.environ.update({"EMAIL_URL": "dummymail://", "LOG_LEVEL": "WARNING"})
    django.setup()
    # Nobody would come.
    import_module("forecasts.bell").something_is_due.disconnect(dispatch_uid="worker")
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
