"""Observations by month partitions, with the keys that keep source ids unique across them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids
import tenancy.models.base
import tenancy.scope

# Columns and checks as in the models' state below, which Django cannot create as a partitioned table.
TABLES = """
CREATE TABLE portfolio_kpiobservation (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kpi_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    observed_at timestamptz NOT NULL,
    version integer NOT NULL CHECK (version >= 0),
    value numeric(24, 6) NOT NULL,
    numerator numeric(24, 6),
    denominator numeric(24, 6),
    weight numeric(18, 6),
    sample_size bigint CHECK (sample_size >= 0),
    segment varchar(60) NOT NULL,
    source varchar(60) NOT NULL,
    source_id varchar(120) NOT NULL,
    CONSTRAINT portfolio_kpiobservation_key PRIMARY KEY (organization_id, id, observed_at),
    CONSTRAINT portfolio_kpiobservation_ratio CHECK (
        numerator IS NULL AND denominator IS NULL OR numerator IS NOT NULL AND denominator > 0
            AND denominator IS NOT NULL),
    CONSTRAINT portfolio_kpiobservation_weight CHECK (weight IS NULL OR weight >= 0)
) PARTITION BY RANGE (observed_at);
CREATE TABLE portfolio_kpiobservation_default PARTITION OF portfolio_kpiobservation DEFAULT;
CREATE INDEX portfolio_kpiobservation_at ON portfolio_kpiobservation (organization_id, kpi_id, observed_at);
CREATE INDEX portfolio_kpiobservation_late ON portfolio_kpiobservation (organization_id, observed_at DESC, id);
CREATE TABLE portfolio_kpiobservationkey (
    organization_id uuid NOT NULL,
    kpi_id uuid NOT NULL,
    observed_at timestamptz NOT NULL,
    source_id varchar(120) NOT NULL,
    CONSTRAINT portfolio_kpiobservationkey_source_id PRIMARY KEY (organization_id, kpi_id, source_id)
);
"""
# Sealing follows after every migrate.
FIRST_MONTHS = """
DO $$
DECLARE
    v_month date;
