"""Columns read as arrays equal the rows that Django reads, on every database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import Error, connection, models, transaction
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.test.utils import isolate_apps

from forecasts.models import Expert, Forecast, Question
from forecasts.models.fields import ProbabilityField
from forecasts.selectors import columns
from forecasts.selectors.columns import Among, Ppm, microseconds, read_columns
from tests.factories import START, make_expert, make_forecast, make_question

pytestmark = pytest.mark.django_db
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
MILLION = 1_000_000
TEMPORARY = "CREATE TEMPORARY TABLE every_probability (value {type} NOT NULL)"
# The text that Django gives SQLite for a decimal; on PostgreSQL the same from a series.
FILL = {
    "sqlite": (
        "INSERT INTO every_probability WITH RECURSIVE counted(n) AS "
        "(SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000) "
        "SELECT printf('%d.%06d', n / 1000000, n % 1000000) FROM counted"
    ),
    "postgresql": (
        "INSERT INTO every_probability SELECT n / 1000000.0 FROM generate_series(0, 1000000) n"
    ),
}


def make_forecasts() -> None:
    """Twelve, some of the same instant, in an order that is none of the table's."""
    question, other = make_question(), make_question()
    for number in range(12):
        make_forecast(
            str(Decimal(number * 83_333) / MILLION),
            expert=make_expert(),
            question=question if number % 3 else other,
            stated_at=START - timedelta(microseconds=(number * 7) % 5),
        )


def all_kinds() -> QuerySet[Forecast, Any]:
    is_synthetic = Exists(Question.objects.filter(pk=OuterRef("question"), synthetic=True))
    return (
        Forecast.objects.annotate(
            is_stated=ExpressionWrapper(Q(basis="stated"), output_field=BooleanField()),
            is_synthetic=is_synthetic,
            ends=Coalesce("superseded_at", Value(NEVER)),
            half=Cast(F("pk"), FloatField()) / 2,
            small=Case(When(probability__gt=Decimal("0.5"), then=Value(2)), default=Value(1)),
        )
        .order_by("-stated_at", "expert")
        .values_list(
            "expert", "question", "stated_at", "is_stated", "is_synthetic", "ends", "half",
            "small", "claims_yes", "question__required_verdicts", "pk",
        )
    )  # fmt: skip


