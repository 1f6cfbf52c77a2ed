"""Rows of the default partition go into their month after it is attached.

Attaching checks references by a query that row security stops for the owner; inserting checks them row by row. They
are checked at once, because a table with checks to come cannot be altered.
"""

from django.db import migrations

MONTHS = """
CREATE OR REPLACE FUNCTION portfolio_prepare_kpi_month(p_month date) RETURNS boolean
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
"""


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0023_remove_kpi_target")]

    operations = [migrations.RunSQL(MONTHS, migrations.RunSQL.noop)]
