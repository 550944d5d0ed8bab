"""Sending the hostile corpus to a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.attacks import Attack, Operation, attacks_on, operations
from tests.fuzz.servers import Site
from tests.fuzz.summaries import Line
from tests.fuzz.verdicts import LIMIT, faults
from tests.fuzz.wires import Reply, send

AT_ONCE = 2
# A machine may have been busy with something else.
AGAIN = 2


def attacked(site: Site, *, enough: int, seed: int) -> Iterator[Line]:
    """What became of every operation, one after the other.

    enough: how many requests each has at least; where there are several times as many, the seed
    decides which. 0: all of them.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for operation in operations(site.document, site.names, site.known):
            attacks = list(attacks_on(operation))
            step = max(1, len(attacks) // enough) if enough else 1
            yield line_of(site, operation, attacks[seed % step :: step], pool)


def line_of(
    site: Site, operation: Operation, attacks: list[Attack], pool: ThreadPoolExecutor
) -> Line:
    """What became of one. What was slow is asked again, with nothing beside it."""
    line = Line(operation.label)
    replies = list(pool.map(lambda attack: sent(site, attack), attacks))
    for attack, reply in zip(attacks, replies, strict=True):
        tries = [reply.seconds]
        while min(tries) > LIMIT and len(tries) <= AGAIN:
            tries.append(sent(site, attack).seconds)
        line.note(reply.status, min(tries))
        line.faults += [f"{fault}: {attack}" for fault in faults(attack, reply)]
        if min(tries) > LIMIT:
            line.faults.append(f"{min(tries):.1f} s: {attack}")
    return line


def sent(site: Site, attack: Attack) -> Reply:
    return send(site.server.port, attack, site.token)
