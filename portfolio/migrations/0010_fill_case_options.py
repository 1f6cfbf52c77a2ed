"""Every business case gets one option, its lines and valuations move there, and the current case is marked as such."""

from django.db import migrations

TABLES = (
    "portfolio_businesscase",
    "portfolio_caseoption",
    "portfolio_cashline",
    "portfolio_valuation",
)
# As the owner, who by the row policies sees nothing. The ledger's triggers are off: nobody acts here, and the rows
# say the same as before in new columns. Deferred checks must be done before a table may be altered.
OPEN = "SET CONSTRAINTS ALL IMMEDIATE;" + "".join(
    f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE TRIGGER USER;" for table in TABLES
)
CLOSE = "SET CONSTRAINTS ALL IMMEDIATE;" + "".join(
    f"ALTER TABLE {table} ENABLE TRIGGER USER; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in TABLES
)
FILL = """
UPDATE portfolio_businesscase SET is_current = true, status = 'draft' WHERE status = 'current';
INSERT INTO portfolio_caseoption
    (id, organization_id, created_at, updated_at, version, case_id, kind, name, description, is_recommended, position)
SELECT gen_random_uuid(), organization_id, created_at, now(), 1, id, 'build', 'Build', '', true, 0
FROM portfolio_businesscase known
WHERE NOT EXISTS (SELECT FROM portfolio_caseoption there WHERE there.case_id = known.id);
UPDATE portfolio_cashline line
SET option_id = offered.id,
    spend_kind = CASE WHEN line.side = 'cost' THEN 'opex' ELSE '' END,
    benefit_kind = CASE WHEN line.side = 'benefit' THEN 'hard' ELSE '' END
FROM portfolio_caseoption offered
WHERE offered.organization_id = line.organization_id AND offered.case_id = line.case_id AND line.option_id IS NULL;
UPDATE portfolio_valuation valued
SET option_id = offered.id
FROM portfolio_caseoption offered
WHERE offered.organization_id = valued.organization_id AND offered.case_id = valued.case_id
    AND valued.option_id IS NULL;
"""
# The way back keeps the options' lines and valuations with their case; only the word for the current case returns.
UNFILL = "UPDATE portfolio_businesscase SET status = 'current' WHERE is_current;"


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0009_add_case_options_and_drivers")]

    operations = [migrations.RunSQL(OPEN + FILL + CLOSE, OPEN + UNFILL + CLOSE)]
