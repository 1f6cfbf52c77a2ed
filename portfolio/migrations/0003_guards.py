"""What the database itself refuses to change: decided cases, valuations, scoring rounds, results of selections."""

from django.db import migrations

VALUATIONS = """
CREATE FUNCTION portfolio_refuse_valuation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a valuation is never changed; a new one is computed';
END
$$;
CREATE TRIGGER refuse_change BEFORE UPDATE ON portfolio_valuation
    FOR EACH ROW EXECUTE FUNCTION portfolio_refuse_valuation_change();
"""
DROP_VALUATIONS = """
DROP TRIGGER refuse_change ON portfolio_valuation;
DROP FUNCTION portfolio_refuse_valuation_change();
"""

# A business case somebody decides on stays as it is, with what it holds.
CASES = """
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
CASE_GUARDED = {
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
CASE_GUARDS = "".join(
    f"CREATE TRIGGER refuse_decided_change BEFORE {events} ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION portfolio_refuse_decided_content_change('{path}', '{free}');"
    for table, (events, path, free) in CASE_GUARDED.items()
)
DROP_CASES = (
    "".join(f"DROP TRIGGER refuse_decided_change ON {table};" for table in ("portfolio_businesscase", *CASE_GUARDED))
    + "DROP FUNCTION portfolio_refuse_decided_case_change(); DROP FUNCTION portfolio_refuse_decided_content_change();"
)

# Deletions are judged at the commit, so that a round or an organization can go with everything in it.
SCORING = """
CREATE FUNCTION portfolio_is_scoring_model_used(organization uuid, model uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM portfolio_scoringround r
        JOIN portfolio_scoringmodel m ON m.organization_id = r.organization_id AND m.id = r.model_id
        WHERE r.organization_id = organization AND r.model_id = model
    )
$$;
CREATE FUNCTION portfolio_is_scoring_round_closed(organization uuid, round uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM portfolio_scoringround r
        WHERE r.organization_id = organization AND r.id = round AND r.closed_at IS NOT NULL
    )
$$;
CREATE FUNCTION portfolio_is_scoring_item_closed(organization uuid, item uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM portfolio_scoringitem i
        WHERE i.organization_id = organization AND i.id = item
            AND portfolio_is_scoring_round_closed(i.organization_id, i.round_id)
    )
$$;

CREATE FUNCTION portfolio_guard_scoring_model() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{status,updated_at,version}';
BEGIN
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
        AND portfolio_is_scoring_model_used(OLD.organization_id, OLD.id) THEN
        RAISE EXCEPTION 'a scoring model used by a round is never changed; a new revision is made';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_scoringmodel
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_scoring_model();

CREATE FUNCTION portfolio_guard_score_factor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched portfolio_scorefactor := coalesce(NEW, OLD);
BEGIN
    IF portfolio_is_scoring_model_used(touched.organization_id, touched.model_id) THEN
        RAISE EXCEPTION 'a factor of a scoring model used by a round is never changed; a new revision is made';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON portfolio_scorefactor
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_score_factor();
CREATE CONSTRAINT TRIGGER guard_delete AFTER DELETE ON portfolio_scorefactor DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_score_factor();

CREATE FUNCTION portfolio_guard_score_rating() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched portfolio_scorerating := coalesce(NEW, OLD);
BEGIN
    IF portfolio_is_scoring_item_closed(touched.organization_id, touched.item_id) THEN
        RAISE EXCEPTION 'a rating of a closed scoring round is never changed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON portfolio_scorerating
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_score_rating();
CREATE CONSTRAINT TRIGGER guard_delete AFTER DELETE ON portfolio_scorerating DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_score_rating();

CREATE FUNCTION portfolio_guard_scoring_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched portfolio_scoringitem := coalesce(NEW, OLD);
BEGIN
    IF TG_OP = 'UPDATE' OR portfolio_is_scoring_round_closed(touched.organization_id, touched.round_id) THEN
        RAISE EXCEPTION 'the population of a scoring round is never changed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON portfolio_scoringitem
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_scoring_item();
CREATE CONSTRAINT TRIGGER guard_delete AFTER DELETE ON portfolio_scoringitem DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_scoring_item();

CREATE FUNCTION portfolio_guard_scoring_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.model_id, NEW.portfolio_id, NEW.normalisation, NEW.opened_at)
        IS DISTINCT FROM (OLD.model_id, OLD.portfolio_id, OLD.normalisation, OLD.opened_at) THEN
        RAISE EXCEPTION 'what a scoring round froze at its opening is never changed';
    END IF;
    IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        RAISE EXCEPTION 'a closed scoring round is never opened again';
    END IF;
    IF OLD.computed_at IS NOT NULL AND (NEW.computed_at, NEW.bounds, NEW.agreement, NEW.engine_version)
        IS DISTINCT FROM (OLD.computed_at, OLD.bounds, OLD.agreement, OLD.engine_version) THEN
        RAISE EXCEPTION 'the results of a scoring round are never changed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_scoringround
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_scoring_round();

CREATE FUNCTION portfolio_guard_score_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the results of a scoring round are never changed';
END
$$;
CREATE TRIGGER guard BEFORE UPDATE ON portfolio_scoreresult
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_score_result();
"""
DROP_SCORING = """
DROP TRIGGER guard ON portfolio_scoreresult;
DROP TRIGGER guard ON portfolio_scoringround;
DROP TRIGGER guard ON portfolio_scoringitem;
DROP TRIGGER guard_delete ON portfolio_scoringitem;
DROP TRIGGER guard ON portfolio_scorerating;
DROP TRIGGER guard_delete ON portfolio_scorerating;
DROP TRIGGER guard ON portfolio_scorefactor;
DROP TRIGGER guard_delete ON portfolio_scorefactor;
DROP TRIGGER guard ON portfolio_scoringmodel;
DROP FUNCTION portfolio_guard_score_result();
DROP FUNCTION portfolio_guard_scoring_round();
DROP FUNCTION portfolio_guard_scoring_item();
DROP FUNCTION portfolio_guard_score_rating();
DROP FUNCTION portfolio_guard_score_factor();
DROP FUNCTION portfolio_guard_scoring_model();
DROP FUNCTION portfolio_is_scoring_item_closed(uuid, uuid);
DROP FUNCTION portfolio_is_scoring_round_closed(uuid, uuid);
DROP FUNCTION portfolio_is_scoring_model_used(uuid, uuid);
"""

# Deleting an initiative or a team empties the references; the labels stay.
SELECTION = """
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
    FOR EACH ROW EXECUTE FUNCTION portfolio_guard_selection_result('team_id', 'exact', 'exact_units', 'exact_seconds');
"""
DROP_SELECTION = """
DROP TRIGGER guard ON portfolio_selectionresource;
DROP TRIGGER guard ON portfolio_selectionchoice;
DROP TRIGGER guard ON portfolio_selectionresult;
DROP FUNCTION portfolio_guard_selection_result();
"""


class Migration(migrations.Migration):

    replaces = [
        ("portfolio", "0003_keep_valuations_unchanged"),
        ("portfolio", "0007_guard_scoring"),
        ("portfolio", "0012_keep_decided_cases_unchanged"),
        ("portfolio", "0015_guard_selection_results"),
    ]

    dependencies = [("portfolio", "0002_partition_kpi_observations")]

    operations = [
        migrations.RunSQL(VALUATIONS, DROP_VALUATIONS),
        migrations.RunSQL(CASES + CASE_GUARDS, DROP_CASES),
        migrations.RunSQL(SCORING, DROP_SCORING),
        migrations.RunSQL(SELECTION, DROP_SELECTION),
    ]
