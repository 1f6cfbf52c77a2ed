import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import core.ids
import governance.models.gate
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
                    name='StageGate',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('to_stage', models.CharField(choices=[('idea', 'Idea'), ('discovery', 'Discovery'), ('validated', 'Validated'), ('delivery', 'Delivery'), ('alpha', 'Alpha'), ('beta', 'Beta'), ('ga', 'GA'), ('operating', 'Operating'), ('sunset', 'Sunset')], max_length=12, verbose_name='stage')),
                        ('name', models.CharField(max_length=120)),
                        ('description', models.TextField(blank=True)),
                        ('approver_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('director', 'Director'), ('product_manager', 'Product manager'), ('contributor', 'Contributor'), ('finance', 'Finance'), ('reviewer', 'Reviewer'), ('viewer', 'Viewer'), ('auditor', 'Auditor'), ('service_account', 'Service account')], max_length=20), blank=True, default=governance.models.gate.default_approver_roles, size=None)),
                        ('approver_functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('product', 'Product'), ('engineering', 'Engineering'), ('ml', 'Machine learning'), ('data', 'Data'), ('design', 'Design'), ('sre', 'Site reliability'), ('security', 'Security'), ('privacy', 'Privacy'), ('legal', 'Legal'), ('compliance', 'Compliance'), ('responsible_ai', 'Responsible AI'), ('finance', 'Finance'), ('procurement', 'Procurement'), ('go_to_market', 'Go-to-market'), ('support', 'Support'), ('executive', 'Executive')], max_length=20), blank=True, default=governance.models.gate.default_approver_functions, size=None)),
                        ('approvals_required', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10)])),
                        ('required_functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('product', 'Product'), ('engineering', 'Engineering'), ('ml', 'Machine learning'), ('data', 'Data'), ('design', 'Design'), ('sre', 'Site reliability'), ('security', 'Security'), ('privacy', 'Privacy'), ('legal', 'Legal'), ('compliance', 'Compliance'), ('responsible_ai', 'Responsible AI'), ('finance', 'Finance'), ('procurement', 'Procurement'), ('go_to_market', 'Go-to-market'), ('support', 'Support'), ('executive', 'Executive')], max_length=20), blank=True, default=list, size=None)),
                        ('veto_functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('product', 'Product'), ('engineering', 'Engineering'), ('ml', 'Machine learning'), ('data', 'Data'), ('design', 'Design'), ('sre', 'Site reliability'), ('security', 'Security'), ('privacy', 'Privacy'), ('legal', 'Legal'), ('compliance', 'Compliance'), ('responsible_ai', 'Responsible AI'), ('finance', 'Finance'), ('procurement', 'Procurement'), ('go_to_market', 'Go-to-market'), ('support', 'Support'), ('executive', 'Executive')], max_length=20), blank=True, default=governance.models.gate.default_veto_functions, size=None)),
                        ('approval_valid_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)])),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ],
                    options={
                        'ordering': ['name', 'id'],
                        'indexes': [models.Index(fields=['organization', 'name', 'id'], name='governance_stagegate_by_name')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('organization', 'to_stage'), name='governance_stagegate_one_active', violation_error_message='This stage already has an active gate.'), models.CheckConstraint(condition=models.Q(('approvals_required__gte', 1)), name='governance_stagegate_approvals_required', violation_error_message='At least one approval is required.')],
                    },
                ),
                migrations.CreateModel(
                    name='GateCriterion',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('gate', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='governance.stagegate')),
                        ('position', models.PositiveSmallIntegerField(default=0)),
                        ('title', models.CharField(max_length=200)),
                        ('guidance', models.TextField(blank=True)),
                        ('kind', models.CharField(choices=[('checklist', 'Checklist'), ('live', 'Live evidence')], default='checklist', max_length=12)),
                        ('is_blocking', models.BooleanField(default=True, verbose_name='blocking')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('source', models.CharField(blank=True, choices=[('kpi', 'KPI of the initiative'), ('experiment', 'Experiment readout of the initiative')], max_length=12)),
                        ('kpi_name', models.CharField(blank=True, max_length=200, verbose_name='KPI')),
                        ('comparator', models.CharField(blank=True, choices=[('at_least', 'at least'), ('at_most', 'at most'), ('above', 'above'), ('below', 'below')], max_length=12)),
                        ('threshold', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True)),
                        ('max_age_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(3650)])),
                    ],
                    options={
                        'ordering': ['position', 'created_at', 'id'],
                        'indexes': [models.Index(fields=['organization', 'gate', 'position'], name='governance_gatecriterion_order')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'checklist'), ('max_age_days', None), ('source', ''), ('threshold', None)), models.Q(('kind', 'live'), ('max_age_days__gte', 1), ('source', 'experiment'), ('threshold', None)), models.Q(('kind', 'live'), ('max_age_days__gte', 1), ('source', 'kpi'), ('threshold__isnull', False), models.Q(('kpi_name', ''), _negated=True), models.Q(('comparator', ''), _negated=True)), _connector='OR'), name='governance_gatecriterion_complete', violation_error_message='A live criterion needs a source and a greatest age in days; a KPI also its name, a comparator and a threshold. A checklist item has none of them.')],
                    },
                ),
                migrations.CreateModel(
                    name='Launch',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('initiative', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.initiative')),
                        ('target_stage', models.CharField(choices=[('idea', 'Idea'), ('discovery', 'Discovery'), ('validated', 'Validated'), ('delivery', 'Delivery'), ('alpha', 'Alpha'), ('beta', 'Beta'), ('ga', 'GA'), ('operating', 'Operating'), ('sunset', 'Sunset')], max_length=12)),
                        ('title', models.CharField(max_length=200)),
                        ('scope', models.TextField(blank=True, help_text='What goes out, to whom, in which regions.')),
                        ('rollout_plan', models.TextField(blank=True, help_text='Steps, their audience, what is watched between them.')),
                        ('risk_summary', models.TextField(blank=True, help_text='What could go wrong, how likely, what was done.')),
                        ('rollback_plan', models.TextField(blank=True, help_text='How it is switched off, by whom, and how fast.')),
                        ('planned_on', models.DateField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('ready', 'Ready'), ('launched', 'Launched'), ('cancelled', 'Cancelled')], default='draft', editable=False, max_length=12)),
                        ('content_version', models.PositiveIntegerField(default=1, editable=False)),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('created_by', tenancy.models.base.TenantForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                        ('edited_by', tenancy.models.base.TenantForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                        ('launched_at', models.DateTimeField(editable=False, null=True)),
                    ],
                    options={
                        'verbose_name_plural': 'launches',
                        'ordering': ['-updated_at', 'id'],
                        'indexes': [models.Index(fields=['organization', '-updated_at', 'id'], name='governance_launch_updated'), models.Index(fields=['organization', 'status', '-updated_at'], name='governance_launch_by_status')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('draft', 'ready'))), fields=('organization', 'initiative', 'target_stage'), name='governance_launch_one_open', violation_error_message='This initiative already has an open launch for this stage.')],
                    },
                ),
                migrations.CreateModel(
                    name='ChecklistAnswer',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('launch', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='governance.launch')),
                        ('criterion', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.gatecriterion')),
                        ('is_done', models.BooleanField(default=False)),
                        ('note', models.TextField(blank=True)),
                        ('answered_by', tenancy.models.base.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                    ],
                    options={
                        'ordering': ['criterion__position', 'id'],
                        'constraints': [models.UniqueConstraint(models.F('organization'), models.F('launch'), models.F('criterion'), name='governance_checklistanswer_criterion')],
                    },
                ),
                migrations.CreateModel(
                    name='GateRun',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('launch', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gate_runs', to='governance.launch')),
                        ('gate', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.stagegate')),
                        ('gate_version', models.PositiveIntegerField()),
                        ('occasion', models.CharField(choices=[('manual', 'Asked for'), ('request', 'Approval requested'), ('execution', 'Stage change')], default='manual', max_length=12)),
                        ('outcome', models.CharField(choices=[('pass', 'Pass'), ('fail', 'Fail'), ('unknown', 'Unknown')], max_length=12)),
                        ('results', models.JSONField()),
                        ('subject_digest', models.CharField(max_length=64)),
                        ('digest', models.CharField(max_length=64)),
                        ('evaluated_at', models.DateTimeField()),
                        ('evaluated_by', tenancy.models.base.TenantForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                    ],
                    options={
                        'ordering': ['-evaluated_at', 'id'],
                        'indexes': [models.Index(fields=['organization', 'launch', '-evaluated_at'], name='governance_gaterun_recent')],
                    },
                ),
                migrations.CreateModel(
                    name='ApprovalRequest',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('launch', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approval_requests', to='governance.launch')),
                        ('launch_version', models.PositiveIntegerField()),
                        ('subject_digest', models.CharField(max_length=64)),
                        ('gate', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.stagegate')),
                        ('gate_run', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='governance.gaterun')),
                        ('plan', models.JSONField()),
                        ('status', models.CharField(choices=[('pending', 'Pending'), ('approved', 'Approved'), ('vetoed', 'Vetoed'), ('refused', 'Refused'), ('stale', 'Stale'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('consumed', 'Used')], default='pending', max_length=12)),
                        ('requested_by', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                        ('expires_at', models.DateTimeField()),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('consumed_at', models.DateTimeField(null=True)),
                        ('closing_reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at', 'id'],
                        'indexes': [models.Index(fields=['organization', 'status', '-created_at'], name='governance_request_by_status'), models.Index(fields=['organization', '-created_at', 'id'], name='governance_request_recent')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('pending', 'approved', 'vetoed'))), fields=('organization', 'launch'), name='governance_approvalrequest_one_live', violation_error_message='This launch already has a live approval request.'), models.CheckConstraint(condition=models.Q(models.Q(('consumed_at__isnull', False), ('status', 'consumed')), models.Q(models.Q(('status', 'consumed'), _negated=True), ('consumed_at', None)), _connector='OR'), name='governance_approvalrequest_consumed_at')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('organization', models.ForeignKey(db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('request', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='governance.approvalrequest')),
                        ('actor', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.membership')),
                        ('verdict', models.CharField(choices=[('approve', 'Approved'), ('refuse', 'Refused'), ('veto', 'Vetoed'), ('lift_veto', 'Lifted the veto')], max_length=12)),
                        ('function', models.CharField(blank=True, choices=[('product', 'Product'), ('engineering', 'Engineering'), ('ml', 'Machine learning'), ('data', 'Data'), ('design', 'Design'), ('sre', 'Site reliability'), ('security', 'Security'), ('privacy', 'Privacy'), ('legal', 'Legal'), ('compliance', 'Compliance'), ('responsible_ai', 'Responsible AI'), ('finance', 'Finance'), ('procurement', 'Procurement'), ('go_to_market', 'Go-to-market'), ('support', 'Support'), ('executive', 'Executive')], max_length=20)),
                        ('role', models.CharField(choices=[('owner', 'Owner'), ('admin', 'Admin'), ('director', 'Director'), ('product_manager', 'Product manager'), ('contributor', 'Contributor'), ('finance', 'Finance'), ('reviewer', 'Reviewer'), ('viewer', 'Viewer'), ('auditor', 'Auditor'), ('service_account', 'Service account')], max_length=20)),
                        ('functions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('product', 'Product'), ('engineering', 'Engineering'), ('ml', 'Machine learning'), ('data', 'Data'), ('design', 'Design'), ('sre', 'Site reliability'), ('security', 'Security'), ('privacy', 'Privacy'), ('legal', 'Legal'), ('compliance', 'Compliance'), ('responsible_ai', 'Responsible AI'), ('finance', 'Finance'), ('procurement', 'Procurement'), ('go_to_market', 'Go-to-market'), ('support', 'Support'), ('executive', 'Executive')], max_length=20), blank=True, default=list, size=None)),
                        ('reason', models.TextField(blank=True)),
                        ('subject_digest', models.CharField(max_length=64)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'ordering': ['-at', '-id'],
                        'indexes': [models.Index(fields=['organization', '-at', 'id'], name='governance_decision_recent')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('verdict__in', ['approve', 'refuse'])), fields=('organization', 'request', 'actor'), name='governance_decision_one_per_person', violation_error_message='You have already decided on this request.'), models.CheckConstraint(condition=models.Q(('verdict', 'approve'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='governance_decision_reason', violation_error_message='Say why: everybody who relies on this decision needs the reason.'), models.CheckConstraint(condition=models.Q(models.Q(('verdict__in', ['veto', 'lift_veto']), _negated=True), models.Q(('function', ''), _negated=True), _connector='OR'), name='governance_decision_function', violation_error_message='A veto is raised and lifted on behalf of a function.')],
                    },
                ),
            ]
        )
    ]
