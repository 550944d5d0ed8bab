from django.db import migrations

from forecasts.services.ledger_intakes import BEGINNING, take_in_what_exists


def open_comparisons(apps, schema_editor):
    """A row for every question that somebody answered; the sweep computes them."""
    comparisons = apps.get_model("forecasts", "QuestionComparison").objects
    forecasts = apps.get_model("forecasts", "Forecast").objects
    answered = forecasts.order_by("question").values_list("question", flat=True).distinct()
    comparisons.bulk_create(
        (comparisons.model(question_id=pk) for pk in answered.iterator()), batch_size=5_000
    )


def begin_ledger(apps, schema_editor):
    take_in_what_exists(registry=apps, kinds=BEGINNING)


class Migration(migrations.Migration):
    """Rows that follow from others begin with what exists."""

    dependencies = [
        ("forecasts", "0003_resolution_desk"),
    ]

    operations = [
        migrations.RunPython(open_comparisons, migrations.RunPython.noop),
        migrations.RunPython(begin_ledger, migrations.RunPython.noop),
    ]
