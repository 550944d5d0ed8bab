"""What became of an issue: how much is sent, what waits, what failed and why, who left."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from mail.models import Delivery, Digest, Unsubscription

State = Delivery.State
WAITING = (State.PENDING, State.SENDING)
MOST_LISTED = 50


@dataclass(slots=True)
class IssueCounts:
    """Deliveries of one issue by state, and who left by a link in it and stayed away."""

    by_state: dict[str, int] = field(default_factory=dict)
    n_left: int = 0

    @property
    def n_readers(self) -> int:
        """How many deliveries there are."""
        return sum(self.by_state.values())

    @property
    def n_sent(self) -> int:
        """Taken by the mail server."""
        return self.by_state.get(State.SENT, 0)

    @property
    def n_waiting(self) -> int:
        """To be sent, or being sent."""
        return sum(self.by_state.get(state, 0) for state in WAITING)

    @property
    def n_failed(self) -> int:
        """Given up."""
        return self.by_state.get(State.FAILED, 0)

    @property
    def n_uncertain(self) -> int:
        """Perhaps sent: somebody has to look."""
        return self.by_state.get(State.UNCERTAIN, 0)

    @property
    def n_suppressed(self) -> int:
        """Not sent, because the reader had left or the address was refused."""
        return self.by_state.get(State.SUPPRESSED, 0)

    @property
    def n_done(self) -> int:
        """Those with which nothing more happens by itself."""
        return self.n_readers - self.n_waiting


def counts_of_issues(digests: Collection[int]) -> dict[int, IssueCounts]:
    """The counts of issues by id, in two queries for many as for one."""
    found = {pk: IssueCounts() for pk in digests}
    deliveries = Delivery.objects.filter(digest__in=found).order_by()
    for pk, state, n in deliveries.values_list("digest", "state").annotate(n=Count("pk")):
        found[pk].by_state[state] = n
    left = Unsubscription.objects.filter(digest__in=found, undone_at=None).order_by()
    readers = Count("subscriber", distinct=True)
    for pk, n in left.values_list("digest").annotate(n=readers):
        found[pk].n_left = n
    return found


def reasons_of(digest: Digest) -> list[tuple[str, str, int]]:
    """Why mails of an issue were not sent: the state, what was said, how often; the most first."""
    stuck = (State.FAILED, State.UNCERTAIN, State.SUPPRESSED)
    rows = Delivery.objects.filter(digest=digest, state__in=stuck).order_by()
    counted = rows.values_list("state", "error").annotate(n=Count("pk"))
    return list(counted.order_by("-n", "state", "error")[:MOST_LISTED])


def uncertain_of(digest: Digest) -> QuerySet[Delivery]:
    """The first deliveries of an issue about which somebody has to decide, with their readers."""
    rows = Delivery.objects.filter(digest=digest, state=State.UNCERTAIN)
    return rows.select_related("subscriber").order_by("pk")[:MOST_LISTED]
