"""`make bench` can fill the tables as they are by now, and measure."""

import subprocess
import sys

import pytest

from tools.environments import ROOT

pytestmark = [pytest.mark.acceptance, pytest.mark.own_servers]
# The others take longer, or more rows.
LINES = ["--only", "packing", "experts", "questions", "one"]


def test_bench_fills_the_tables_and_measures() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--scale", "tiny", *LINES],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert run.returncode == 0, run.stderr[-3000:]
    assert "| Hindcast: 20 experts recomputed" in run.stdout
