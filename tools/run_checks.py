"""Runs every check that needs no running service; names may be given to run some of them."""

import subprocess
import sys
import time
from pathlib import Path

from tools.environments import ROOT, for_checks

PYTHON = sys.executable
MANAGE = [PYTHON, "manage.py"]
CHECKS = {
    "ruff": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "locks": [PYTHON, "-m", "tools.check_locks"],
    "mypy": [PYTHON, "-m", "mypy", "."],
    "layers": [str(Path(PYTHON).with_name("lint-imports")), "--no-logo"],
    "templates": [PYTHON, "-m", "djlint", ".", "--check", "--lint"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deploy": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "schema": [
        *[*MANAGE, "spectacular", "--api-version", "v1"],
        *["--validate", "--fail-on-warn", "--file", "/dev/null"],
    ],
}


def main() -> None:
    names = sys.argv[1:] or list(CHECKS)
    if unknown := set(names) - set(CHECKS):
        sys.exit(f"No check is called {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}.")
    for name in names:
        run(name)
    print(f"\nAll {len(names)} passed: {', '.join(names)}.")


def run(name: str) -> None:
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(CHECKS[name], cwd=ROOT, env=for_checks(ROOT / "var"), check=False)
    if done.returncode:
        sys.exit(f"\nFAILED: {name}. Alone: make check ARGS={name}")
    print(f"   passed in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
