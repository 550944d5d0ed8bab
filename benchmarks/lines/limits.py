"""The limits: what touching the rows costs, whatever is done with them."""

from benchmarks.harness import Bench, Work, line

SUMS = "SELECT sum(expert_id), sum(question_id), sum(probability) FROM forecasts_forecast"
NARROW = "SELECT sum(expert), sum(ppm), sum(outcome) FROM bench.scored"


def query(bench: Bench, statement: str) -> Work:
    """Run a statement that sends next to nothing back."""
    connection = bench.connect()

    def work() -> None:
        connection.execute(statement)

    return work


@line("sums", "PostgreSQL: three sums over the table of forecasts")
def sums(bench: Bench) -> Work:
    return query(bench, SUMS)


@line("narrow", "PostgreSQL: three sums over a table of expert, ppm, outcome", limit="sums")
def narrow(bench: Bench) -> Work:
    return query(bench, NARROW)
