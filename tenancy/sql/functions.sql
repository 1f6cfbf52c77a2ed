-- Functions of the audit ledger and of optimistic locking. Applied after every migrate; all are idempotent.

-- The text that is hashed: every recorded column in a fixed order. Times are whole microseconds since 1970.
CREATE OR REPLACE FUNCTION tenancy_ledger_content(
    organization_id uuid, xid bigint, at timestamptz, actor_id uuid, on_behalf_of_id uuid, db_user text,
    request_id text, source text, action text, reason text, operation text, table_name text, record_id uuid,
    changes text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT json_build_array(
        organization_id, xid, (extract(epoch FROM at) * 1000000)::bigint, actor_id, on_behalf_of_id, db_user,
        request_id, source, action, reason, operation, table_name, record_id, changes
    )::text
$$;

CREATE OR REPLACE FUNCTION tenancy_ledger_leaf(nonce bytea, content text)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256('\x00'::bytea || nonce || convert_to(content, 'UTF8'))
$$;

-- Columns of `row_data` that differ from `other`.
CREATE OR REPLACE FUNCTION tenancy_changed(row_data jsonb, other jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb) FROM jsonb_each(row_data)
    WHERE value IS DISTINCT FROM other -> key
$$;

-- Arguments: the column holding the organization, then the columns never recorded.
CREATE OR REPLACE FUNCTION tenancy_record_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    hidden text[] := TG_ARGV[1:];
    v_xid bigint := pg_current_xact_id()::text::bigint;
    v_actor uuid := nullif(current_setting('app.actor_id', true), '')::uuid;
    v_behalf uuid := nullif(current_setting('app.on_behalf_of_id', true), '')::uuid;
    v_request text := coalesce(current_setting('app.request_id', true), '');
    v_source text := coalesce(nullif(current_setting('app.source', true), ''), 'sql');
    v_action text := coalesce(current_setting('app.action', true), '');
    v_reason text := coalesce(current_setting('app.reason', true), '');
    v_operation text := lower(TG_OP);
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO tenancy_ledgerevent (organization_id, xid, at, actor_id, on_behalf_of_id, db_user, request_id,
            source, action, reason, operation, table_name, record_id, changes, nonce, leaf_hash)
        SELECT c.organization_id, v_xid, now(), v_actor, v_behalf, session_user, v_request, v_source, v_action,
            v_reason, v_operation, TG_TABLE_NAME, c.record_id, c.changes, c.nonce,
            tenancy_ledger_leaf(c.nonce, tenancy_ledger_content(c.organization_id, v_xid, now(), v_actor, v_behalf,
                session_user, v_request, v_source, v_action, v_reason, v_operation, TG_TABLE_NAME, c.record_id,
                c.changes))
        FROM (
            SELECT (d.data ->> TG_ARGV[0])::uuid AS organization_id, (d.data ->> 'id')::uuid AS record_id,
                '{"after": ' || (d.data - hidden)::text || '}' AS changes, uuid_send(gen_random_uuid()) AS nonce
            FROM (SELECT to_jsonb(n) AS data FROM new_rows n) d
        ) c;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO tenancy_ledgerevent (organization_id, xid, at, actor_id, on_behalf_of_id, db_user, request_id,
            source, action, reason, operation, table_name, record_id, changes, nonce, leaf_hash)
        SELECT c.organization_id, v_xid, now(), v_actor, v_behalf, session_user, v_request, v_source, v_action,
            v_reason, v_operation, TG_TABLE_NAME, c.record_id, c.changes, c.nonce,
            tenancy_ledger_leaf(c.nonce, tenancy_ledger_content(c.organization_id, v_xid, now(), v_actor, v_behalf,
                session_user, v_request, v_source, v_action, v_reason, v_operation, TG_TABLE_NAME, c.record_id,
                c.changes))
        FROM (
            SELECT (d.data ->> TG_ARGV[0])::uuid AS organization_id, (d.data ->> 'id')::uuid AS record_id,
                '{"before": ' || (d.data - hidden)::text || '}' AS changes, uuid_send(gen_random_uuid()) AS nonce
            FROM (SELECT to_jsonb(o) AS data FROM old_rows o) d
        ) c;
    ELSE
        -- A save that changes nothing but its own timestamp and counter did nothing worth a record.
        INSERT INTO tenancy_ledgerevent (organization_id, xid, at, actor_id, on_behalf_of_id, db_user, request_id,
            source, action, reason, operation, table_name, record_id, changes, nonce, leaf_hash)
        SELECT c.organization_id, v_xid, now(), v_actor, v_behalf, session_user, v_request, v_source, v_action,
            v_reason, v_operation, TG_TABLE_NAME, c.record_id, c.changes, c.nonce,
            tenancy_ledger_leaf(c.nonce, tenancy_ledger_content(c.organization_id, v_xid, now(), v_actor, v_behalf,
                session_user, v_request, v_source, v_action, v_reason, v_operation, TG_TABLE_NAME, c.record_id,
                c.changes))
        FROM (
            SELECT (d.after ->> TG_ARGV[0])::uuid AS organization_id, (d.after ->> 'id')::uuid AS record_id,
                '{"before": ' || tenancy_changed(d.before - hidden, d.after)::text
                || ', "after": ' || tenancy_changed(d.after - hidden, d.before)::text || '}' AS changes,
                uuid_send(gen_random_uuid()) AS nonce
            FROM (
                SELECT to_jsonb(o) AS before, to_jsonb(n) AS after FROM old_rows o JOIN new_rows n ON n.id = o.id
            ) d
            WHERE d.before - hidden - '{updated_at,version}'::text[]
                IS DISTINCT FROM d.after - hidden - '{updated_at,version}'::text[]
        ) c;
    END IF;
    RETURN NULL;
END
$$;

-- For tables that grow by millions of rows: one event a statement and organization, with the number of rows
-- and an order-independent fingerprint of them.
CREATE OR REPLACE FUNCTION tenancy_record_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    summary record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        FOR summary IN
            SELECT o.organization_id, count(*) AS rows, bit_xor(hash_record_extended(o, 0)) AS fingerprint
            FROM old_rows o GROUP BY o.organization_id
        LOOP
            PERFORM tenancy_write_event(summary.organization_id, lower(TG_OP), TG_TABLE_NAME, NULL,
                jsonb_build_object('rows', summary.rows, 'fingerprint', summary.fingerprint));
        END LOOP;
    ELSE
        FOR summary IN
            SELECT n.organization_id, count(*) AS rows, bit_xor(hash_record_extended(n, 0)) AS fingerprint
            FROM new_rows n GROUP BY n.organization_id
        LOOP
            PERFORM tenancy_write_event(summary.organization_id, lower(TG_OP), TG_TABLE_NAME, NULL,
                jsonb_build_object('rows', summary.rows, 'fingerprint', summary.fingerprint));
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;

-- Writes one event with the transaction's context. Not granted to the application.
CREATE OR REPLACE FUNCTION tenancy_write_event(
    p_organization_id uuid, p_operation text, p_table_name text, p_record_id uuid, p_changes jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    v_xid bigint := pg_current_xact_id()::text::bigint;
    v_actor uuid := nullif(current_setting('app.actor_id', true), '')::uuid;
    v_behalf uuid := nullif(current_setting('app.on_behalf_of_id', true), '')::uuid;
    v_request text := coalesce(current_setting('app.request_id', true), '');
    v_source text := coalesce(nullif(current_setting('app.source', true), ''), 'sql');
    v_action text := coalesce(current_setting('app.action', true), '');
    v_reason text := coalesce(current_setting('app.reason', true), '');
    v_nonce bytea := uuid_send(gen_random_uuid());
BEGIN
    INSERT INTO tenancy_ledgerevent (organization_id, xid, at, actor_id, on_behalf_of_id, db_user, request_id,
        source, action, reason, operation, table_name, record_id, changes, nonce, leaf_hash)
    VALUES (p_organization_id, v_xid, now(), v_actor, v_behalf, session_user, v_request, v_source, v_action, v_reason,
        p_operation, p_table_name, p_record_id, p_changes::text, v_nonce,
        tenancy_ledger_leaf(v_nonce, tenancy_ledger_content(p_organization_id, v_xid, now(), v_actor, v_behalf,
            session_user, v_request, v_source, v_action, v_reason, p_operation, p_table_name, p_record_id,
            p_changes::text)));
END
$$;

-- What services call for something that leaves no row: an export, a verification, a refused sign-in.
CREATE OR REPLACE FUNCTION tenancy_record_event(p_table_name text, p_record_id uuid, p_detail jsonb)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    v_organization uuid := nullif(current_setting('app.organization_id', true), '')::uuid;
BEGIN
    IF v_organization IS NULL THEN
        RAISE EXCEPTION 'tenancy_record_event needs an open tenant scope';
    END IF;
    PERFORM tenancy_write_event(v_organization, 'event', p_table_name, p_record_id, p_detail);
END
$$;

CREATE OR REPLACE FUNCTION tenancy_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit ledger is append-only';
END
$$;

CREATE OR REPLACE FUNCTION tenancy_raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$$;

-- Creates the ledger's monthly partitions up to `months` ahead; a month whose rows already lie in the default
-- partition stays there.
CREATE OR REPLACE FUNCTION tenancy_prepare_partitions(months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
    month_start timestamptz;
    partition_name text;
    created integer := 0;
BEGIN
    FOR i IN 0..least(greatest(months, 0), 24) LOOP
        month_start := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + make_interval(months => i);
        partition_name := 'tenancy_ledgerevent_' || to_char(month_start AT TIME ZONE 'UTC', 'YYYYMM');
        IF to_regclass(partition_name) IS NULL AND NOT EXISTS (
            SELECT FROM tenancy_ledgerevent_default WHERE at >= month_start AND at < month_start + interval '1 month'
        ) THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF tenancy_ledgerevent FOR VALUES FROM (%L) TO (%L)',
                partition_name, month_start, month_start + interval '1 month');
            EXECUTE format(
                'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION tenancy_refuse_ledger_change()',
                partition_name);
            created := created + 1;
        END IF;
    END LOOP;
    RETURN created;
END
$$;

-- A partition is read through its parent, whose policies then apply; asked directly it shows nobody a row.
CREATE OR REPLACE FUNCTION tenancy_seal_partition(p_partition regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_partition);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', p_partition);
    EXECUTE format('DROP POLICY IF EXISTS tenant_floor ON %s', p_partition);
    EXECUTE format('CREATE POLICY tenant_floor ON %s AS RESTRICTIVE FOR ALL USING '
        '(organization_id = nullif(current_setting(''app.organization_id'', true), '''')::uuid)', p_partition);
END
$$;
