"""Do all that is due, without a broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from worker.sweeps import SWEEPS, run


class Command(BaseCommand):
    """Runs the sweeps that Celery's ticks run; both at once is safe."""

    help = (
        "Do all that is due now: scores, prompts, digests, mail, copies, webhooks, exports. "
        "Needs no broker or worker."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "jobs", nargs="*", metavar="JOB", help=f"only these: {', '.join(SWEEPS)}"
        )

    def handle(self, *_: Any, jobs: list[str], **options: Any) -> None:
        unknown = set(jobs) - set(SWEEPS)
        if unknown:
            raise CommandError(
                f"There is no job {', '.join(sorted(unknown))}; choose from {', '.join(SWEEPS)}."
            )
        failed = [job for job in jobs or SWEEPS if not self._run(job)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")

    def _run(self, job: str) -> bool:
        try:
            n_done = run(job)
        except Exception as error:  # noqa: BLE001 — one failing job must not stop the others
            self.stderr.write(self.style.ERROR(f"{job}: {type(error).__name__}: {error}"))
            return False
        self.stdout.write(f"{job}: {n_done}")
        return True
