"""Speed and memory, as ratios against a limit measured in the same run.

A line of the table is a function in a module of benchmarks/lines/, which lines/__init__.py
imports. What it does first is not measured; what it returns is:

    @line("reading", "one expert's rows", limit="sums")
    def reading(bench: Bench) -> Work:
        rows = Forecast.objects.filter(expert=bench.scale.experts // 2)

        def work() -> None:
            read_columns(rows.values_list("question", Ppm("probability")))

        return work

`limit` names the line that the ratio is against; without it the line is itself a limit. `rounds`
gives a slow line fewer than the scale's. Work that does a part of the whole returns the factor
to scale its seconds by. Every measurement is a process of its own, forked from one that has
imported everything; it has Django's connection and `bench.connect()` for plain psycopg. What
a line writes has to be made to vanish again: a transaction rolled back by the line is simplest.
"""
