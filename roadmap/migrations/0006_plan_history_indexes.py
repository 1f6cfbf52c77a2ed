"""Entries of the ledger by the row of a plan they tell of, and those that say where a row belongs."""

from django.db import migrations

# What a plan was on a day: every entry of its rows since then, found row by row.
ROWS = """
DROP INDEX tenancy_ledgerevent_plans;
CREATE INDEX tenancy_ledgerevent_plan_rows ON tenancy_ledgerevent (organization_id, record_id, at)
WHERE table_name IN ('roadmap_roadmapitem', 'roadmap_milestone', 'roadmap_dependency');
"""
# Rows that left a roadmap, and stages that were entered: few of all entries. Queries repeat this condition.
PLACES = """
CREATE INDEX tenancy_ledgerevent_plan_places ON tenancy_ledgerevent (organization_id, table_name, at)
WHERE table_name IN ('roadmap_roadmapitem', 'roadmap_milestone', 'roadmap_dependency', 'portfolio_initiative')
    AND operation <> 'insert' AND changes ~ '"(stage|roadmap_id|predecessor_id|successor_id)":';
"""
BACK = """
DROP INDEX tenancy_ledgerevent_plan_places;
DROP INDEX tenancy_ledgerevent_plan_rows;
CREATE INDEX tenancy_ledgerevent_plans ON tenancy_ledgerevent (organization_id, table_name, at)
WHERE table_name IN ('roadmap_roadmapitem', 'roadmap_milestone', 'roadmap_dependency', 'portfolio_initiative');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0005_scenario_demands"),
    ]

    operations = [
        migrations.RunSQL(ROWS + PLACES, BACK),
    ]
