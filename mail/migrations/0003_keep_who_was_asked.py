from django.db import migrations

BATCH = 1000


def keep_who_was_asked(apps, schema_editor):
    """Whoever was mailed at a check has a row that says so, and is not asked at it again."""
    prompts = apps.get_model("mail", "Prompt").objects.order_by("pk")
    mailed = prompts.filter(delivery__isnull=False, reviewer__isnull=False)
    rows = mailed.values_list("pk", "reviewer", "delivery", "delivery__created_at")
    asking = apps.get_model("mail", "Asking")
    asking.objects.bulk_create(
        (
            asking(prompt_id=prompt, reviewer_id=reviewer, delivery_id=delivery, asked_at=asked_at)
            for prompt, reviewer, delivery, asked_at in rows
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """By itself: PostgreSQL alters no table in the transaction that has written to it."""

    dependencies = [
        ("mail", "0002_resolution_desk"),
    ]

    operations = [
        migrations.RunPython(keep_who_was_asked, migrations.RunPython.noop),
    ]
