from django.db import migrations

# Deleting an initiative or a team empties the references; the labels stay.
CREATE = """
CREATE FUNCTION portfolio_guard_selection_result() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{updated_at,version}'::text[] || TG_ARGV;
BEGIN
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'the result of a selection is never changed; a new one is found';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_selectionresult
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_selection_result();
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_selectionchoice
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_selection_result('initiative_id');
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_selectionresource
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_selection_result('team_id', 'exact', 'exact_seconds');
"""
DROP = """
DROP TRIGGER guard ON portfolio_selectionresource;
DROP TRIGGER guard ON portfolio_selectionchoice;
DROP TRIGGER guard ON portfolio_selectionresult;
DROP FUNCTION portfolio_guard_selection_result();
"""


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0014_add_selection")]

    operations = [migrations.RunSQL(CREATE, DROP)]