def as_number(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value


def test_arrays_hold_what_the_rows_hold_in_their_order() -> None:
    make_forecasts()

    read = read_columns(all_kinds())

    rows = [tuple(map(as_number, row)) for row in all_kinds()]
    assert list(zip(*(column.tolist() for column in read.values()), strict=True)) == rows
    assert list(read) == [
        "expert", "question", "stated_at", "is_stated", "is_synthetic", "ends", "half",
        "small", "claims_yes", "question__required_verdicts", "pk",
    ]  # fmt: skip
    assert {name: column.dtype.str for name, column in read.items()} == {
        **dict.fromkeys(read, "<i8"),
        **dict.fromkeys(["is_stated", "is_synthetic", "claims_yes"], "|b1"),
        "half": "<f8",
    }


def test_probabilities_are_whole_ppm() -> None:
    make_forecast("0.29")
    make_forecast("0.57")
    make_forecast(None, basis="inferred", phrase="likely")

    rows = Forecast.objects.annotate(ppm=Coalesce(Ppm("probability"), -1)).order_by("pk")

    assert read_columns(rows.values_list("ppm"))["ppm"].tolist() == [290_000, 570_000, -1]


@pytest.fixture
def every_probability() -> Iterator[type[models.Model]]:
    """A table of 0, 0.000001 and so on to 1, stored as Django stores decimals."""
    with isolate_apps("forecasts"):

        class EveryProbability(models.Model):  # noqa: DJ008, never shown
            value = ProbabilityField(primary_key=True)

            class Meta:
                app_label = "forecasts"
                db_table = "every_probability"

    column = EveryProbability._meta.get_field("value").db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(TEMPORARY.format(type=column))
        cursor.execute(FILL[connection.vendor])
    yield EveryProbability
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE every_probability")


def test_every_probability_is_exact_ppm(every_probability: type[models.Model]) -> None:
    rows = every_probability._default_manager.annotate(ppm=Ppm("value")).order_by("value")

    read = read_columns(rows.values_list("ppm"))

    assert np.array_equal(read["ppm"], np.arange(MILLION + 1))


@pytest.mark.parametrize("size", [1, 5, 6, 12, 13])
def test_batches_lose_no_row(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    make_forecasts()
    monkeypatch.setattr(columns, "BATCH", size)

    read = read_columns(Forecast.objects.order_by("-pk").values_list("pk"))

    expected = list(Forecast.objects.order_by("-pk").values_list("pk", flat=True))
    assert read["pk"].tolist() == expected


def test_parameters_are_quoted() -> None:
    name = "O'Neill \\ 100%s %(name)s ; --"
    expert = make_expert(name=name)
    make_expert()

    read = read_columns(Expert.objects.filter(name=name).values_list("pk"))

    assert read["pk"].tolist() == [expert.pk]


@pytest.mark.parametrize(
    "rows", [Forecast.objects.all(), Forecast.objects.none()], ids=["no row", "no query"]
)
def test_nothing_gives_empty_arrays(rows: QuerySet[Forecast]) -> None:
    read = read_columns(rows.values_list("pk", "claims_yes"))

    assert {name: (len(column), column.dtype.str) for name, column in read.items()} == {
        "pk": (0, "<i8"),
        "claims_yes": (0, "|b1"),
    }


@pytest.mark.parametrize("n", [0, 1, 40_000])
def test_among_takes_any_number_of_ids_as_one_parameter(n: int) -> None:
    """More than SQLite takes as parameters of their own."""
    forecasts = [make_forecast() for _ in range(3)]
    first, *_, last = sorted(forecast.question_id for forecast in forecasts)
    ids = [last + 1 + number for number in range(n - 1)] + [first] * bool(n)

    rows = Forecast.objects.filter(Among("question", ids)).order_by("pk").values_list("question")

    assert read_columns(rows)["question"].tolist() == [first] * bool(n)
    assert Forecast.objects.filter(Q(pk=forecasts[0].pk) | Q(Among("pk", []))).count() == 1


@pytest.mark.parametrize("name", ["superseded_at", "supersedes"])
def test_null_is_refused(name: str) -> None:
    make_forecasts()
    rows = Forecast.objects.values_list("pk", name)

    with pytest.raises(ValueError, match=r"NULL.*Coalesce"), transaction.atomic():
        read_columns(rows)

    assert len(read_columns(Forecast.objects.values_list("pk"))["pk"]) == 12


@pytest.mark.parametrize("name", ["quote", "probability"])
def test_what_has_no_fixed_width_is_refused_by_name(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        read_columns(Forecast.objects.values_list("pk", name))


def test_columns_must_be_named() -> None:
    with pytest.raises(TypeError, match="values_list"):
        read_columns(Forecast.objects.all())


def test_aggregates_are_read() -> None:
    make_forecasts()
    rows = Forecast.objects.values("question").annotate(last=Max("stated_at")).order_by("question")

    read = read_columns(rows.values_list("question", "last"))

    expected = list(rows.values_list("question", "last"))
    assert read["question"].tolist() == [question for question, _ in expected]
    assert read["last"].tolist() == [microseconds(last) for _, last in expected]


def test_an_error_among_the_rows_is_raised() -> None:
    make_forecasts()
    # The smallest integer has no absolute value.
    too_large = Func(F("pk") * 0 - (2**63 - 1) - Case(When(pk__gt=0, then=1), default=0))
    too_large.function, too_large.output_field = "ABS", models.BigIntegerField()

    with pytest.raises(Error, match=r"overflow|out of range"), transaction.atomic():
        read_columns(Forecast.objects.annotate(too_large=too_large).values_list("too_large"))

    assert len(read_columns(Forecast.objects.values_list("pk"))["pk"]) == 12
