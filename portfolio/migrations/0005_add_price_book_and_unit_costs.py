
import core.ids
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import tenancy.models.base
import tenancy.scope
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portfolio', '0004_add_custom_fields'),
        ('tenancy', '0002_ledger'),
    ]

    operations = [
        migrations.CreateModel(
            name='PricedModel',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('provider', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=120)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'priced model',
                'ordering': ['provider', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ModelPrice',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('input', 'Input tokens'), ('cached_input', 'Cached input tokens'), ('output', 'Output tokens'), ('batch_input', 'Input tokens in batch'), ('batch_output', 'Output tokens in batch'), ('image', 'Images'), ('gpu_hour', 'GPU-hours')], max_length=20)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, help_text='Last day of the offer; empty until a new price.', null=True)),
                ('unit_quantity', models.DecimalField(decimal_places=4, default=Decimal('1000000'), help_text='How many units the amount is for: 1,000,000 for tokens, 1 for images and GPU-hours.', max_digits=16, validators=[django.core.validators.MinValueValidator(Decimal('0.0001'))])),
                ('amount', models.DecimalField(decimal_places=8, max_digits=18, validators=[django.core.validators.MinValueValidator(0)])),
                ('currency', models.CharField(help_text='ISO 4217, for example USD.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use a three-letter ISO 4217 code such as EUR.')])),
                ('source', models.CharField(blank=True, help_text='Price list or contract the price is from.', max_length=200)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('priced_model', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.pricedmodel', verbose_name='model')),
            ],
            options={
                'ordering': ['-valid_from', 'priced_model', 'kind', 'id'],
            },
        ),
        migrations.CreateModel(
            name='SpendGuardrail',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('threshold', models.DecimalField(decimal_places=4, default=Decimal('0.1'), help_text='As a fraction: 0.10 is 10 %.', max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10)])),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('portfolio', tenancy.models.base.TenantForeignKey(blank=True, help_text='Empty: for every portfolio without one of its own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.portfolio')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='UnitCostDay',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('day', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('cost', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ('known_cost', models.DecimalField(decimal_places=6, max_digits=24)),
                ('unknown_parts', models.PositiveIntegerField(default=0)),
                ('tokens', models.PositiveBigIntegerField(default=0)),
                ('requests', models.PositiveBigIntegerField(null=True)),
                ('actions', models.PositiveBigIntegerField(null=True)),
                ('active_users', models.PositiveBigIntegerField(null=True)),
                ('usual_cost', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ('is_spike', models.BooleanField(default=False, verbose_name='spike')),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'daily unit cost',
                'ordering': ['-day', 'id'],
            },
        ),
        migrations.CreateModel(
            name='UnitCostMonth',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('month', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('cost', models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ('known_cost', models.DecimalField(decimal_places=6, max_digits=24)),
                ('unknown_days', models.PositiveSmallIntegerField(default=0)),
                ('days', models.PositiveSmallIntegerField(help_text='Days with usage.')),
                ('spike_days', models.PositiveSmallIntegerField(default=0)),
                ('tokens', models.PositiveBigIntegerField(default=0)),
                ('requests', models.PositiveBigIntegerField(null=True)),
                ('actions', models.PositiveBigIntegerField(null=True)),
                ('active_users', models.PositiveBigIntegerField(null=True)),
                ('cost_per_active_user', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('cost'), '/', django.db.models.functions.comparison.NullIf(models.F('active_users'), 0)), output_field=models.DecimalField(decimal_places=6, max_digits=24, null=True))),
                ('cost_per_request', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('cost'), '/', django.db.models.functions.comparison.NullIf(models.F('requests'), 0)), output_field=models.DecimalField(decimal_places=6, max_digits=24, null=True))),
                ('cost_per_thousand_actions', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('cost'), '*', models.Value(1000)), '/', django.db.models.functions.comparison.NullIf(models.F('actions'), 0)), output_field=models.DecimalField(decimal_places=6, max_digits=24, null=True))),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'verbose_name': 'monthly unit cost',
                'ordering': ['-month', 'id'],
            },
        ),
        migrations.CreateModel(
            name='UsageRecord',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('used_on', models.DateField(verbose_name='day')),
                ('is_batch', models.BooleanField(default=False, verbose_name='batch')),
                ('input_tokens', models.PositiveBigIntegerField(default=0)),
                ('cached_input_tokens', models.PositiveBigIntegerField(default=0)),
                ('output_tokens', models.PositiveBigIntegerField(default=0)),
                ('images', models.PositiveBigIntegerField(default=0)),
                ('gpu_hours', models.DecimalField(decimal_places=4, default=0, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='GPU-hours')),
                ('requests', models.PositiveBigIntegerField(blank=True, null=True)),
                ('actions', models.PositiveBigIntegerField(blank=True, null=True)),
                ('active_users', models.PositiveBigIntegerField(blank=True, null=True)),
                ('source', models.CharField(max_length=60)),
                ('source_id', models.CharField(max_length=120)),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('priced_model', tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.pricedmodel', verbose_name='model')),
            ],
            options={
                'ordering': ['-used_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='UsageTouchedDay',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('day', models.DateField()),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CostOptimization',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('name', models.CharField(max_length=200)),
                ('lever', models.CharField(choices=[('caching', 'Caching'), ('routing', 'Routing to a cheaper model'), ('prompt_length', 'Shorter prompts'), ('output_length', 'Shorter answers'), ('batching', 'Batching'), ('distillation', 'Distillation or fine-tuning'), ('self_hosting', 'Self-hosting'), ('contract', 'Contract and commitment'), ('other', 'Other')], max_length=20)),
                ('description', models.TextField(blank=True)),
                ('status', models.CharField(choices=[('idea', 'Idea'), ('planned', 'Planned'), ('in_progress', 'In progress'), ('live', 'Live'), ('dropped', 'Dropped')], default='idea', max_length=12)),
                ('expected_monthly_saving', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('currency', models.CharField(help_text='ISO 4217, of the expected saving.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use a three-letter ISO 4217 code such as EUR.')])),
                ('effective_on', models.DateField(blank=True, null=True, verbose_name='live since')),
                ('realised_monthly_saving', models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=18, null=True)),
                ('realised_currency', models.CharField(blank=True, editable=False, max_length=3)),
                ('saving_basis', models.CharField(blank=True, editable=False, max_length=200)),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('owner', tenancy.models.base.TenantForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tenancy.membership')),
            ],
            options={
                'ordering': ['name', 'id'],
                'indexes': [models.Index(fields=['organization', '-updated_at', 'id'], name='portfolio_costoptim_updated'), models.Index(fields=['organization', 'name', 'id'], name='portfolio_costoptim_by_name')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'initiative', 'name'), name='portfolio_costoptimization_name'), models.CheckConstraint(condition=models.Q(('expected_monthly_saving', None), ('expected_monthly_saving__gte', 0), _connector='OR'), name='portfolio_costoptimization_saving', violation_error_message='The expected saving must not be negative.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'live'), _negated=True), ('effective_on__isnull', False), _connector='OR'), name='portfolio_costoptimization_live', violation_error_message='Say since when it is live; the saving is measured from that day on.')],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('currency', models.CharField(help_text='ISO 4217, for example USD.', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use a three-letter ISO 4217 code such as EUR.')])),
                ('pivot_currency', models.CharField(editable=False, max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$', 'Use a three-letter ISO 4217 code such as EUR.')])),
                ('valid_on', models.DateField(verbose_name='valid from')),
                ('rate', models.DecimalField(decimal_places=10, help_text="How much of the organization's currency one unit buys.", max_digits=20, validators=[django.core.validators.MinValueValidator(Decimal('1E-10')), django.core.validators.MaxValueValidator(Decimal('1000000000'))])),
                ('source', models.CharField(blank=True, help_text='For example the central bank it is from.', max_length=120)),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['-valid_on', 'currency', 'id'],
                'indexes': [models.Index(fields=['organization', '-valid_on', 'id'], name='portfolio_exchangerate_recent'), models.Index(fields=['organization', 'currency', 'id'], name='portfolio_exchangerate_by_cur')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'currency', 'pivot_currency', 'valid_on'), name='portfolio_exchangerate_valid_on'), models.CheckConstraint(condition=models.Q(('rate__gte', Decimal('1E-10')), ('rate__lte', Decimal('1000000000'))), name='portfolio_exchangerate_rate', violation_error_message='The rate must be above zero and at most 1,000,000,000.'), models.CheckConstraint(condition=models.Q(('currency', models.F('pivot_currency')), _negated=True), name='portfolio_exchangerate_currency', violation_error_message="This is the organization's own currency; its rate is always 1.")],
            },
        ),
        migrations.CreateModel(
            name='MoneyRollup',
            fields=[
                ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('scope', models.CharField(choices=[('own', 'Initiative alone'), ('tree', 'With everything below')], max_length=4)),
                ('as_of', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('plan_cost', models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='budget')),
                ('forecast_cost', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('actual_cost', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('estimate_at_completion', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('plan_benefit', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('forecast_benefit', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('actual_benefit', models.DecimalField(decimal_places=2, max_digits=30, null=True)),
                ('npv', models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='net present value')),
                ('pv_costs', models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='present value of costs')),
                ('pv_benefits', models.DecimalField(decimal_places=2, max_digits=30, null=True, verbose_name='present value of benefits')),
                ('cases', models.PositiveIntegerField(default=0)),
                ('unvalued', models.PositiveIntegerField(default=0)),
                ('unconverted', models.PositiveIntegerField(default=0)),
                ('months_without_actual', models.PositiveIntegerField(default=0, help_text='Past months of cost lines with a plan but no actual; the estimate takes their forecast.')),
                ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.initiative')),
                ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
            ],
            options={
                'ordering': ['initiative', 'scope'],
                'indexes': [models.Index(fields=['organization', 'scope', 'id'], name='portfolio_moneyrollup_by_scope')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'initiative', 'scope'), name='portfolio_moneyrollup_initiative')],
            },
        ),
        migrations.AddIndex(
            model_name='pricedmodel',
            index=models.Index(fields=['organization', 'provider', 'name', 'id'], name='portfolio_pricedmodel_by_name'),
        ),
        migrations.AddConstraint(
            model_name='pricedmodel',
            constraint=models.UniqueConstraint(models.F('organization'), django.db.models.functions.text.Upper('provider'), django.db.models.functions.text.Upper('name'), name='portfolio_pricedmodel_name'),
        ),
        migrations.AddIndex(
            model_name='modelprice',
            index=models.Index(fields=['organization', '-valid_from', 'id'], name='portfolio_modelprice_recent'),
        ),
        migrations.AddIndex(
            model_name='modelprice',
            index=models.Index(fields=['organization', 'currency', 'id'], name='portfolio_modelprice_by_cur'),
        ),
        migrations.AddConstraint(
            model_name='modelprice',
            constraint=models.UniqueConstraint(fields=('organization', 'priced_model', 'kind', 'valid_from'), name='portfolio_modelprice_valid_from'),
        ),
        migrations.AddConstraint(
            model_name='modelprice',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='portfolio_modelprice_amount', violation_error_message='A price must not be negative.'),
        ),
        migrations.AddConstraint(
            model_name='modelprice',
            constraint=models.CheckConstraint(condition=models.Q(('unit_quantity__gte', Decimal('0.0001'))), name='portfolio_modelprice_unit_quantity', violation_error_message='The unit quantity must be at least 0.0001.'),
        ),
        migrations.AddConstraint(
            model_name='modelprice',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='portfolio_modelprice_dates', violation_error_message='The last day must not lie before the first.'),
        ),
        migrations.AddConstraint(
            model_name='spendguardrail',
            constraint=models.UniqueConstraint(fields=('organization', 'portfolio'), name='portfolio_spendguardrail_portfolio', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='spendguardrail',
            constraint=models.CheckConstraint(condition=models.Q(('threshold__gte', 0), ('threshold__lte', 10)), name='portfolio_spendguardrail_threshold', violation_error_message='The guardrail must lie between 0 and 10.'),
        ),
        migrations.AddIndex(
            model_name='unitcostday',
            index=models.Index(fields=['organization', '-day', 'id'], name='portfolio_unitcostday_recent'),
        ),
        migrations.AddIndex(
            model_name='unitcostday',
            index=models.Index(condition=models.Q(('is_spike', True)), fields=['organization', '-day', 'id'], name='portfolio_unitcostday_spikes'),
        ),
        migrations.AddIndex(
            model_name='unitcostday',
            index=models.Index(condition=models.Q(('cost', None)), fields=['organization', '-day', 'id'], name='portfolio_unitcostday_unknown'),
        ),
        migrations.AddConstraint(
            model_name='unitcostday',
            constraint=models.UniqueConstraint(fields=('organization', 'initiative', 'day'), name='portfolio_unitcostday_day'),
        ),
        migrations.AddIndex(
            model_name='unitcostmonth',
            index=models.Index(fields=['organization', '-month', 'id'], name='portfolio_unitcostmonth_recent'),
        ),
        migrations.AddConstraint(
            model_name='unitcostmonth',
            constraint=models.UniqueConstraint(fields=('organization', 'initiative', 'month'), name='portfolio_unitcostmonth_month'),
        ),
        migrations.AddConstraint(
            model_name='unitcostmonth',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='portfolio_unitcostmonth_month_start'),
        ),
        migrations.AddIndex(
            model_name='usagerecord',
            index=models.Index(fields=['organization', 'initiative', 'used_on'], name='portfolio_usagerecord_by_day'),
        ),
        migrations.AddIndex(
            model_name='usagerecord',
            index=models.Index(fields=['organization', 'priced_model', 'used_on'], name='portfolio_usagerecord_by_model'),
        ),
        migrations.AddIndex(
            model_name='usagerecord',
            index=models.Index(fields=['organization', '-used_on', 'id'], name='portfolio_usagerecord_recent'),
        ),
        migrations.AddConstraint(
            model_name='usagerecord',
            constraint=models.UniqueConstraint(fields=('organization', 'source', 'source_id'), name='portfolio_usagerecord_source_id'),
        ),
        migrations.AddConstraint(
            model_name='usagerecord',
            constraint=models.CheckConstraint(condition=models.Q(('priced_model__isnull', False), models.Q(('cached_input_tokens', 0), ('gpu_hours', 0), ('images', 0), ('input_tokens', 0), ('output_tokens', 0)), _connector='OR'), name='portfolio_usagerecord_model', violation_error_message='Tokens, images and GPU-hours need the provider and the model they are of.'),
        ),
        migrations.AddConstraint(
            model_name='usagerecord',
            constraint=models.CheckConstraint(condition=models.Q(('gpu_hours__gte', 0)), name='portfolio_usagerecord_gpu_hours', violation_error_message='GPU-hours must not be negative.'),
        ),
    ]
