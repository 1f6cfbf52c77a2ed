"""What the database itself refuses to change: baselines, reasons of changed promises, decided scenarios."""

from django.db import migrations

HISTORY = """
CREATE FUNCTION roadmap_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
-- Arguments: columns that stay free.
BEGIN
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION 'what a plan was is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Asked when the transaction ends: a baseline goes with its roadmap, and its rows with it, or not at all.
CREATE FUNCTION roadmap_refuse_baseline_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held boolean;
BEGIN
    IF TG_TABLE_NAME = 'roadmap_baseline' THEN
        SELECT EXISTS (SELECT FROM roadmap_roadmap WHERE id = OLD.roadmap_id) INTO held;
    ELSE
        SELECT EXISTS (SELECT FROM roadmap_baseline WHERE id = OLD.baseline_id) INTO held;
    END IF;
    IF held THEN
        RAISE EXCEPTION 'a baseline is only deleted with its roadmap' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
"""
KEPT = ("roadmap_baseline", "roadmap_baselineitem", "roadmap_baselinemilestone", "roadmap_baselinedependency")
GUARDS = "".join(
    f"CREATE TRIGGER refuse_change BEFORE UPDATE ON {table} FOR EACH ROW"
    f" EXECUTE FUNCTION roadmap_refuse_history_change('updated_at', 'version');"
    f"CREATE CONSTRAINT TRIGGER refuse_delete AFTER DELETE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    f" EXECUTE FUNCTION roadmap_refuse_baseline_delete();"
    for table in KEPT
) + (
    "CREATE TRIGGER refuse_change BEFORE UPDATE ON roadmap_itemrescope FOR EACH ROW"
    " EXECUTE FUNCTION roadmap_refuse_history_change('item_id', 'updated_at', 'version');"
)
# What a plan was on a day is read from the ledger by table and time.
INDEX = """
CREATE INDEX tenancy_ledgerevent_plans ON tenancy_ledgerevent (organization_id, table_name, at)
WHERE table_name IN ('roadmap_roadmapitem', 'roadmap_milestone', 'roadmap_dependency', 'portfolio_initiative');
"""
DROP_HISTORY = (
    "DROP INDEX tenancy_ledgerevent_plans;"
    + "".join(f"DROP TRIGGER refuse_change ON {table}; DROP TRIGGER refuse_delete ON {table};" for table in KEPT)
    + "DROP TRIGGER refuse_change ON roadmap_itemrescope;"
    + "DROP FUNCTION roadmap_refuse_history_change(); DROP FUNCTION roadmap_refuse_baseline_delete();"
)

SCENARIOS = """
CREATE FUNCTION roadmap_refuse_scenario_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['status', 'updated_at', 'version'];
BEGIN
    IF OLD.status = 'draft' THEN
        IF NEW.status NOT IN ('draft', 'submitted', 'discarded') THEN
            RAISE EXCEPTION 'a draft of a scenario does not become %', NEW.status USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status = 'submitted' THEN
        free := free || ARRAY['decided_by_id', 'decided_at', 'decision_note', 'plan_change_id', 'baseline_id'];
        IF NEW.status = 'draft' THEN
            free := free || ARRAY['submitted_by_id', 'submitted_at'];
        END IF;
    END IF;
    -- What the scenario points at may go, with its roadmap.
    IF NEW.plan_change_id IS NULL THEN
        free := free || ARRAY['plan_change_id'];
    END IF;
    IF NEW.baseline_id IS NULL THEN
        free := free || ARRAY['baseline_id'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'a % scenario is not changed', OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND OLD.status <> 'submitted' THEN
        RAISE EXCEPTION 'a % scenario does not become %', OLD.status, NEW.status USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION roadmap_refuse_scenario_content_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['updated_at', 'version'];
    found text;
BEGIN
    SELECT status INTO found FROM roadmap_scenario
    WHERE organization_id = NEW.organization_id AND id = NEW.scenario_id;
    IF found = 'draft' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.item_id IS NULL THEN
            free := free || ARRAY['item_id'];
        END IF;
        IF found = 'submitted' THEN
            free := free || ARRAY['resolution', 'resolved_value', 'resolved_by_id', 'is_applied'];
        END IF;
        IF to_jsonb(NEW) - free = to_jsonb(OLD) - free THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what a % scenario holds is not changed', found USING ERRCODE = 'restrict_violation';
END
$$;

-- Asked when the transaction ends: what was submitted or decided goes with its roadmap, or not at all.
CREATE FUNCTION roadmap_refuse_scenario_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held boolean;
BEGIN
    IF TG_TABLE_NAME = 'roadmap_scenario' THEN
        SELECT OLD.status <> 'draft' AND EXISTS (
            SELECT FROM roadmap_roadmap WHERE organization_id = OLD.organization_id AND id = OLD.roadmap_id
        ) INTO held;
    ELSE
        SELECT EXISTS (
            SELECT FROM roadmap_scenario
            WHERE organization_id = OLD.organization_id AND id = OLD.scenario_id AND status <> 'draft'
        ) INTO held;
    END IF;
    IF held THEN
        RAISE EXCEPTION 'a submitted or decided scenario is only deleted with its roadmap'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER refuse_change BEFORE UPDATE ON roadmap_scenario
    FOR EACH ROW EXECUTE FUNCTION roadmap_refuse_scenario_change();
CREATE TRIGGER refuse_change BEFORE INSERT OR UPDATE ON roadmap_scenariochange
    FOR EACH ROW EXECUTE FUNCTION roadmap_refuse_scenario_content_change();
CREATE CONSTRAINT TRIGGER refuse_delete AFTER DELETE ON roadmap_scenario DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION roadmap_refuse_scenario_delete();
CREATE CONSTRAINT TRIGGER refuse_delete AFTER DELETE ON roadmap_scenariochange DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION roadmap_refuse_scenario_delete();
"""
DROP_SCENARIOS = """
DROP TRIGGER refuse_change ON roadmap_scenario;
DROP TRIGGER refuse_delete ON roadmap_scenario;
DROP TRIGGER refuse_change ON roadmap_scenariochange;
DROP TRIGGER refuse_delete ON roadmap_scenariochange;
DROP FUNCTION roadmap_refuse_scenario_change();
DROP FUNCTION roadmap_refuse_scenario_content_change();
DROP FUNCTION roadmap_refuse_scenario_delete();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("portfolio", "0001_initial"),
        ("roadmap", "0003_deepen_plans"),
        ("tenancy", "0002_ledger"),
    ]

    operations = [
        migrations.RunSQL(HISTORY + GUARDS + INDEX, DROP_HISTORY),
        migrations.RunSQL(SCENARIOS, DROP_SCENARIOS),
    ]
