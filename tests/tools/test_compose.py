"""The compose file is valid, refuses to start without its secrets, and says what it reads."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from tools.environments import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
LONG_RUNNING = sorted(set(SERVICES) - {"migrate"})
REQUIRED = {"EMAIL_URL", "POSTGRES_PASSWORD", "SECRET_KEY", "SITE_URL"}
VARIABLE = re.compile(r"\$\{(\w+)(:\?|:-)?([^}]*)\}")
REFUSED_WHERE_EMPTY = ":?"


def test_compose_file_follows_the_published_schema() -> None:
    schema = json.loads((ROOT / "tests" / "data" / "compose-spec.json").read_text())

    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(COMPOSE))


def test_every_secret_is_required_and_none_has_a_default() -> None:
    required = {name for name, mark, _ in VARIABLE.findall(COMPOSE) if mark == REFUSED_WHERE_EMPTY}
    optional = {name for name, mark, _ in VARIABLE.findall(COMPOSE) if mark != REFUSED_WHERE_EMPTY}

    assert required == REQUIRED
    assert optional == {"PORT"}


def test_refusal_names_the_variable_and_where_to_set_it() -> None:
    refusals = [found for found in VARIABLE.findall(COMPOSE) if found[1] == REFUSED_WHERE_EMPTY]

    assert refusals
    for name, _, message in refusals:
        assert message == f"set {name} in .env, see .env.example"


def test_example_leaves_the_required_empty_and_describes_the_rest() -> None:
    set_in_example = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))
    described = set(re.findall(r"^#?(\w+)=", EXAMPLE, re.MULTILINE))

    assert set_in_example == dict.fromkeys(REQUIRED, "")
    assert {name for name, _, _ in VARIABLE.findall(COMPOSE)} <= described


def test_every_setting_that_is_read_is_in_the_example() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', sources))

    described = set(re.findall(r"^#?(\w+)=", EXAMPLE, re.MULTILINE))

    assert read - described == set()


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_service_is_watched_and_restarted(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_service_waits_for_the_migration(name: str) -> None:
    waits_for = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}

    assert waits_for == {
        "db": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_redis_keeps_tasks_and_refuses_rather_than_drops() -> None:
    command = SERVICES["redis"]["command"]

    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_every_named_volume_is_declared() -> None:
    used = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert used == set(yaml.safe_load(COMPOSE)["volumes"])


def test_procfile_starts_what_compose_starts() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    programs = {
        name: command.split()[:3] for name, _, command in (x.partition(": ") for x in lines)
    }

    assert programs == {
        "release": SERVICES["migrate"]["command"][:3],
        **{name: SERVICES[name]["command"][:3] for name in ("web", "worker", "beat")},
    }


def test_image_runs_as_nobody_special_from_the_hashed_lock() -> None:
    image = Path(ROOT / "Dockerfile").read_text()

    assert "--require-hashes -r requirements.lock" in image
    assert image.index("\nUSER hindcast") < image.index("\nCMD")
    assert re.search(r"^FROM python:3\.\d+-slim", image)
