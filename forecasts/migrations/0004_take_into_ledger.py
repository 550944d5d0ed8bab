from django.db import migrations

from forecasts.services.ledger_intakes import take_in_what_exists


def take_in(apps, schema_editor):
    take_in_what_exists(registry=apps)


class Migration(migrations.Migration):
    """What exists becomes the beginning of the ledger."""

    dependencies = [
        ("forecasts", "0003_resolution_desk"),
    ]

    operations = [
        migrations.RunPython(take_in, migrations.RunPython.noop),
    ]
