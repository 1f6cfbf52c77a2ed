"""A case its author took back is withdrawn, not returned; a resource knows the search for what more of it is worth."""

from django.db import migrations, models

STATUSES = [
    ('draft', 'Draft'),
    ('returned', 'Returned'),
    ('withdrawn', 'Withdrawn'),
    ('submitted', 'Submitted'),
    ('approved', 'Approved'),
    ('superseded', 'Superseded'),
]

GUARD = """
CREATE OR REPLACE FUNCTION portfolio_refuse_decided_case_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['status', 'is_current', 'updated_at', 'version'];
BEGIN
    IF OLD.status NOT IN ('submitted', 'approved', 'superseded') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a %% business case is not deleted', OLD.status;
    END IF;
    IF OLD.status = 'submitted' THEN
        free := free || ARRAY['decided_by_id', 'decided_at', 'decision_note'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'a %% business case is not changed; a change is a new draft', OLD.status;
    END IF;
    IF NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN (%s))
        OR (OLD.status = 'approved' AND NEW.status = 'superseded')
    ) THEN
        RAISE EXCEPTION 'a %% business case does not become %%', OLD.status, NEW.status;
    END IF;
    RETURN NEW;
END
$$;
"""

# Nobody decides on a case of their own, so one that its author gave back was withdrawn. Row security hides every row
# from the owner of the tables, too, unless told otherwise.
RENAME = """
ALTER TABLE portfolio_businesscase NO FORCE ROW LEVEL SECURITY;
UPDATE portfolio_businesscase SET status = '%s' WHERE %s;
ALTER TABLE portfolio_businesscase FORCE ROW LEVEL SECURITY;
"""
BY_AUTHOR = "status = 'returned' AND decided_by_id = submitted_by_id"

FREE = """
DROP TRIGGER guard ON portfolio_selectionresource;
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_selectionresource
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_selection_result(%s);
"""
ANSWER = "'team_id', 'exact', 'exact_units', 'exact_seconds'"


class Migration(migrations.Migration):

    dependencies = [
        ("portfolio", "0003_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name='businesscase',
            name='status',
            field=models.CharField(choices=STATUSES, default='draft', editable=False, max_length=12),
        ),
        migrations.RunSQL(
            GUARD % "'approved', 'returned', 'withdrawn'" + RENAME % ('withdrawn', BY_AUTHOR),
            RENAME % ('returned', "status = 'withdrawn'") + GUARD % "'approved', 'returned'",
        ),
        migrations.AddField(
            model_name='selectionresource',
            name='job_id',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunSQL(FREE % (ANSWER + ", 'job_id'"), FREE % ANSWER),
    ]
