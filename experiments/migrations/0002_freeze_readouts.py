"""Readouts cannot be changed, whoever asks: recomputing writes a new one."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION experiments_refuse_readout_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a readout is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER freeze_readout BEFORE UPDATE ON experiments_readout
    FOR EACH ROW EXECUTE FUNCTION experiments_refuse_readout_change();
"""

THAW = """
DROP TRIGGER freeze_readout ON experiments_readout;
DROP FUNCTION experiments_refuse_readout_change();
"""


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]

    operations = [migrations.RunSQL(FREEZE, THAW)]
