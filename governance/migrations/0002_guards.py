"""Guards in the database, behind those of the services: no channel reaches a launch past them."""

from django.db import migrations

FORWARD = """
-- Whether some function's last word on bringing this initiative to this stage is a veto.
CREATE OR REPLACE FUNCTION governance_has_active_veto(p_organization uuid, p_initiative uuid, p_stage text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM (
            SELECT DISTINCT ON (d.function) d.verdict
            FROM governance_decision d
            JOIN governance_approvalrequest q ON q.organization_id = d.organization_id AND q.id = d.request_id
            JOIN governance_launch l ON l.organization_id = q.organization_id AND l.id = q.launch_id
            WHERE d.organization_id = p_organization AND l.initiative_id = p_initiative
                AND l.target_stage = p_stage AND d.verdict IN ('veto', 'lift_veto')
            ORDER BY d.function, d.at DESC, d.id DESC
        ) last WHERE last.verdict = 'veto'
    )
$$;

-- Decisions: nobody approves what they asked for, made or changed, nor anything but what was asked.
CREATE OR REPLACE FUNCTION governance_guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    SELECT q.status, q.subject_digest, q.expires_at, q.requested_by_id, l.id AS launch_id, l.digest, l.created_by_id,
        l.edited_by_id INTO r
    FROM governance_approvalrequest q
    JOIN governance_launch l ON l.organization_id = q.organization_id AND l.id = q.launch_id
    WHERE q.organization_id = NEW.organization_id AND q.id = NEW.request_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'governance_decision_request: the request does not exist' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.verdict IN ('approve', 'lift_veto')
        AND (NEW.actor_id = r.requested_by_id OR NEW.actor_id IS NOT DISTINCT FROM r.created_by_id) THEN
        RAISE EXCEPTION 'governance_decision_separation: requester and creator decide nothing in their own favor'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.verdict = 'approve' AND (NEW.actor_id IS NOT DISTINCT FROM r.edited_by_id OR EXISTS (
        SELECT FROM governance_checklistanswer a
        WHERE a.organization_id = NEW.organization_id AND a.launch_id = r.launch_id AND a.answered_by_id = NEW.actor_id
    )) THEN
        RAISE EXCEPTION 'governance_decision_separation: editors and authors of evidence do not approve'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.verdict = 'approve'
        AND (r.status <> 'pending' OR NEW.subject_digest <> r.subject_digest OR r.subject_digest <> r.digest
            OR r.expires_at <= clock_timestamp()) THEN
        RAISE EXCEPTION 'governance_decision_subject: the request is closed, expired or bound to other content'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_decision BEFORE INSERT ON governance_decision
    FOR EACH ROW EXECUTE FUNCTION governance_guard_decision();

CREATE OR REPLACE FUNCTION governance_refuse_decision_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'governance_decision_append_only: decisions are never changed or deleted'
        USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON governance_decision
    FOR EACH ROW EXECUTE FUNCTION governance_refuse_decision_change();

-- Requests: what was asked stays as asked, an ended request never lives again, and only an approval is used.
CREATE OR REPLACE FUNCTION governance_guard_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.launch_id, NEW.launch_version, NEW.subject_digest, NEW.gate_id, NEW.plan, NEW.requested_by_id)
        IS DISTINCT FROM
        (OLD.launch_id, OLD.launch_version, OLD.subject_digest, OLD.gate_id, OLD.plan, OLD.requested_by_id)
        OR NEW.expires_at > OLD.expires_at THEN
        RAISE EXCEPTION 'governance_approvalrequest_frozen: a request is never rewritten'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND OLD.status NOT IN ('pending', 'approved', 'vetoed') THEN
        RAISE EXCEPTION 'governance_approvalrequest_ended: an ended request never lives again'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'consumed' AND OLD.status <> 'consumed' AND (OLD.status <> 'approved' OR NOT EXISTS (
        SELECT FROM governance_decision d WHERE d.organization_id = NEW.organization_id AND d.request_id = NEW.id
            AND d.verdict = 'approve' AND d.subject_digest = NEW.subject_digest
    )) THEN
        RAISE EXCEPTION 'governance_approvalrequest_unapproved: only an approved request is used'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_request BEFORE UPDATE ON governance_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION governance_guard_request();

-- Launches: a veto on a subject cannot be left behind by pointing the launch elsewhere.
CREATE OR REPLACE FUNCTION governance_guard_launch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.initiative_id, NEW.target_stage, NEW.created_by_id)
        IS DISTINCT FROM (OLD.initiative_id, OLD.target_stage, OLD.created_by_id) THEN
        RAISE EXCEPTION 'governance_launch_subject: initiative, stage and creator of a launch never change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER guard_launch BEFORE UPDATE ON governance_launch
    FOR EACH ROW EXECUTE FUNCTION governance_guard_launch();

-- Stage changes: forward into a gated stage only with an approval used in this very transaction.
CREATE OR REPLACE FUNCTION governance_guard_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stages text[] := ARRAY['idea', 'discovery', 'validated', 'delivery', 'alpha', 'beta', 'ga', 'operating', 'sunset'];
BEGIN
    IF coalesce(array_position(stages, NEW.stage::text), 99) < coalesce(array_position(stages, OLD.stage::text), 0)
        OR NOT EXISTS (
            SELECT FROM governance_stagegate g
            WHERE g.organization_id = NEW.organization_id AND g.to_stage = NEW.stage AND g.is_active
        ) THEN
        RETURN NEW;
    END IF;
    IF governance_has_active_veto(NEW.organization_id, NEW.id, NEW.stage) OR NOT EXISTS (
        SELECT FROM governance_approvalrequest q
        JOIN governance_launch l ON l.organization_id = q.organization_id AND l.id = q.launch_id
        WHERE q.organization_id = NEW.organization_id AND l.initiative_id = NEW.id AND l.target_stage = NEW.stage
            AND q.status = 'consumed' AND q.consumed_at = transaction_timestamp()
            AND q.subject_digest = l.digest AND q.expires_at > q.consumed_at
    ) THEN
        RAISE EXCEPTION 'governance_stage_gate: the stage % has a gate and no approval for it was used', NEW.stage
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER governance_guard_stage BEFORE UPDATE OF stage ON portfolio_initiative
    FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage) EXECUTE FUNCTION governance_guard_stage();
"""

BACKWARD = """
DROP TRIGGER IF EXISTS governance_guard_stage ON portfolio_initiative;
DROP TRIGGER IF EXISTS guard_launch ON governance_launch;
DROP TRIGGER IF EXISTS guard_request ON governance_approvalrequest;
DROP TRIGGER IF EXISTS append_only ON governance_decision;
DROP TRIGGER IF EXISTS guard_decision ON governance_decision;
DROP FUNCTION IF EXISTS governance_guard_stage();
DROP FUNCTION IF EXISTS governance_guard_launch();
DROP FUNCTION IF EXISTS governance_guard_request();
DROP FUNCTION IF EXISTS governance_refuse_decision_change();
DROP FUNCTION IF EXISTS governance_guard_decision();
DROP FUNCTION IF EXISTS governance_has_active_veto(uuid, uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("portfolio", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
