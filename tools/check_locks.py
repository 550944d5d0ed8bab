"""Tells, without the network, whether each lock satisfies what it was made from."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.environments import ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
NAMES = ("requirements", "requirements-dev")


def main() -> None:
    problems = [problem for name in NAMES for problem in disagreements(name)]
    problems += different_pins()
    if problems:
        sys.exit("\n".join([*problems, "The locks are out of date: make lock"]))
    subprocess.run([sys.executable, "-m", "pip", "check"], check=True)
    print(f"pip {version('pip')} and both locks agree.")


def disagreements(name: str) -> Iterator[str]:
    pins = locked(name)
    for requirement in required(name):
        found = pins.get(canonicalize_name(requirement.name), set())
        if not found or len(set(requirement.specifier.filter(found))) < len(found):
            yield f"{name}.txt asks for {requirement}, {name}.lock has {listed(found)}"


def different_pins() -> list[str]:
    """Return what would run in production otherwise than it was tested."""
    run, dev = map(locked, NAMES)
    return [
        f"{name} is {listed(found)} in requirements.lock, "
        f"{listed(dev.get(name, set()))} in requirements-dev.lock"
        for name, found in run.items()
        if dev.get(name) != found
    ]


def listed(versions: set[str]) -> str:
    return " and ".join(sorted(versions)) or "nothing"


def required(name: str) -> Iterator[Requirement]:
    for line in (ROOT / f"{name}.txt").read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text and not text.startswith("-"):
            yield Requirement(text)


def locked(name: str) -> dict[str, set[str]]:
    """Return each package's versions: several where the lock differs by Python or platform."""
    pins: dict[str, set[str]] = {}
    for package, pin in PINNED.findall((ROOT / f"{name}.lock").read_text()):
        pins.setdefault(canonicalize_name(package), set()).add(pin)
    return pins


if __name__ == "__main__":
    main()
