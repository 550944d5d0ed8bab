"""The rows of forecasts brought into arrays."""

from django.db.models.functions import Coalesce

from benchmarks.harness import Bench, Work, line
from forecasts.models import Forecast
from forecasts.selectors.columns import Ppm, read_columns


@line("reading", "Python: expert, question, time and ppm of every row in arrays", limit="sums")
def reading(bench: Bench) -> Work:
    rows = Forecast.objects.annotate(ppm=Coalesce(Ppm("probability"), -1)).order_by()

    def work() -> None:
        columns = read_columns(rows.values_list("expert", "question", "stated_at", "ppm"))
        assert len(columns["ppm"]) > bench.scale.pairs // 2

    return work
