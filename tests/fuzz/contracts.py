"""Schemathesis: whether the API keeps what its OpenAPI document promises."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import schemathesis
from schemathesis.engine import Status, events, from_schema

from tests.fuzz.servers import START, Site
from tests.fuzz.summaries import Line

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "negative_data_rejection"),
    *("ignored_auth", "missing_required_header", "unsupported_method", "allow_header_conformance"),
    *("use_after_free", "ensure_resource_availability"),
)
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# These draw other cases each time.
DRAWN = ("fuzzing", "stateful")
# Of what is drawn in each round, for each operation; fewer where few cases are asked for.
EXAMPLES = 100
CASES_PER_EXAMPLE = 200
EVERY = 15.0


@dataclass(slots=True)
class Contract:
    """What was tried, by phase. n_checks: how often each check was made."""

    lines: dict[str, Line] = field(default_factory=dict)
    n_checks: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def n_cases(self) -> int:
        """How many requests were made."""
        return sum(line.statuses.total() for line in self.lines.values())

    def take(self, event: Any) -> list[str]:
        """Count what a scenario did. Returns what was wrong with it."""
        found: list[str] = []
        if isinstance(event, events.ScenarioFinished):
            found = self._count(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError):
            found = [f"{event.label}: {event.info.format()}"]
            self._line(event.phase.value if event.phase else "all").faults += found
        elif isinstance(event, events.FatalError):
            raise event.exception
        return found

    def _line(self, phase: str) -> Line:
        return self.lines.setdefault(phase, Line(phase))

    def _count(self, phase: str, recorder: Any) -> list[str]:
        line, found = self._line(phase), list[str]()
        for interaction in recorder.interactions.values():
            response = interaction.response
            line.note(response.status_code if response else 0, response.elapsed if response else 0)
        for case, checks in recorder.checks.items():
            for check in checks:
                self.n_checks[check.name] += 1
                if check.status == Status.FAILURE and not is_of_a_part(
                    recorder.interactions.get(case), check
                ):
                    found.append(fault(recorder.label, check))
        line.faults += found
        return found


def is_of_a_part(interaction: Any, check: Any) -> bool:
    """Whether it asks of some bytes of a file, or of some fields of an answer, that they be all."""
    response = interaction.response if interaction else None
    if response is None or check.name != "response_schema_conformance":
        return False
    asked = parse_qs(urlsplit(interaction.request.uri).query)
    return response.status_code == HTTPStatus.PARTIAL_CONTENT or "fields" in asked


def fault(label: str, check: Any) -> str:
    """A failed check with the command that shows it again."""
    info = check.failure_info
    return f"{label}: {check.name}: {info.failure}\n    {info.code_sample}"


def kept(site: Site, *, cases: int, seed: int) -> Contract:
    """Try so many cases at least: every phase, then what draws other cases again."""
    contract, started = Contract(), time.monotonic()
    told_at = started
    for event in drawn(site, contract, cases=cases, seed=seed):
        for found in contract.take(event):
            print(f"  FAULT {found}", flush=True)
        contract.seconds = time.monotonic() - started
        if time.monotonic() - told_at > EVERY:
            told_at = time.monotonic()
            rate = contract.n_cases / contract.seconds
            print(f"  {contract.n_cases:,} cases, {rate:.0f} a second", flush=True)
    return contract


def drawn(site: Site, contract: Contract, *, cases: int, seed: int) -> Iterator[Any]:
    """What the engine tells, until there are enough cases, or somebody stops it."""
    examples = max(1, min(EXAMPLES, cases // CASES_PER_EXAMPLE))
    for number in count():
        phases = DRAWN if number else PHASES
        config = schemathesis.Config.from_dict(configuration(site, seed + number, phases, examples))
        schema = schemathesis.openapi.from_dict(site.document, config=config)
        stream = from_schema(schema).execute()
        for event in stream:
            yield event
            if isinstance(event, events.Interrupted):
                return
            if contract.n_cases >= cases and number:
                stream.stop()
        if contract.n_cases >= cases:
            return


def configuration(site: Site, seed: int, phases: tuple[str, ...], examples: int) -> dict[str, Any]:
    """How Schemathesis goes about it."""
    lists = {name: {"values": values} for name, values in site.slugs.items()}
    address = f"http://127.0.0.1:{site.server.port}"
    return {
        "seed": seed,
        "base-url": address,
        "suppress-health-check": ["all"],
        "request-timeout": 30,
        "auth": {"openapi": {"key": {"bearer": site.token}}},
        "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        "phases": {name: {"enabled": name in phases} for name in PHASES},
        "generation": {"max-examples": examples, "database": "none"},
        "dictionaries": lists,
        "parameters": bound({"body.expert": "experts", "body.question": "questions"}),
        "operations": [
            {
                "include-path-regex": f"^{START}{kind}/.*slug",
                "parameters": bound({"path.slug": kind}),
            }
            for kind in ("experts", "questions")
        ],
    }


def bound(names: dict[str, str]) -> dict[str, Any]:
    """Half of the time what there is, otherwise anything."""
    return {where: {"dictionary": kind, "probability": 0.5} for where, kind in names.items()}
