"""Observations by month partitions, with the keys that keep source ids unique across them, and richer rollups.

Structure and rows in one migration: the table is replaced by another, and between the two there must be no
moment in which its rows are missing. The owner is subject to row security too, which is therefore lifted from
the old table before it is read.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids
import tenancy.models.base
import tenancy.scope

PARTITION = """
ALTER TABLE portfolio_kpiobservation DISABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_kpiobservation RENAME TO portfolio_kpiobservation_old;
ALTER INDEX portfolio_kpiobservation_at RENAME TO portfolio_kpiobservation_at_old;
ALTER INDEX portfolio_kpiobservation_late RENAME TO portfolio_kpiobservation_late_old;
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

# The application owns nothing: it has months prepared by this function, which knows one table and a sane range.
# What cannot be had within two seconds is left for the next time; until then the default partition takes the rows,
# and they are moved when their month is made.
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
    LOCK TABLE portfolio_kpiobservation_default IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE portfolio_kpiobservation_default NO FORCE ROW LEVEL SECURITY;
    EXECUTE format('CREATE TABLE %I (LIKE portfolio_kpiobservation INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('WITH moved AS (DELETE FROM portfolio_kpiobservation_default WHERE observed_at >= %L'
        ' AND observed_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved', v_start, v_past, v_name);
    EXECUTE format('ALTER TABLE portfolio_kpiobservation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        v_name, v_start, v_past);
    ALTER TABLE portfolio_kpiobservation_default FORCE ROW LEVEL SECURITY;
    PERFORM tenancy_seal_partition(to_regclass(v_name));
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;
REVOKE ALL ON FUNCTION portfolio_prepare_kpi_month(date) FROM PUBLIC;
"""

# Before any row is copied, so that each finds its partition; sealing follows after every migrate.
COPY = """
DO $$
DECLARE
    v_month date;
BEGIN
    FOR v_month IN
        SELECT DISTINCT date_trunc('month', observed_at AT TIME ZONE 'UTC')::date FROM portfolio_kpiobservation_old
        UNION SELECT generate_series(date_trunc('month', now()) - interval '11 months',
            date_trunc('month', now()) + interval '2 months', interval '1 month')::date
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF portfolio_kpiobservation FOR VALUES FROM (%L) TO (%L)',
            'portfolio_kpiobservation_' || to_char(v_month, 'YYYYMM'), v_month::timestamp AT TIME ZONE 'UTC',
            (v_month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
    END LOOP;
END
$$;
INSERT INTO portfolio_kpiobservation (id, organization_id, kpi_id, created_at, updated_at, observed_at, version, value,
    segment, source, source_id)
SELECT id, organization_id, kpi_id, created_at, updated_at, observed_at, version, value, '', source, source_id
FROM portfolio_kpiobservation_old;
INSERT INTO portfolio_kpiobservationkey (organization_id, kpi_id, observed_at, source_id)
SELECT organization_id, kpi_id, observed_at, source_id FROM portfolio_kpiobservation_old;
INSERT INTO portfolio_kpitouchedmonth (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
SELECT gen_random_uuid(), organization_id, now(), now(), 1, kpi_id,
    date_trunc('month', observed_at AT TIME ZONE 'UTC')::date,
    bit_or(1 << (extract(day FROM observed_at AT TIME ZONE 'UTC')::int - 1))
FROM portfolio_kpiobservation_old GROUP BY organization_id, kpi_id, 7;
DROP TABLE portfolio_kpiobservation_old;
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
SLIM = "ALTER TABLE portfolio_kpirollup DROP CONSTRAINT IF EXISTS portfolio_kpirollup_tenant_key"


def grant(apps, schema_editor):
    """The application may have months prepared."""
    role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION portfolio_prepare_kpi_month(date) TO {role}")


_ORGANIZATION = {
    "db_index": False,
    "default": tenancy.scope.current_organization_id,
    "editable": False,
    "on_delete": django.db.models.deletion.CASCADE,
    "related_name": "+",
    "to": "tenancy.organization",
}


def _amount(digits, places):
    return models.DecimalField(blank=True, decimal_places=places, max_digits=digits, null=True)


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0007_guard_scoring")]

    operations = [
        migrations.AddField(
            model_name="kpi",
            name="definition_key",
            field=models.CharField(
                blank=True,
                default="",
                help_text="KPIs with the same key measure the same thing and roll up together.",
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="kpi",
            name="aggregation",
            field=models.CharField(
                choices=[
                    ("sum", "Sum"),
                    ("mean", "Mean"),
                    ("weighted_mean", "Weighted mean"),
                    ("last", "Last"),
                    ("p95", "95th percentile"),
                    ("ratio", "Ratio of sums"),
                    ("min", "Minimum"),
                    ("max", "Maximum"),
                ],
                default="mean",
                max_length=13,
            ),
        ),
        migrations.AddIndex(
            model_name="kpi",
            index=models.Index(fields=["organization", "definition_key"], name="portfolio_kpi_definition"),
        ),
        migrations.CreateModel(
            name="KpiTouchedMonth",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("organization", models.ForeignKey(**_ORGANIZATION)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kpi",
                    tenancy.models.base.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="portfolio.kpi"
                    ),
                ),
                ("month", models.DateField()),
                ("days", models.IntegerField()),
            ],
            options={
                "verbose_name": "KPI touched month",
                "indexes": [
                    models.Index(fields=["organization", "month", "kpi"], name="portfolio_kpitouched_by_month")
                ],
            },
        ),
        migrations.AddField(model_name="kpirollup", name="numerator", field=_amount(50, 12)),
        migrations.AddField(model_name="kpirollup", name="denominator", field=_amount(50, 12)),
        migrations.AlterField(
            model_name="kpirollup",
            name="value",
            field=models.DecimalField(decimal_places=6, max_digits=36, null=True),
        ),
        migrations.AlterField(
            model_name="kpirollup",
            name="period",
            field=models.CharField(
                choices=[("day", "Day"), ("week", "Week"), ("month", "Month"), ("quarter", "Quarter")], max_length=7
            ),
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(PARTITION),
                migrations.RunSQL(COPY),
                migrations.RunSQL(MONTHS),
                migrations.RunSQL(KEYS),
                migrations.RunPython(grant),
                migrations.RunSQL(SLIM),
            ],
            [
                migrations.RemoveConstraint(model_name="kpiobservation", name="portfolio_kpiobservation_source_id"),
                migrations.AlterField(
                    model_name="kpiobservation",
                    name="organization",
                    field=models.ForeignKey(**_ORGANIZATION, db_constraint=False),
                ),
                migrations.AddField(model_name="kpiobservation", name="numerator", field=_amount(24, 6)),
                migrations.AddField(model_name="kpiobservation", name="denominator", field=_amount(24, 6)),
                migrations.AddField(model_name="kpiobservation", name="weight", field=_amount(18, 6)),
                migrations.AddField(
                    model_name="kpiobservation",
                    name="sample_size",
                    field=models.PositiveBigIntegerField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="kpiobservation",
                    name="segment",
                    field=models.CharField(blank=True, max_length=60),
                ),
                migrations.AddConstraint(
                    model_name="kpiobservation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("denominator", None), ("numerator", None)),
                            models.Q(("denominator__gt", 0), ("numerator__isnull", False)),
                            _connector="OR",
                        ),
                        name="portfolio_kpiobservation_ratio",
                        violation_error_message="A numerator needs a denominator greater than zero.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="kpiobservation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weight", None), ("weight__gte", 0), _connector="OR"),
                        name="portfolio_kpiobservation_weight",
                        violation_error_message="A weight cannot be negative.",
                    ),
                ),
                migrations.CreateModel(
                    name="KpiObservationKey",
                    fields=[
                        ("organization", models.ForeignKey(**_ORGANIZATION, db_constraint=False)),
                        ("kpi_id", models.UUIDField()),
                        ("source_id", models.CharField(max_length=120)),
                        ("observed_at", models.DateTimeField()),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "organization_id",
                                "kpi_id",
                                "source_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                    ],
                    options={"verbose_name": "KPI observation key"},
                ),
            ],
        ),
        migrations.DeleteModel(name="KpiTouchedDay"),
    ]
