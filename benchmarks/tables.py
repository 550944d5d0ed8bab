"""The table in the terminal and in README.md."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.harness import Bench, Result

README = Path(__file__).with_name("README.md")
PACKAGES = ("numpy", "scipy", "scikit-learn", "statsmodels", "psycopg", "Django")
HEAD = ("line", "name", "seconds", "ratio", "memory")
# Below this the measurement is noise.
LEAST_MIB = 5


def table(results: Sequence[Result]) -> str:
    """In Markdown, its columns aligned."""
    seconds = {result.line.name: result.seconds for result in results}
    rows = [HEAD, *(row(result, seconds) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    texts = [" | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    texts.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {text} |" for text in texts)


def row(result: Result, seconds: dict[str, float]) -> tuple[str, ...]:
    line = result.line
    return (
        line.title,
        line.name,
        ("about " if result.is_scaled else "") + f"{result.seconds:.3g}",
        ratio(result, seconds),
        f"{result.mib:.0f} MiB" if result.mib >= LEAST_MIB else "",
    )


def ratio(result: Result, seconds: dict[str, float]) -> str:
    """Empty where the limit was not measured."""
    limit = result.line.limit
    if limit is None:
        return "limit"
    return f"{result.seconds / seconds[limit]:.3g} x {limit}" if limit in seconds else ""


def facts(bench: Bench, load_seconds: float = 0, command: str = "") -> str:
    """What was measured, when, on what."""
    with bench.connect() as connection:
        [counts] = connection.execute(
            "SELECT count(*), count(DISTINCT expert_id), count(DISTINCT question_id),"
            " pg_table_size('forecasts_forecast') / (1 << 20), current_setting('server_version')"
            " FROM forecasts_forecast"
        ).fetchall()
    forecasts, experts, questions, mib, server = counts
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    loaded = f", loaded in {load_seconds:.0f} s" if load_seconds else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, `{command or f'make bench SCALE={bench.scale.name}'}`:"
        f" {forecasts:,} rows of forecasts ({mib:,} MiB) by {experts:,} experts"
        f" on {questions:,} questions{loaded}.\n"
        f"{processor()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB; PostgreSQL"
        f" {str(server).split()[0]}, Python {platform.python_version()}, {packages}."
    )


def processor() -> str:
    info = Path("/proc/cpuinfo")
    found = (
        re.search(r"^model name\s*: (.+)$", info.read_text(), re.MULTILINE)
        if info.exists()
        else None
    )
    return found[1].strip() if found else platform.machine()


def memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


def write(scale: str, text: str) -> None:
    """Put the text between the scale's marks in README.md."""
    start, end = f"<!-- {scale} -->\n", f"<!-- /{scale} -->"
    before, _, rest = README.read_text().partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{README.name} has no marks for {scale}.")
    README.write_text(f"{before}{start}{text}\n{end}{after}")
