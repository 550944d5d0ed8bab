"""Whatever is asked, the answer is an answer or a problem, never a crash.

A part of the corpus, without a web server; `make fuzz` sends more to a real one, on PostgreSQL.
"""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from forecasts.models import Role
from tests.api.keys import bearing
from tests.api.worlds import NOW, World
from tests.api.writing import make_writer
from tests.forecasts.disputes import make_open_dispute
from tests.fuzz.attacks import Attack, Operation, attacks_on, operations
from tests.fuzz.servers import beat
from tests.fuzz.verdicts import faults
from tests.fuzz.wires import Reply

pytestmark = pytest.mark.once

FEWEST = 300
TRIED = 30


def operations_in(world: World) -> list[Operation]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    names = {
        "experts": {"slug": world.expert.slug},
        "questions": {"slug": world.conditional.slug},
        "forecasts": {"id": str(world.stated.pk)},
        "sources": {"id": str(world.source.pk)},
        "lexicons": {"name": "kent"},
        "disputes": {"id": str(make_open_dispute(world.stated).pk)},
        "exports": {"day": "2026-06-01", "name": "forecasts.csv"},
    }
    known = {
        "expert": world.expert.slug,
        "question": world.conditional.slug,
        "source": world.source.pk,
    }
    return operations(document, names, known)


def sent(client: Client, attack: Attack, token: str) -> Reply:
    headers = bearing(token) | {name: value for name, value in attack.headers if value}
    response: Any = client.generic(attack.method, attack.target, attack.body, headers=headers)
    return Reply(response.status_code, response.headers, response.getvalue(), 0.0)


def is_for_a_client(attack: Attack) -> bool:
    """Whether it needs no web server: it is whole, and says how long it is."""
    return not attack.is_broken and "Content-Length" not in dict(attack.headers)


def test_corpus_has_enough_for_every_operation(world: World) -> None:
    sizes = Counter[str]()
    for operation in operations_in(world):
        sizes[operation.label] = len(set(attacks_on(operation)))

    assert {label: size for label, size in sizes.items() if size < FEWEST} == {}
    assert len(sizes) > 30


def test_hostile_request_gets_an_answer_or_a_problem(reader: Client, world: World) -> None:
    beat(NOW)
    token = make_writer(roles=list(Role))[1]
    wrong, n = [], 0
    for operation in operations_in(world):
        attacks = list(filter(is_for_a_client, attacks_on(operation)))
        for attack in attacks[n % 7 :: max(1, len(attacks) // TRIED)]:
            n += 1
            wrong += [f"{one}: {attack}" for one in faults(attack, sent(reader, attack, token))]

    assert wrong == []
    assert n > 900


def test_more_parameters_than_anybody_needs(reader: Client, world: World) -> None:
    query = "&".join(f"a{number}=1" for number in range(5000))

    response = reader.get(f"/api/v1/questions/?{query}")

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
