"""The standing forecasts selected and sorted by PostgreSQL alone."""

from benchmarks.harness import Bench, Work, line
from benchmarks.lines.limits import query
from benchmarks.standing import SCORED

# Every row is sorted and written out, and nothing crosses to the client.
DISCARDED = f"COPY ({SCORED}) TO '/dev/null' (FORMAT binary)"


@line("standing", "PostgreSQL: standing forecasts, sorted by expert, ppm, outcome", limit="sums")
def standing(bench: Bench) -> Work:
    return query(bench, DISCARDED)
