from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import core.ids
import tenancy.models.base
import tenancy.scope
from core.database.migration_operations import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('portfolio', '0001_initial'),
        ('tenancy', '0002_ledger'),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name='Metric',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('key', models.CharField(help_text='Short name used by programs: checkout-rate.', max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Use letters, digits, dots, hyphens and underscores.')])),
                        ('name', models.CharField(max_length=200)),
                        ('description', models.TextField(blank=True)),
                        ('kind', models.CharField(choices=[('proportion', 'Proportion (share of units that convert)'), ('mean', 'Mean (a number per unit)')], default='proportion', max_length=12)),
                        ('direction', models.CharField(choices=[('up', 'Higher is better'), ('down', 'Lower is better')], default='up', max_length=4)),
                        ('unit', models.CharField(blank=True, help_text='Of a mean: seconds, EUR, tokens. Empty for a share.', max_length=40)),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                        'indexes': [models.Index(fields=['organization', 'name', 'id'], name='experiments_metric_by_name'), models.Index(fields=['organization', '-updated_at', 'id'], name='experiments_metric_updated')],
                        'constraints': [models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Upper('key'), name='experiments_metric_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Experiment',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('initiative', tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.initiative')),
                        ('key', models.CharField(help_text='Short name used by programs: chat-rerank.', max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Use letters, digits, dots, hyphens and underscores.')])),
                        ('name', models.CharField(max_length=200)),
                        ('hypothesis', models.TextField(blank=True, help_text='Because …, we expect that … for …, which we will see in …. Needed before the start.')),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('stopped', 'Stopped'), ('decided', 'Decided')], default='draft', editable=False, max_length=8)),
                        ('significance_level', models.DecimalField(decimal_places=4, default=Decimal('0.05'), help_text='Chance of calling a difference where there is none, as a fraction: 0.05 is 5%.', max_digits=5)),
                        ('planned_units', models.PositiveBigIntegerField(blank=True, help_text='Units each variant must reach before the primary metric is judged while the experiment runs.', null=True, verbose_name='planned units per variant')),
                        ('started_on', models.DateField(editable=False, null=True)),
                        ('ended_on', models.DateField(editable=False, null=True)),
                        ('decision', models.CharField(blank=True, choices=[('ship', 'Ship the treatment'), ('iterate', 'Iterate and test again'), ('stop', 'Keep the control')], editable=False, max_length=8)),
                        ('rationale', models.TextField(blank=True, editable=False)),
                    ],
                    options={
                        'ordering': ['-updated_at', 'id'],
                        'indexes': [models.Index(fields=['organization', 'name', 'id'], name='experiments_exp_by_name'), models.Index(fields=['organization', '-updated_at', 'id'], name='experiments_exp_updated'), models.Index(fields=['organization', '-started_on', 'id'], name='experiments_exp_started'), models.Index(fields=['organization', 'status', '-updated_at'], name='experiments_exp_by_status')],
                        'constraints': [models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Upper('key'), name='experiments_experiment_key'), models.CheckConstraint(condition=models.Q(('significance_level__gt', 0), ('significance_level__lt', Decimal('0.5'))), name='experiments_experiment_level', violation_error_message='The significance level must lie above 0 and below 0.5.'), models.CheckConstraint(condition=models.Q(('planned_units', None), ('planned_units__gt', 0), _connector='OR'), name='experiments_experiment_planned_units', violation_error_message='Plan at least one unit per variant, or leave it open.'), models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='experiments_experiment_dates', violation_error_message='The end must not lie before the start.'), models.CheckConstraint(condition=models.Q(('status', 'draft'), ('started_on__isnull', False), _connector='OR'), name='experiments_experiment_started', violation_error_message='An experiment that left draft has a start.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'decided'), models.Q(('decision', ''), _negated=True), models.Q(('rationale', ''), _negated=True)), models.Q(models.Q(('status', 'decided'), _negated=True), ('decision', ''), ('rationale', '')), _connector='OR'), name='experiments_experiment_decided', violation_error_message='A decided experiment, and only that, has a decision and its rationale.')],
                    },
                ),
                migrations.CreateModel(
                    name='Variant',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('experiment', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='experiments.experiment')),
                        ('key', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Use letters, digits, dots, hyphens and underscores.')])),
                        ('name', models.CharField(max_length=200)),
                        ('description', models.TextField(blank=True)),
                        ('is_control', models.BooleanField(default=False)),
                        ('allocation', models.DecimalField(decimal_places=6, help_text='Fraction of the units: 0.5 is half of them.', max_digits=7)),
                        ('position', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        'ordering': ['position', 'id'],
                        'constraints': [models.UniqueConstraint(models.F('organization'), models.F('experiment'), django.db.models.functions.text.Upper('key'), name='experiments_variant_key'), models.UniqueConstraint(condition=models.Q(('is_control', True)), fields=('organization', 'experiment'), name='experiments_variant_one_control', violation_error_message='An experiment has exactly one control.'), models.CheckConstraint(condition=models.Q(('allocation__gte', 0), ('allocation__lte', 1)), name='experiments_variant_allocation', violation_error_message='The allocation is a fraction between 0 and 1.')],
                    },
                ),
                migrations.CreateModel(
                    name='ExperimentMetric',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('experiment', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned_metrics', to='experiments.experiment')),
                        ('metric', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='experiments.metric')),
                        ('role', models.CharField(choices=[('primary', 'Primary'), ('secondary', 'Secondary'), ('guardrail', 'Guardrail')], default='secondary', max_length=10)),
                        ('non_inferiority_margin', models.DecimalField(blank=True, decimal_places=5, help_text='Of a guardrail: how much worse than control is accepted, as a fraction: 0.02 is 2%.', max_digits=6, null=True)),
                        ('position', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ],
                    options={
                        'ordering': ['position', 'id'],
                        'constraints': [models.UniqueConstraint(models.F('organization'), models.F('experiment'), models.F('metric'), name='experiments_expmetric_metric'), models.UniqueConstraint(condition=models.Q(('role', 'primary')), fields=('organization', 'experiment'), name='experiments_expmetric_one_primary', violation_error_message='An experiment has exactly one primary metric.'), models.CheckConstraint(condition=models.Q(models.Q(('non_inferiority_margin__gte', 0), ('non_inferiority_margin__isnull', False), ('role', 'guardrail')), models.Q(models.Q(('role', 'guardrail'), _negated=True), ('non_inferiority_margin', None)), _connector='OR'), name='experiments_expmetric_margin', violation_error_message='A guardrail, and only a guardrail, has a margin of zero or more.')],
                    },
                ),
                migrations.CreateModel(
                    name='VariantResult',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('variant', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='experiments.variant')),
                        ('metric', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='experiments.metric')),
                        ('units', models.PositiveBigIntegerField()),
                        ('conversions', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('sum', models.FloatField(blank=True, null=True)),
                        ('sum_of_squares', models.FloatField(blank=True, null=True)),
                        ('as_of', models.DateTimeField()),
                        ('source_id', models.CharField(max_length=200)),
                    ],
                    options={
                        'ordering': ['-as_of', '-id'],
                        'indexes': [models.Index(fields=['organization', 'variant', 'metric', '-as_of', '-id'], name='experiments_result_latest'), models.Index(fields=['organization', '-as_of', 'id'], name='experiments_result_by_time'), models.Index(fields=['organization', '-created_at', 'id'], name='experiments_result_recent')],
                        'constraints': [models.UniqueConstraint(models.F('organization'), models.F('source_id'), name='experiments_result_source'), models.CheckConstraint(condition=models.Q(models.Q(('conversions__isnull', False), ('sum', None), ('sum_of_squares', None)), models.Q(('conversions', None), ('sum__isnull', False), ('sum_of_squares__isnull', False)), _connector='OR'), name='experiments_result_shape', violation_error_message='Give either conversions, or sum and sum of squares.'), models.CheckConstraint(condition=models.Q(('conversions', None), ('conversions__lte', models.F('units')), _connector='OR'), name='experiments_result_conversions', violation_error_message='There cannot be more conversions than units.'), models.CheckConstraint(condition=models.Q(models.Q(('sum', None), models.Q(('sum__gt', float("-inf")), ('sum__lt', float("inf"))), _connector='OR'), models.Q(('sum_of_squares', None), models.Q(('sum_of_squares__gte', 0), ('sum_of_squares__lt', float("inf"))), _connector='OR')), name='experiments_result_finite', violation_error_message='Sums must be finite, and a sum of squares not negative.')],
                    },
                ),
                migrations.CreateModel(
                    name='Readout',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('experiment', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='experiments.experiment')),
                        ('computed_at', models.DateTimeField()),
                        ('data_as_of', models.DateTimeField(null=True)),
                        ('inputs_digest', models.CharField(max_length=64)),
                        ('engine_version', models.CharField(max_length=20)),
                        ('recommendation', models.CharField(choices=[('ship', 'Ship'), ('stop', 'Stop'), ('continue', 'Keep running'), ('inconclusive', 'Inconclusive')], max_length=12)),
                        ('reasons', models.JSONField(default=list)),
                        ('has_sample_ratio_mismatch', models.BooleanField(null=True)),
                        ('results', models.JSONField()),
                    ],
                    options={
                        'ordering': ['-computed_at', '-id'],
                        'indexes': [models.Index(fields=['organization', 'experiment', '-computed_at'], name='experiments_readout_latest'), models.Index(fields=['organization', '-computed_at', 'id'], name='experiments_readout_recent')],
                        'constraints': [models.UniqueConstraint(models.F('organization'), models.F('experiment'), models.F('inputs_digest'), name='experiments_readout_inputs')],
                    },
                ),
            ]
        )
    ]
