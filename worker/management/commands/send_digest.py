"""Print, make or send an issue of the digest."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mail.digesting import make_digest, preview_delivery
from mail.models import Delivery, Subscriber
from mail.outbox import send_ready_mail
from mail.sending import body_of, build_message
from mail.weeks import Week


class Command(BaseCommand):
    """What the sweep does by itself, for one week and in the open."""

    help = "Make the issue of a week and send what of it is due; with --dry-run only print it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", help="ISO week such as 2026-W47; default: the last frozen")
        parser.add_argument("--to", metavar="ADDRESS", help="the subscriber to print it for")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="print the whole mail as it would go to ADDRESS; store and send nothing",
        )

    def handle(self, *_: Any, week: str | None, to: str | None, dry_run: bool, **__: Any) -> None:
        chosen = self._week(week)
        if dry_run:
            self._print(chosen, self._subscriber(to))
        elif to:
            raise CommandError("--to goes with --dry-run; an issue goes to every subscriber.")
        else:
            self._send(chosen)

    def _week(self, name: str | None) -> Week:
        try:
            return Week.parse(name) if name else Week.latest_frozen(timezone.now())
        except ValueError as error:
            raise CommandError(str(error)) from error

    def _subscriber(self, address: str | None) -> Subscriber:
        if not address:
            raise CommandError("Say with --to ADDRESS for whom to print it.")
        found = Subscriber.objects.filter(email=address.strip().lower()).first()
        if found is None:
            raise CommandError("No subscriber has this address.")
        return found

    def _print(self, week: Week, subscriber: Subscriber) -> None:
        now = timezone.now()
        if week.freeze > now:
            self.stderr.write(f"{week} is frozen on {week.freeze:%Y-%m-%d %H:%M} UTC: so far.")
        delivery = preview_delivery(week, subscriber, as_of=now)
        message, body = build_message(delivery, {}), body_of(delivery, {})
        for name, value in message.message().items():
            self.stdout.write(f"{name}: {value}")
        self.stdout.write(f"\n{body.text}\n\n{body.html}")

    def _send(self, week: Week) -> None:
        now = timezone.now()
        if week.freeze > now:
            raise CommandError(f"{week} is not frozen before {week.freeze:%Y-%m-%d %H:%M} UTC.")
        if make_digest(week=week, as_of=now) is None:
            self.stdout.write(
                f"{week} was made before, or is in a later issue; nothing is made twice."
            )
        while send_ready_mail(clock=timezone.now):
            pass
        rows = Delivery.objects.filter(digest__week=str(week))
        for state in Delivery.State.values:
            self.stdout.write(f"{state}: {rows.filter(state=state).count()}")
