"""Each classic mistake, planted in the code, makes a test fail that passes without it."""

import json
import os
import subprocess
import sys
from typing import TypeAlias

import pytest

from tests.scoring.misreadings import MUTANTS
from tests.scoring.mistakes import Mutant
from tests.scoring.mutants import ROOT, Verdict, planted

Verdicts: TypeAlias = dict[str, dict[str, list[str]]]

each_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """What the tests say of each mutant, and under no name of the code as it is."""
    # One process for all: what takes long is imported once, and no mistake gets into this one.
    command = [sys.executable, "-m", "tests.scoring.mutants", "--json"]
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    told = subprocess.run(
        command, cwd=ROOT, env=os.environ | alone, stdout=subprocess.PIPE, check=True
    )
    found: Verdicts = json.loads(told.stdout)
    return found


@each_mutant
def test_mistake_is_noticed(mutant: Mutant, verdicts: Verdicts) -> None:
    assert verdicts[mutant.name]["failed"], verdicts[mutant.name]


def test_without_a_mistake_the_same_tests_pass(verdicts: Verdicts) -> None:
    unmutated = verdicts[""]

    named = {test for mutant in MUTANTS for test in mutant.tests}
    assert (unmutated["failed"], unmutated["broken"]) == ([], [])
    assert set(unmutated["passed"]) == named


@each_mutant
def test_mistake_can_be_planted_in_the_code_as_it_is(mutant: Mutant) -> None:
    source = planted(mutant)

    compile(source, mutant.module, "exec")
    assert mutant.new in source


def test_no_two_mistakes_are_one() -> None:
    names = {mutant.name for mutant in MUTANTS}
    patches = {(mutant.module, mutant.old, mutant.new) for mutant in MUTANTS}

    assert len(names) == len(patches) == len(MUTANTS)


@pytest.mark.parametrize("error", [ImportError, SyntaxError, NameError, TypeError, ValueError])
def test_code_that_does_not_run_is_no_mistake_noticed(error: type[Exception]) -> None:
    verdict = Verdict()

    verdict.note("test_x.py::test_y", error())

    assert (verdict.failed, verdict.broken) == ([], [f"test_x.py::test_y: {error.__name__}"])


@pytest.mark.parametrize("old", ["nowhere to be found", "n_clusters"])
def test_code_that_has_moved_on_is_reported(old: str) -> None:
    mutant = MUTANTS[0]._replace(module="forecasts.scoring.tiers", old=old)

    with pytest.raises(LookupError, match=f"tiers has '{old}' [^1] times"):
        planted(mutant)
