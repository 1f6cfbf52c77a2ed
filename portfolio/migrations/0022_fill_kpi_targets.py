"""Every KPI's target becomes its first target, which judges everything observed so far."""

from django.db import migrations

# As the owner, who by the row policies sees nothing; the new table has neither policies nor triggers yet.
OPEN = "ALTER TABLE portfolio_kpi NO FORCE ROW LEVEL SECURITY;"
CLOSE = "ALTER TABLE portfolio_kpi FORCE ROW LEVEL SECURITY;"
FILL = """
INSERT INTO portfolio_kpitarget
    (id, organization_id, created_at, updated_at, version, kpi_id, valid_from, target, reason)
SELECT gen_random_uuid(), organization_id, created_at, now(), 1, id, '2000-01-01', target, ''
FROM portfolio_kpi kpi
WHERE target IS NOT NULL AND NOT EXISTS (SELECT FROM portfolio_kpitarget there WHERE there.kpi_id = kpi.id);
"""


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0021_add_kpi_targets")]

    operations = [migrations.RunSQL(OPEN + FILL + CLOSE, migrations.RunSQL.noop)]