BEGIN
    FOR v_month IN
        SELECT generate_series(date_trunc('month', now()) - interval '11 months',
            date_trunc('month', now()) + interval '2 months', interval '1 month')::date
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF portfolio_kpiobservation FOR VALUES FROM (%L) TO (%L)',
            'portfolio_kpiobservation_' || to_char(v_month, 'YYYYMM'), v_month::timestamp AT TIME ZONE 'UTC',
            (v_month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END
$$;
"""

# The application owns nothing: it has months prepared by this function, which knows one table and a sane range.
# What cannot be had within two seconds is left for the next time; until then the default partition takes the rows,
# and they are moved when their month is made. They go into it after it is attached: attaching checks references by a
# query that row security stops for the owner; inserting checks them row by row. They are checked at once, because a
# table with checks to come cannot be altered.
MONTHS = """
CREATE FUNCTION portfolio_prepare_kpi_month(p_month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_month date := date_trunc('month', p_month)::date;
    v_start timestamptz := v_month::timestamp AT TIME ZONE 'UTC';
    v_past timestamptz := (v_month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
    v_name text := 'portfolio_kpiobservation_' || to_char(v_month, 'YYYYMM');
BEGIN
    IF v_month < date '2000-01-01' OR v_month > now() + interval '6 months' OR to_regclass(v_name) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('portfolio_prepare_kpi_month', 0));
    IF to_regclass(v_name) IS NOT NULL THEN
        RETURN false;
    END IF;
    SET CONSTRAINTS portfolio_kpiobservation_kpi_id_tenant_fk IMMEDIATE;
    LOCK TABLE portfolio_kpiobservation_default IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE portfolio_kpiobservation_default NO FORCE ROW LEVEL SECURITY;
    EXECUTE format('CREATE TABLE %I (LIKE portfolio_kpiobservation INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    CREATE TABLE portfolio_kpiobservation_moving (LIKE portfolio_kpiobservation);
    WITH moved AS (
        DELETE FROM portfolio_kpiobservation_default WHERE observed_at >= v_start AND observed_at < v_past RETURNING *
    ) INSERT INTO portfolio_kpiobservation_moving SELECT * FROM moved;
    EXECUTE format('ALTER TABLE portfolio_kpiobservation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        v_name, v_start, v_past);
    EXECUTE format('INSERT INTO %I SELECT * FROM portfolio_kpiobservation_moving', v_name);
    DROP TABLE portfolio_kpiobservation_moving;
    SET CONSTRAINTS portfolio_kpiobservation_kpi_id_tenant_fk IMMEDIATE;
    SET CONSTRAINTS portfolio_kpiobservation_kpi_id_tenant_fk DEFERRED;
    ALTER TABLE portfolio_kpiobservation_default FORCE ROW LEVEL SECURITY;
    PERFORM tenancy_seal_partition(to_regclass(v_name));
    RETURN true;
EXCEPTION WHEN lock_not_available OR object_in_use THEN
    RETURN false;
END
$$;
REVOKE ALL ON FUNCTION portfolio_prepare_kpi_month(date) FROM PUBLIC;
"""

# Whoever writes observations, the keys follow; a source id that is known already is refused by their primary key.
KEYS = """
CREATE FUNCTION portfolio_keep_kpi_observation_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO portfolio_kpiobservationkey (organization_id, kpi_id, observed_at, source_id)
        SELECT organization_id, kpi_id, observed_at, source_id FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM portfolio_kpiobservationkey k USING old_rows o
        WHERE k.organization_id = o.organization_id AND k.kpi_id = o.kpi_id AND k.source_id = o.source_id;
    ELSE
        UPDATE portfolio_kpiobservationkey k
        SET kpi_id = n.kpi_id, source_id = n.source_id, observed_at = n.observed_at
        FROM old_rows o JOIN new_rows n ON n.organization_id = o.organization_id AND n.id = o.id
        WHERE k.organization_id = o.organization_id AND k.kpi_id = o.kpi_id AND k.source_id = o.source_id
            AND (o.kpi_id, o.source_id, o.observed_at) IS DISTINCT FROM (n.kpi_id, n.source_id, n.observed_at);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keys_insert AFTER INSERT ON portfolio_kpiobservation REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_keep_kpi_observation_keys();
CREATE TRIGGER keys_update AFTER UPDATE ON portfolio_kpiobservation
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_keep_kpi_observation_keys();
CREATE TRIGGER keys_delete AFTER DELETE ON portfolio_kpiobservation REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION portfolio_keep_kpi_observation_keys();
"""
DROP = """
DROP TABLE portfolio_kpiobservation;
DROP TABLE portfolio_kpiobservationkey;
DROP FUNCTION portfolio_keep_kpi_observation_keys();
DROP FUNCTION portfolio_prepare_kpi_month(date);
"""


def grant(apps, schema_editor):
    """The application may have months prepared."""
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION portfolio_prepare_kpi_month(date) TO {role}")


class Migration(migrations.Migration):

    replaces = [
        ("portfolio", "0008_partition_kpi_observations"),
        ("portfolio", "0024_move_early_kpi_observations"),
    ]

    dependencies = [("portfolio", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(TABLES + FIRST_MONTHS + MONTHS + KEYS, DROP),
                migrations.RunPython(grant, migrations.RunPython.noop),
            ],
            [
                migrations.CreateModel(
                    name='KpiObservation',
                    fields=[
                        ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('updated_at', models.DateTimeField(auto_now=True)),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('kpi', tenancy.models.base.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.kpi')),
                        ('observed_at', models.DateTimeField()),
                        ('value', models.DecimalField(decimal_places=6, max_digits=24)),
                        ('numerator', models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                        ('denominator', models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True)),
                        ('weight', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                        ('sample_size', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('segment', models.CharField(blank=True, max_length=60)),
                        ('source', models.CharField(blank=True, max_length=60)),
                        ('source_id', models.CharField(max_length=120)),
                    ],
                    options={
                        'verbose_name': 'KPI observation',
                        'ordering': ['-observed_at', 'id'],
                        'indexes': [models.Index(fields=['organization', 'kpi', 'observed_at'], name='portfolio_kpiobservation_at'), models.Index(fields=['organization', '-observed_at', 'id'], name='portfolio_kpiobservation_late')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('denominator', None), ('numerator', None)), models.Q(('denominator__gt', 0), ('numerator__isnull', False)), _connector='OR'), name='portfolio_kpiobservation_ratio', violation_error_message='A numerator needs a denominator greater than zero.'), models.CheckConstraint(condition=models.Q(('weight', None), ('weight__gte', 0), _connector='OR'), name='portfolio_kpiobservation_weight', violation_error_message='A weight cannot be negative.')],
                    },
                ),
                migrations.CreateModel(
                    name='KpiObservationKey',
                    fields=[
                        ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                        ('kpi_id', models.UUIDField()),
                        ('source_id', models.CharField(max_length=120)),
                        ('observed_at', models.DateTimeField()),
                        ('pk', models.CompositePrimaryKey('organization_id', 'kpi_id', 'source_id', blank=True, editable=False, primary_key=True, serialize=False)),
                    ],
                    options={
                        'verbose_name': 'KPI observation key',
                    },
                ),
            ],
        ),
    ]
