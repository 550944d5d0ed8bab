import django.core.validators
import django.db.models.deletion
import forecasts.models.fields
from django.conf import settings
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
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('author', forecasts.models.fields.LineField(blank=True, max_length=200)),
                ('original', models.BinaryField()),
                ('media_type', models.CharField(choices=[('text/plain', 'Plain text'), ('text/html', 'HTML'), ('text/markdown', 'Markdown')], max_length=13)),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                ('text', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='article', to='forecasts.source')),
            ],
            options={
                'ordering': ('-recorded_at', '-pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='article_sha256'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='article_has_text')],
            },
        ),
        migrations.CreateModel(
            name='ArticleReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extractor', forecasts.models.fields.LineField(max_length=200)),
                ('n_proposed', models.PositiveIntegerField()),
                ('n_refused', models.PositiveIntegerField()),
                ('read_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='forecasts.article')),
            ],
            options={
                'ordering': ('read_at', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('article', 'extractor'), name='article_read_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=30)),
                ('format', models.CharField(max_length=5)),
                ('encoding', models.CharField(max_length=20)),
                ('name', forecasts.models.fields.LineField(max_length=200)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('report', models.JSONField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='import_drafts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('uploaded_at', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('format__in', ('csv', 'json', 'jsonl'))), name='import_draft_format')],
            },
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
                'constraints': [models.UniqueConstraint(fields=('lexicon', 'phrase'), name='lexicon_phrase_once'), models.CheckConstraint(condition=models.Q(('high__lte', 1), ('low__gte', 0), ('low__lte', models.F('mid')), ('mid__lte', models.F('high'))), name='lexicon_phrase_ordered')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('extractor', forecasts.models.fields.LineField(blank=True, max_length=200)),
                ('start', models.PositiveIntegerField()),
                ('end', models.PositiveIntegerField()),
                ('speaker', models.CharField(blank=True, max_length=200)),
                ('phrase', models.CharField(blank=True, max_length=200)),
                ('claims_yes', models.BooleanField(default=True)),
                ('horizon', models.CharField(blank=True, max_length=200)),
                ('proposed_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='forecasts.article')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('article', 'start', 'pk'),
                'constraints': [models.UniqueConstraint(fields=('article', 'start', 'end', 'phrase'), name='proposal_once'), models.CheckConstraint(condition=models.Q(('start__lt', models.F('end'))), name='proposal_has_words'), models.CheckConstraint(condition=models.Q(models.Q(('extractor', ''), ('proposed_by__isnull', False)), models.Q(models.Q(('extractor', ''), _negated=True), ('proposed_by', None)), _connector='OR'), name='proposal_by_one')],
            },
        ),
        migrations.CreateModel(
            name='ProposalDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('accepted', 'To be recorded'), ('recorded', 'Recorded'), ('unscorable', 'Cannot be scored'), ('rejected', 'No forecast')], max_length=10)),
                ('decided_at', models.DateTimeField()),
                ('superseded_at', models.DateTimeField(editable=False, null=True)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('forecast', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal_decision', to='forecasts.forecast')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='forecasts.proposal')),
                ('statement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal_decision', to='forecasts.unscorablestatement')),
            ],
            options={
                'ordering': ('decided_at', 'pk'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('proposal',), name='proposal_decision_one_in_force'), models.CheckConstraint(condition=models.Q(models.Q(('forecast', None), ('kind__in', ('accepted', 'rejected')), ('statement', None)), models.Q(('forecast__isnull', False), ('kind', 'recorded'), ('statement', None)), models.Q(('forecast', None), ('kind', 'unscorable'), ('statement__isnull', False)), _connector='OR'), name='proposal_decision_fits')],
            },
        ),
        migrations.CreateModel(
            name='Quotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('article_sha256', models.CharField(max_length=64)),
                ('start', models.PositiveIntegerField()),
                ('end', models.PositiveIntegerField()),
                ('exact', models.CharField(max_length=2000)),
                ('prefix', models.CharField(blank=True, max_length=64)),
                ('suffix', models.CharField(blank=True, max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('forecast', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotation', to='forecasts.forecast')),
                ('statement', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='quotation', to='forecasts.unscorablestatement')),
            ],
            options={
                'ordering': ('article_sha256', 'start', 'pk'),
                'constraints': [models.CheckConstraint(condition=models.Q(('start__lt', models.F('end'))), name='quotation_has_words'), models.CheckConstraint(condition=models.Q(models.Q(('forecast__isnull', False), ('statement', None)), models.Q(('forecast', None), ('statement__isnull', False)), _connector='OR'), name='quotation_of_one')],
            },
        ),
        migrations.AddField(
            model_name='coding',
            name='is_blind',
            field=models.BooleanField(default=True, help_text='False where a lead had been shown what others read.'),
        ),
        migrations.AddField(
            model_name='expert',
            name='external_id',
            field=forecasts.models.fields.ExternalIdField(blank=True, default='', help_text='What it is called where it comes from; unique, or empty.', max_length=200),
        ),
        migrations.AddField(
            model_name='forecast',
            name='external_id',
            field=forecasts.models.fields.ExternalIdField(blank=True, default='', help_text='What it is called where it comes from; unique, or empty.', max_length=200),
        ),
        migrations.AddField(
            model_name='question',
            name='external_id',
            field=forecasts.models.fields.ExternalIdField(blank=True, default='', help_text='What it is called where it comes from; unique, or empty.', max_length=200),
        ),
        migrations.AddField(
            model_name='source',
            name='external_id',
            field=forecasts.models.fields.ExternalIdField(blank=True, default='', help_text='What it is called where it comes from; unique, or empty.', max_length=200),
        ),
        migrations.AddField(
            model_name='unscorablestatement',
            name='external_id',
            field=forecasts.models.fields.ExternalIdField(blank=True, default='', help_text='What it is called where it comes from; unique, or empty.', max_length=200),
        ),
        migrations.AddConstraint(
            model_name='expert',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='expert_external_id_once'),
        ),
        migrations.AddConstraint(
            model_name='forecast',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='forecast_external_id_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='question_external_id_once'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='source_external_id_once'),
        ),
        migrations.AddConstraint(
            model_name='unscorablestatement',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='statement_external_id_once'),
        ),
        migrations.AddField(
            model_name='coding',
            name='lexicon_phrase',
            field=models.ForeignKey(blank=True, help_text='What of which version of a lexicon it was read with, if any.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='codings', to='forecasts.lexiconphrase'),
        ),
        # Last: PostgreSQL alters no table to which rows of the same transaction point.
        migrations.RunPython(enter_what_the_ledger_tells_of_now, migrations.RunPython.noop),
    ]
