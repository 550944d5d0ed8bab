from django.db import migrations


class Migration(migrations.Migration):
    """Who was asked stands in a table of its own."""

    dependencies = [
        ("mail", "0003_keep_who_was_asked"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="prompt",
            name="prompt_has_reader",
        ),
        migrations.RemoveField(
            model_name="prompt",
            name="delivery",
        ),
        migrations.RemoveField(
            model_name="prompt",
            name="reviewer",
        ),
    ]
