from typing import Any

from django.db import migrations, models

AT_ONCE = 500


def fill(apps: Any, schema_editor: Any) -> None:
    """What has been computed and drawn before, so that no ranking waits for the sweep."""
    cards = apps.get_model("forecasts", "Scorecard").objects
    last = 0
    while rows := list(cards.filter(pk__gt=last).order_by("pk").only("scores", "drawn")[:AT_ONCE]):
        for row in rows:
            row.mcb = row.scores.get("corp", {}).get("mcb")
            row.mcb_floor = (row.drawn or {}).get("corp", {}).get("mcb_floor")
        cards.bulk_update(rows, ("mcb", "mcb_floor"))
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [("forecasts", "0005_public_api")]

    operations = [
        migrations.AddField("scorecard", "mcb", models.FloatField(null=True)),
        migrations.AddField("scorecard", "mcb_floor", models.FloatField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
