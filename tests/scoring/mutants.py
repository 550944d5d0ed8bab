"""Plants classic mistakes in the scoring code and tells which tests notice each of them.

python -m tests.scoring.mutants prints the table; names of mutants as arguments choose some.
"""

import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.scoring.misreadings import MUTANTS
from tests.scoring.mistakes import Mutant

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# What takes long to import and knows nothing of our code: loaded once, before the forks.
HEAVY = (
    "hypothesis.strategies",
    "scipy.stats",
    "sklearn.isotonic",
    "sklearn.metrics",
    "statsmodels.api",
    "statsmodels.stats.meta_analysis",
    "statsmodels.stats.proportion",
)
# Without Django, its settings and its database. A warning is no verdict; a difference is one.
OPTIONS = (
    "--assert=plain",
    "--noconftest",
    "--override-ini=addopts=",
    "--tb=native",
    f"--rootdir={ROOT}",
)
AT_ONCE = 4
WITHOUT = ("cacheprovider", "faulthandler", "threadexception", "unraisableexception", "warnings")


@dataclass(slots=True)
class Verdict:
    """What tests said of a mutant, by name without parameters.

    failed: by a comparison that did not hold. broken: by anything else, which kills nothing: a
    mutant that cannot be imported would fail every test and prove none.
    """

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def note(self, test: str, error: BaseException | None) -> None:
        """Add the outcome of a test, once for all of its parameters."""
        if error is None:
            found, text = self.passed, test
        elif is_comparison(error):
            found, text = self.failed, test
        else:
            found, text = self.broken, f"{test}: {type(error).__name__}"
        if text not in found:
            found.append(text)


def is_comparison(error: BaseException) -> bool:
    """Whether numbers or words were not those expected, which numpy and pytest say this way."""
    return isinstance(error, AssertionError)


class Planted(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from its own source, with the mistake in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        origin = str(source_of(fullname))
        return importlib.util.spec_from_file_location(fullname, origin, loader=self)

    def get_source(self, fullname: str) -> str:
        return planted(self.mutant)

    def get_code(self, fullname: str) -> CodeType:
        return compile(planted(self.mutant), str(source_of(fullname)), "exec")


def source_of(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def planted(mutant: Mutant) -> str:
    """Return the source with the mistake.

    Raises LookupError where the code that it replaces is not there exactly once.
    """
    source = source_of(mutant.module).read_text(encoding="utf-8")
    if (times := source.count(mutant.old)) != 1:
        raise LookupError(f"{mutant.name}: {mutant.module} has {mutant.old!r} {times} times")
    return source.replace(mutant.old, mutant.new)


class Listener:
    """A plugin that hears how each test ends, and why the import of one fails."""

    def __init__(self) -> None:
        self.verdict = Verdict()

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or error is not None:
            self.verdict.note(short(item.nodeid), error)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.verdict.broken.append(f"{report.nodeid}: {report.longreprtext[-200:]}")


def short(nodeid: str) -> str:
    """Return file::test without folder and parameters."""
    return nodeid.partition("[")[0].rpartition("/")[2]


def run_tests(tests: Iterable[str], mutant: Mutant | None) -> Verdict:
    """Run the tests in this process, which must not have imported our code before."""
    early = [name for name in sys.modules if name.partition(".")[0] == "forecasts"]
    if early:
        raise RuntimeError(f"imported before the mistake was planted: {early}")
    if mutant is not None:
        sys.meta_path.insert(0, Planted(mutant))
    _settle_hypothesis()
    listener = Listener()
    names = [str(HERE / test) for test in tests]
    without = [option for plugin in WITHOUT for option in ("-p", f"no:{plugin}")]
    with redirect_stdout(io.StringIO()) as told, redirect_stderr(told):
        code = pytest.main([*OPTIONS, *without, *names], plugins=[listener])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        listener.verdict.broken.append(told.getvalue()[-200:])
    return listener.verdict


def _settle_hypothesis() -> None:
    """Draw the same examples always, and do not look for smaller ones: any will do."""
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate),
    )
    settings.load_profile("mutants")


class Trial:
    """Tests that run in a copy of this process, so that nothing of the mistake stays behind."""

    def __init__(self, tests: Sequence[str], mutant: Mutant | None) -> None:
        self.name = mutant.name if mutant else ""
        reading, writing = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            _tell(writing, tests, mutant)
        os.close(writing)
        self.pipe = os.fdopen(reading, encoding="utf-8")

    def verdict(self) -> Verdict:
        """Wait for the tests and return what they say."""
        with self.pipe:
            told = self.pipe.read()
        os.waitpid(self.child, 0)
        return Verdict(**json.loads(told)) if told else Verdict(broken=["the process died"])


def _tell(writing: int, tests: Sequence[str], mutant: Mutant | None) -> None:
    try:
        found = run_tests(tests, mutant)
    except Exception as error:  # noqa: BLE001  (whatever it is, the parent has to hear of it)
        found = Verdict(broken=[f"{type(error).__name__}: {error}"])
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        json.dump(asdict(found), pipe)
    # Neither atexit handlers nor the buffers of the parent are ours.
    os._exit(0)


def verdicts(mutants: Sequence[Mutant]) -> Iterator[tuple[str, Verdict]]:
    """Yield what the tests say of the code as it is, under no name, and then of each mutant."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in HEAVY:
        importlib.import_module(name)
    # What is loaded stays: no fork has to look through it for rubbish.
    gc.freeze()
    everything = list(dict.fromkeys(test for mutant in mutants for test in mutant.tests))
    running = deque([Trial(everything, None)])
    for mutant in mutants:
        running.append(Trial(mutant.tests, mutant))
        if len(running) > AT_ONCE:
            yield _ended(running)
    while running:
        yield _ended(running)


def _ended(running: deque[Trial]) -> tuple[str, Verdict]:
    trial = running.popleft()
    return trial.name, trial.verdict()


def _line(mutant: Mutant, verdict: Verdict) -> str:
    killers = ", ".join(verdict.failed) or f"NOBODY {verdict.broken}"
    return f"| {mutant.name} | {mutant.mistake} | {killers} |"


def _print_table(found: Iterator[tuple[str, Verdict]], mutants: Sequence[Mutant]) -> bool:
    _, unmutated = next(found)
    wrong = unmutated.failed + unmutated.broken
    print(f"Without a mistake: {len(unmutated.passed)} tests pass, {len(wrong)} do not {wrong}")
    print("| mutant | mistake | killed by |\n|---|---|---|")
    n_killed = 0
    for mutant, (_, verdict) in zip(mutants, found, strict=True):
        n_killed += bool(verdict.failed)
        print(_line(mutant, verdict), flush=True)
    print(f"{n_killed} of {len(mutants)} killed")
    return n_killed == len(mutants) and not wrong


def main(arguments: Sequence[str]) -> int:
    """Print the table, or with --json what test_mutants.py reads."""
    as_json = "--json" in arguments
    chosen = {name for name in arguments if name != "--json"}
    mutants = [mutant for mutant in MUTANTS if not chosen or mutant.name in chosen]
    found = verdicts(mutants)
    if as_json:
        table: dict[str, Any] = {name: asdict(verdict) for name, verdict in found}
        print(json.dumps(table))
        return 0
    return 0 if _print_table(found, mutants) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
