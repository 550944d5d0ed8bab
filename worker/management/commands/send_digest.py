"""Print, make or send an issue of the digest."""

import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forecasts.track_files.progress import ProgressBar
from mail.digesting import make_digest, preview_delivery
from mail.issues.counts import IssueCounts, counts_of_issues
from mail.issues.previews import preview_for
from mail.issues.trials import queue_test
from mail.models import Delivery, Digest, Subscriber
from mail.models.subscribers import normal_address
from mail.outbox import send_ready_mail
from mail.sending import body_of, build_message
from mail.weeks import Week

NOT_ALL_SENT = 3
EPILOG = """\
examples:
  send_digest                                  make the newest issue and send what is due
  send_digest --dry-run --to ada@example.org   print what this subscriber would get
  send_digest --to ada@example.org             send that one mail, as a test

exit codes:
  0 done; 1 refused, with the reason; 2 not understood; 3 mails failed or are uncertain
"""


class Command(BaseCommand):
    """What the sweep does by itself, for one week and in the open."""

    help = (
        "Make the issue of a week and send what of it is due. With --to, send it to one subscriber "
        "as a test; with --dry-run, only print that."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", help="ISO week such as 2026-W47; default: the last frozen")
        parser.add_argument(
            "--to",
            metavar="ADDRESS",
            help="one subscriber: send only this mail, as a test, with “[Test]” in its subject",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print the whole mail as it would go to ADDRESS; store and send nothing",
        )
        parser.add_argument(
            "--as-of",
            type=_instant,
            metavar="INSTANT",
            help="with --to: as known then, such as 2026-11-20T12:00Z; default: now",
        )

    def handle(
        self, *_: Any, week: str | None, to: str | None, as_of: datetime | None, **options: Any
    ) -> None:
        now = timezone.now()
        if as_of is not None and as_of > now:
            raise CommandError("--as-of lies ahead; nobody knows yet what will be known then.")
        chosen = self._week(week, as_of or now)
        if options["dry_run"] or to:
            reader = self._subscriber(to)
            send = self._print if options["dry_run"] else self._test
            send(chosen, reader, as_of or now)
        elif as_of is not None:
            raise CommandError(
                "--as-of goes with --to: an issue says what was known at its freeze."
            )
        else:
            self._send(chosen)

    def _week(self, name: str | None, as_of: datetime) -> Week:
        try:
            return Week.parse(name) if name else Week.latest_frozen(as_of)
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _subscriber(self, address: str | None) -> Subscriber:
        if not address:
            raise CommandError("Say with --to ADDRESS for whom to print it.")
        rows = Subscriber.objects.select_related("selection")
        found = rows.filter(email=normal_address(address)).first()
        if found is None:
            raise CommandError("No subscriber has this address.")
        return found

    def _print(self, week: Week, subscriber: Subscriber, as_of: datetime) -> None:
        self._say_when(week, as_of)
        delivery = preview_delivery(week, subscriber, as_of=as_of)
        message, body = build_message(delivery), body_of(delivery, {})
        for name, value in message.message().items():
            self.stdout.write(f"{name}: {value}")
        self.stdout.write(f"\n{body.text}\n\n{body.html}")

    def _say_when(self, week: Week, as_of: datetime) -> None:
        if week.freeze > as_of:
            self.stderr.write(f"{week} is frozen on {week.freeze:%Y-%m-%d %H:%M} UTC: so far.")

    def _test(self, week: Week, subscriber: Subscriber, as_of: datetime) -> None:
        """One mail beside the issue, whose deliveries know nothing of it."""
        self._say_when(week, as_of)
        preview = preview_for(week, subscriber, as_of=as_of)
        now = timezone.now()
        test = queue_test(preview=preview, address=subscriber.email, as_of=now)
        while Delivery.objects.ready(timezone.now()).filter(pk=test.pk).exists():
            if not send_ready_mail(clock=timezone.now):
                break
        test.refresh_from_db()
        if test.state == Delivery.State.SENT:
            self.stdout.write(f"The test of {week} is sent.")
        elif test.state == Delivery.State.PENDING:
            self.stdout.write(f"The test of {week} waits in the outbox. {test.error}".strip())
        else:
            error = f"The test of {week}: {test.state}. {test.error}"
            raise CommandError(error.strip(), returncode=NOT_ALL_SENT)

    def _send(self, week: Week) -> None:
        now = timezone.now()
        if week.freeze > now:
            raise CommandError(f"{week} is not frozen before {week.freeze:%Y-%m-%d %H:%M} UTC.")
        if make_digest(week=week, as_of=now) is None:
            self.stdout.write(
                f"{week} was made before, or is in a later issue; nothing is made twice."
            )
        counts = self._send_due(week)
        for state in Delivery.State.values:
            self.stdout.write(f"{state}: {counts.by_state.get(state, 0)}")
        if n_bad := counts.n_failed + counts.n_uncertain:
            error = f"{n_bad} mails failed or are uncertain; the admin shows which and why."
            raise CommandError(error, returncode=NOT_ALL_SENT)

    def _send_due(self, week: Week) -> IssueCounts:
        digest = Digest.objects.filter(week=str(week)).only("pk", "held_at").first()
        if digest is None:
            return IssueCounts()
        if digest.held_at is not None:
            self.stdout.write(f"{week} is held by an editor; nothing of it is sent.")
        counts = counts_of_issues([digest.pk])[digest.pk]
        told = ProgressBar(sys.stderr, lambda: _share(counts), least=1, unit="mails done with")
        try:
            told(counts.n_done)
            while send_ready_mail(clock=timezone.now):
                counts = counts_of_issues([digest.pk])[digest.pk]
                told(counts.n_done)
        finally:
            told.clear()
        return counts_of_issues([digest.pk])[digest.pk]


def _share(counts: IssueCounts) -> float:
    return counts.n_done / max(counts.n_readers, 1)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not an instant such as 2026-11-20T12:00Z") from error
    if found.tzinfo is None:
        raise ArgumentTypeError(f"{text} names no time zone; add Z for UTC")
    return found
