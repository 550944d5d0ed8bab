import django.core.validators
import django.db.models.deletion
import forecasts.models.fields
from django.db import migrations, models

from forecasts.services.ledger_intakes import take_in_what_exists


def enter_what_the_ledger_tells_of_now(apps, schema_editor):
    """Statements that cannot be scored, and the readings behind what was adopted."""
    take_in_what_exists(registry=apps)


class Migration(migrations.Migration):

    dependencies = [
        ('forecasts', '0007_wants_summary'),
    ]

    operations = [
        migrations.AddField(
            model_name='coding',
            name='is_blind',
            field=models.BooleanField(default=True, help_text='False where a lead had been shown what others read.'),
        ),
        migrations.CreateModel(
            name='Lexicon',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField()),
                ('version', forecasts.models.fields.LineField(max_length=20)),
                ('title', forecasts.models.fields.LineField(max_length=200)),
                ('citation', forecasts.models.fields.ProseField(max_length=1000)),
                ('url', models.URLField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])])),
                ('sha256', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('\\A[0-9a-f]{64}\\Z', '64 hexadecimal digits, in lower case.')], verbose_name='SHA-256 of its file')),
                ('loaded_at', models.DateTimeField()),
                ('superseded_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ('name', 'loaded_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('name', 'version'), name='lexicon_version_once'), models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('name',), name='lexicon_one_in_force')],
            },
        ),
        migrations.CreateModel(
            name='LexiconPhrase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phrase', forecasts.models.fields.LineField(max_length=200)),
                ('low', forecasts.models.fields.ProbabilityField(decimal_places=6, max_digits=7)),
                ('mid', forecasts.models.fields.ProbabilityField(decimal_places=6, max_digits=7)),
                ('high', forecasts.models.fields.ProbabilityField(decimal_places=6, max_digits=7)),
                ('speaks_for', models.BooleanField(default=True, help_text='Whether it speaks for what it is said of, or against it.')),
                ('is_wide', models.BooleanField(default=False, help_text='Whether it cannot be codified: different people mean anything.')),
                ('note', forecasts.models.fields.ProseField(blank=True, max_length=1000)),
                ('lexicon', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phrases', to='forecasts.lexicon')),
            ],
            options={
                'ordering': ('lexicon', 'pk'),
            },
        ),
        migrations.AddField(
            model_name='coding',
            name='lexicon_phrase',
            field=models.ForeignKey(blank=True, help_text='What of which version of a lexicon it was read with, if any.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='forecasts.lexiconphrase'),
        ),
        migrations.AddConstraint(
            model_name='lexiconphrase',
            constraint=models.UniqueConstraint(fields=('lexicon', 'phrase'), name='lexicon_phrase_once'),
        ),
        migrations.AddConstraint(
            model_name='lexiconphrase',
            constraint=models.CheckConstraint(condition=models.Q(('high__lte', 1), ('low__gte', 0), ('low__lte', models.F('mid')), ('mid__lte', models.F('high'))), name='lexicon_phrase_ordered'),
        ),
        # Last: PostgreSQL alters no table to which rows of the same transaction point.
        migrations.RunPython(
            enter_what_the_ledger_tells_of_now, migrations.RunPython.noop
        ),
    ]
