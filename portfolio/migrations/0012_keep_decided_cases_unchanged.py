"""A business case somebody decides on stays as it is: the database refuses changes of it and of what it holds."""

from django.db import migrations

CREATE = """
CREATE FUNCTION portfolio_refuse_decided_case_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['status', 'is_current', 'updated_at', 'version'];
BEGIN
    IF OLD.status NOT IN ('submitted', 'approved', 'superseded') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a % business case is not deleted', OLD.status;
    END IF;
    IF OLD.status = 'submitted' THEN
        free := free || ARRAY['decided_by_id', 'decided_at', 'decision_note'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'a % business case is not changed; a change is a new draft', OLD.status;
    END IF;
    IF NEW.status <> OLD.status AND NOT (
        (OLD.status = 'submitted' AND NEW.status IN ('approved', 'returned'))
        OR (OLD.status = 'approved' AND NEW.status = 'superseded')
    ) THEN
        RAISE EXCEPTION 'a % business case does not become %', OLD.status, NEW.status;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION portfolio_refuse_decided_content_change() RETURNS trigger LANGUAGE plpgsql AS $$
-- First argument: what the row hangs on (case, line or staffing line); second: columns that stay free.
DECLARE
    free text[] := string_to_array(TG_ARGV[1], ',');
    held jsonb;
    found text;
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
        RETURN NEW;
    END IF;
    FOREACH held IN ARRAY ARRAY[to_jsonb(OLD), to_jsonb(NEW)] LOOP
        CONTINUE WHEN held IS NULL OR held ->> 'measure' IN ('forecast', 'actual');
        SELECT status INTO found FROM portfolio_businesscase
        WHERE organization_id = (held ->> 'organization_id')::uuid AND id = CASE TG_ARGV[0]
            WHEN 'case' THEN (held ->> 'case_id')::uuid
            WHEN 'line' THEN (SELECT case_id FROM portfolio_cashline WHERE id = (held ->> 'line_id')::uuid)
            ELSE (
                SELECT line.case_id FROM portfolio_staffingline staffing
                JOIN portfolio_cashline line ON line.id = staffing.line_id
                WHERE staffing.id = (held ->> 'staffing_line_id')::uuid
            )
        END;
        IF found IN ('submitted', 'approved', 'superseded') THEN
            RAISE EXCEPTION 'what a % business case holds is not changed; a change is a new draft', found;
        END IF;
    END LOOP;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE TRIGGER refuse_decided_change BEFORE UPDATE OR DELETE ON portfolio_businesscase
    FOR EACH ROW EXECUTE FUNCTION portfolio_refuse_decided_case_change();
"""
# What hangs where, and what may still be said: who owns a figure, where actual amounts come from.
GUARDED = {
    "portfolio_caseoption": ("INSERT OR UPDATE OR DELETE", "case", "updated_at,version"),
    "portfolio_casedriver": ("INSERT OR UPDATE OR DELETE", "case", "owner_id,updated_at,version"),
    "portfolio_cashline": (
        "INSERT OR UPDATE OR DELETE",
        "case",
        "actual_source,kpi_id,value_per_unit,updated_at,version",
    ),
    "portfolio_cashperiod": ("INSERT OR UPDATE OR DELETE", "line", "source,updated_at,version"),
    "portfolio_staffingline": ("INSERT OR UPDATE OR DELETE", "line", "updated_at,version"),
    "portfolio_staffingperiod": ("INSERT OR UPDATE OR DELETE", "staffing", "updated_at,version"),
    "portfolio_valuation": ("DELETE", "case", ""),
}
GUARDS = "".join(
    f"CREATE TRIGGER refuse_decided_change BEFORE {events} ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION portfolio_refuse_decided_content_change('{path}', '{free}');"
    for table, (events, path, free) in GUARDED.items()
)
DROP = (
    "".join(f"DROP TRIGGER refuse_decided_change ON {table};" for table in ("portfolio_businesscase", *GUARDED))
    + "DROP FUNCTION portfolio_refuse_decided_case_change(); DROP FUNCTION portfolio_refuse_decided_content_change();"
)


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0011_require_case_options")]

    operations = [migrations.RunSQL(CREATE + GUARDS, DROP)]
