from django.db import migrations

# Deletions are judged at the commit, so that a round or an organization can go with everything in it.
CREATE = """
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
DROP = """
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


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0006_add_scoring")]

    operations = [migrations.RunSQL(CREATE, DROP)]
