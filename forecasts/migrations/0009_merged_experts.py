"""Experts can be merged, and merges undone."""

import django.db.models.deletion
import forecasts.models.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forecasts', '0008_coding_desk'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExpertMerge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', forecasts.models.fields.ProseField(max_length=2000)),
                ('merged_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('merged_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='ExpertMergeUndo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', forecasts.models.fields.ProseField(max_length=2000)),
                ('undone_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('undone_at', 'pk'),
            },
        ),
        migrations.RemoveConstraint(
            model_name='forecast',
            name='forecast_once',
        ),
        migrations.AddField(
            model_name='expert',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='forecasts.expert'),
        ),
        migrations.AddField(
            model_name='forecast',
            name='recorded_as',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forecasts.expert'),
        ),
        migrations.AddField(
            model_name='unscorablestatement',
            name='recorded_as',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forecasts.expert'),
        ),
        migrations.AddIndex(
            model_name='forecast',
            index=models.Index(condition=models.Q(('recorded_as__isnull', False)), fields=['recorded_as'], name='forecast_moved'),
        ),
        migrations.AddIndex(
            model_name='unscorablestatement',
            index=models.Index(condition=models.Q(('recorded_as__isnull', False)), fields=['recorded_as'], name='statement_moved'),
        ),
        migrations.AddConstraint(
            model_name='expert',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('pk')), _negated=True), _connector='OR'), name='expert_merged_away'),
        ),
        migrations.AddConstraint(
            model_name='forecast',
            constraint=models.UniqueConstraint(condition=models.Q(('recorded_as', None), ('superseded_at', None)), fields=('expert', 'question', 'source', 'stated_at', 'quote'), name='forecast_once'),
        ),
        migrations.AddField(
            model_name='expertmerge',
            name='expert',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='forecasts.expert'),
        ),
        migrations.AddField(
            model_name='expertmerge',
            name='into',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_into', to='forecasts.expert'),
        ),
        migrations.AddField(
            model_name='expertmerge',
            name='merged_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='expertmergeundo',
            name='merge',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='undo', to='forecasts.expertmerge'),
        ),
        migrations.AddField(
            model_name='expertmergeundo',
            name='undone_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='expertmerge',
            constraint=models.CheckConstraint(condition=models.Q(('expert', models.F('into')), _negated=True), name='expert_merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='expertmerge',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='expert_merge_reasoned'),
        ),
        migrations.AddConstraint(
            model_name='expertmergeundo',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='expert_merge_undo_reasoned'),
        ),
    ]
