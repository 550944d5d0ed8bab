"""Hindcast as production runs it, with the demo's records, in a database of its own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

from benchmarks.api_servers import Server, ask, free_port, web_command
from tools.environments import ROOT, for_tests
from tools.processes import start, stop, wait_until
from tools.servers import postgres_server, redis_server

START = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Site:
    """Where it is, a key with all scopes, and what there is in it.

    names: for the parameters of paths, by the part of the path before them. known: for the members
    of bodies. slugs: more of what lists name.
    """

    server: Server
    token: str
    document: Any
    names: Mapping[str, Mapping[str, str]]
    known: Mapping[str, Any]
    slugs: Mapping[str, list[Any]]
    log: Path


@contextmanager
def hindcast() -> Iterator[Site]:
    """Serve it until the block ends."""
    port = free_port()
    with (
        TemporaryDirectory(prefix="hindcast-fuzz-", ignore_cleanup_errors=True) as text,
        redis_server() as redis,
        postgres_server() as database,
    ):
        directory = Path(text)
        environment = {
            **for_tests(directory, database_url=database, redis_url=redis),
            "LOG_LEVEL": "ERROR",
            "SITE_URL": f"http://127.0.0.1:{port}",
        }
        os.environ.update(environment)
        django.setup()
        told = filled()
        log = directory / "web.log"
        with log.open("wb") as output:
            process = start(web_command(port), env=environment, cwd=ROOT, output=output)
            try:
                server = Server(process.pid, port)
                assert wait_until(lambda: is_up(server), seconds=60), log.read_text()
                yield Site(server=server, log=log, **told)
            finally:
                stop(process, wait=10)


def is_up(server: Server) -> bool:
    try:
        return ask(server.connect(), START)[0] == 200
    except OSError:
        return False


def filled() -> dict[str, Any]:
    """Load the demo, and tell of it."""
    from django.core.management import call_command
    from django.db import connections
    from django.utils import timezone
    from drf_spectacular.generators import SchemaGenerator

    from demo.loads import load
    from forecasts.services.exports import make_daily_export

    now = timezone.now()
    call_command("migrate", verbosity=0)
    load(as_of=now, say=lambda text: print(f"  {text}", flush=True))
    make_daily_export(as_of=now)
    beat(now + timedelta(hours=6))
    told = {
        "document": SchemaGenerator().get_schema(request=None, public=True),
        "token": key(),
        **things(),
    }
    connections.close_all()
    return told


def beat(at: Any) -> None:
    """Nothing runs here but the web server, and `health/` is to be well all the same."""
    from api.health import JOBS
    from mail.models import Heartbeat

    for job in JOBS:
        Heartbeat.objects.update_or_create(job=job, defaults={"beaten_at": at})


def key() -> str:
    """A key that may write everything, as often as it likes."""
    from forecasts.models import Role, Scope
    from forecasts.services.api_keys import MOST_PER_MINUTE
    from tests.api.keys import make_key

    return make_key(*Scope, roles=list(Role), per_minute=MOST_PER_MINUTE)[1]


def things() -> dict[str, Any]:
    """What there is to be asked for."""
    from forecasts.models import Dispute, Expert, Export, Forecast, Question, Source

    forecast = Forecast.objects.in_force().order_by("-pk")[0]
    waiting = Question.objects.unresolved().order_by("-deadline")[0]
    experts = list(Expert.objects.order_by("pk").values_list("slug", flat=True)[:20])
    file = Export.objects.get(name="experts.csv")
    return {
        "names": {
            "experts": {"slug": forecast.expert.slug},
            "compare": {"": f"expert={experts[0]}&expert={experts[1]}&"},
            "questions": {"slug": waiting.slug},
            "forecasts": {"id": str(forecast.pk)},
            "sources": {"id": str(forecast.source_id)},
            "lexicons": {"name": "kent"},
            "disputes": {"id": str(Dispute.objects.order_by("pk")[0].pk)},
            "exports": {"day": str(file.day), "name": file.name},
        },
        "known": {
            "expert": forecast.expert.slug,
            "question": waiting.slug,
            "source": forecast.source_id,
        },
        "slugs": {
            "experts": experts,
            "questions": list(Question.objects.order_by("pk").values_list("slug", flat=True)[:20]),
            "sources": list(Source.objects.order_by("pk").values_list("pk", flat=True)[:20]),
        },
    }
