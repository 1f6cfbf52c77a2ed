import core.ids
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.text
import tenancy.models.base
import tenancy.scope
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portfolio', '0008_partition_kpi_observations'),
        ('tenancy', '0002_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseOption',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('build', 'Build'), ('buy', 'Buy'), ('partner', 'Partner'), ('do_nothing', 'Do nothing')], default='build', max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('adoption_shape', models.CharField(choices=[('none', 'No adoption curve'), ('linear', 'Linear'), ('s_curve', 'S-shaped')], default='none', max_length=7)),
                ('adoption_start_month', models.PositiveSmallIntegerField(default=1, help_text='Counted from 1, the first month of the plan.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)])),
                ('adoption_ceiling', models.CharField(default='1', help_text="A share such as 0.6, or a driver's key.", max_length=60)),
                ('adoption_months', models.CharField(default='12', help_text="A number, or a driver's key.", max_length=60)),
                ('is_recommended', models.BooleanField(default=False)),
                ('position', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('case', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='portfolio.businesscase')),
            ],
            options={
                'ordering': ['case', 'position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseDriver',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('key', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_]*\\Z', 'Use small letters, digits and underscores, beginning with a letter.')])),
                ('name', models.CharField(max_length=200)),
                ('unit', models.CharField(blank=True, help_text='For example users, EUR/hour or 1; empty is a number.', max_length=60)),
                ('formula', models.CharField(blank=True, max_length=2000)),
                ('low', models.DecimalField(decimal_places=8, default=Decimal('0'), max_digits=24)),
                ('likely', models.DecimalField(decimal_places=8, default=Decimal('0'), max_digits=24)),
                ('high', models.DecimalField(decimal_places=8, default=Decimal('0'), max_digits=24)),
                ('distribution', models.CharField(choices=[('triangular', 'Triangular'), ('pert', 'PERT')], default='triangular', max_length=10)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('confidence', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], default='medium', max_length=6)),
                ('position', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('case', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drivers', to='portfolio.businesscase')),
                ('option', tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='drivers', to='portfolio.caseoption')),
                ('owner', tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
            ],
            options={
                'ordering': ['case', 'position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StaffingLine',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('role', models.CharField(max_length=120)),
                ('monthly_rate', models.DecimalField(decimal_places=2, max_digits=18)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('line', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staffing', to='portfolio.cashline')),
            ],
            options={
                'ordering': ['line', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StaffingPeriod',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('month', models.DateField()),
                ('person_months', models.DecimalField(decimal_places=2, max_digits=8)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('staffing_line', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='portfolio.staffingline')),
            ],
            options={
                'ordering': ['staffing_line', 'month'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='businesscase',
            name='portfolio_businesscase_current',
        ),
        migrations.RemoveConstraint(
            model_name='cashperiod',
            name='portfolio_cashperiod_month',
        ),
        migrations.RemoveConstraint(
            model_name='valuation',
            name='portfolio_valuation_inputs',
        ),
        migrations.AddField(
            model_name='businesscase',
            name='actions_key',
            field=models.CharField(blank=True, help_text='Key of the driver that counts actions in a month.', max_length=60, verbose_name='actions'),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='based_on',
            field=tenancy.models.base.TenantForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='portfolio.businesscase'),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='decided_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='decided_by',
            field=tenancy.models.base.TenantForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership'),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='decision_note',
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='is_current',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='simulation_seed',
            field=models.PositiveBigIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(9007199254740991)]),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='submitted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='submitted_by',
            field=tenancy.models.base.TenantForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership'),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='trials',
            field=models.PositiveIntegerField(default=10000, validators=[django.core.validators.MinValueValidator(100), django.core.validators.MaxValueValidator(100000)]),
        ),
        migrations.AddField(
            model_name='businesscase',
            name='users_key',
            field=models.CharField(blank=True, help_text='Key of the driver that counts active users in a month.', max_length=60, verbose_name='active users'),
        ),
        migrations.AddField(
            model_name='cashline',
            name='actual_source',
            field=models.CharField(choices=[('manual', 'Entered by people'), ('usage', 'Recorded AI usage'), ('kpi', 'A KPI')], default='manual', max_length=6),
        ),
        migrations.AddField(
            model_name='cashline',
            name='anchor',
            field=models.CharField(choices=[('none', 'Fixed months'), ('start', 'Start of the initiative'), ('end', 'End of the initiative')], default='none', max_length=5),
        ),
        migrations.AddField(
            model_name='cashline',
            name='anchored_month',
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='cashline',
            name='benefit_kind',
            field=models.CharField(blank=True, choices=[('hard', 'Hard'), ('soft', 'Soft')], max_length=4),
        ),
        migrations.AddField(
            model_name='cashline',
            name='duration_months',
            field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)]),
        ),
        migrations.AddField(
            model_name='cashline',
            name='formula',
            field=models.CharField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name='cashline',
            name='kpi',
            field=tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.kpi'),
        ),
        migrations.AddField(
            model_name='cashline',
            name='offset_months',
            field=models.SmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(-240), django.core.validators.MaxValueValidator(240)]),
        ),
        migrations.AddField(
            model_name='cashline',
            name='spend_kind',
            field=models.CharField(blank=True, choices=[('capex', 'Capital expenditure'), ('opex', 'Operating expenditure')], max_length=5),
        ),
        migrations.AddField(
            model_name='cashline',
            name='value_per_unit',
            field=models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True),
        ),
        migrations.AddField(
            model_name='cashperiod',
            name='measure',
            field=models.CharField(choices=[('plan', 'Plan'), ('forecast', 'Forecast'), ('actual', 'Actual')], default='plan', max_length=8),
        ),
        migrations.AddField(
            model_name='cashperiod',
            name='source',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='valuation',
            name='break_even_adoption',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='capex',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='capital expenditure'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='cost_of_delay',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name="cost of a month's delay"),
        ),
        migrations.AddField(
            model_name='valuation',
            name='cost_per_thousand_actions',
            field=models.DecimalField(decimal_places=6, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='cost_per_user',
            field=models.DecimalField(decimal_places=6, max_digits=30, null=True, verbose_name='cost to serve per user and month'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='distribution',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='valuation',
            name='hard_benefits',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='mirr',
            field=models.FloatField(null=True, verbose_name='modified internal rate of return'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='npv_hard_only',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='NPV on hard benefits'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='npv_p10',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='NPV, P10'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='npv_p50',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='NPV, P50'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='npv_p90',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='NPV, P90'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='opex',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='operating expenditure'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='probability_negative',
            field=models.FloatField(null=True, verbose_name='probability of a negative NPV'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='seed',
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='soft_benefits',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='tornado',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='valuation',
            name='total_cost_of_ownership',
            field=models.DecimalField(decimal_places=2, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name='valuation',
            name='trials',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='businesscase',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('returned', 'Returned'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('superseded', 'Superseded')], default='draft', editable=False, max_length=12),
        ),
        migrations.AddConstraint(
            model_name='businesscase',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('organization', 'initiative'), name='portfolio_businesscase_is_current'),
        ),
        migrations.AddConstraint(
            model_name='businesscase',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'approved')), fields=('organization', 'initiative'), name='portfolio_businesscase_approved'),
        ),
        migrations.AddConstraint(
            model_name='cashperiod',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('organization', 'line', 'month', 'measure'), name='portfolio_cashperiod_measure'),
        ),
        migrations.AddField(
            model_name='cashline',
            name='option',
            field=tenancy.models.base.TenantForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='portfolio.caseoption'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='option',
            field=tenancy.models.base.TenantForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.caseoption'),
        ),
        migrations.AddConstraint(
            model_name='cashline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('benefit_kind', ''), ('side', 'cost')), models.Q(('side', 'benefit'), ('spend_kind', '')), _connector='OR'), name='portfolio_cashline_kind', violation_error_message='Costs are capital or operating expenditure, benefits are hard or soft.'),
        ),
        migrations.AddConstraint(
            model_name='cashline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('actual_source', 'kpi'), _negated=True), models.Q(('kpi__isnull', False), ('side', 'benefit'), ('value_per_unit__isnull', False)), _connector='OR'), name='portfolio_cashline_kpi', violation_error_message='A benefit fed by a KPI needs the KPI and the value of one unit.'),
        ),
        migrations.AddConstraint(
            model_name='valuation',
            constraint=models.UniqueConstraint(fields=('organization', 'option', 'inputs_digest'), name='portfolio_valuation_option_inputs'),
        ),
        migrations.AddConstraint(
            model_name='caseoption',
            constraint=models.UniqueConstraint(models.F('organization'), models.F('case'), django.db.models.functions.text.Upper('name'), name='portfolio_caseoption_name'),
        ),
        migrations.AddConstraint(
            model_name='caseoption',
            constraint=models.UniqueConstraint(condition=models.Q(('is_recommended', True)), fields=('organization', 'case'), name='portfolio_caseoption_recommended'),
        ),
        migrations.AddConstraint(
            model_name='casedriver',
            constraint=models.UniqueConstraint(fields=('organization', 'case', 'option', 'key'), name='portfolio_casedriver_key', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='casedriver',
            constraint=models.CheckConstraint(condition=models.Q(('likely__lte', models.F('high')), ('low__lte', models.F('likely'))), name='portfolio_casedriver_range', violation_error_message='Low, likely and high must rise in this order.'),
        ),
        migrations.AddConstraint(
            model_name='staffingline',
            constraint=models.UniqueConstraint(fields=('organization', 'line'), name='portfolio_staffingline_line'),
        ),
        migrations.AddConstraint(
            model_name='staffingline',
            constraint=models.CheckConstraint(condition=models.Q(('monthly_rate__gte', 0)), name='portfolio_staffingline_rate', violation_error_message='A rate must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='staffingperiod',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('organization', 'staffing_line', 'month'), name='portfolio_staffingperiod_month'),
        ),
        migrations.AddConstraint(
            model_name='staffingperiod',
            constraint=models.CheckConstraint(condition=models.Q(('person_months__gte', 0)), name='portfolio_staffingperiod_amount', violation_error_message='Person-months must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='staffingperiod',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='portfolio_staffingperiod_month_start', violation_error_message='A month is given by its first day.'),
        ),
    ]
