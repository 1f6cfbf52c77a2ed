"""The audit ledger: partitioned by month, written only by triggers (tenancy/sql/functions.sql)."""

from django.db import migrations

CREATE = """
CREATE SEQUENCE tenancy_ledgerevent_id_seq AS bigint;
CREATE TABLE tenancy_ledgerevent (
    id bigint NOT NULL DEFAULT nextval('tenancy_ledgerevent_id_seq'),
    organization_id uuid NOT NULL,
    xid bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    on_behalf_of_id uuid,
    db_user text NOT NULL,
    request_id text NOT NULL,
    source text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    operation text NOT NULL,
    table_name text NOT NULL,
    record_id uuid,
    changes text NOT NULL,
    nonce bytea NOT NULL,
    leaf_hash bytea NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE tenancy_ledgerevent_id_seq OWNED BY tenancy_ledgerevent.id;
CREATE TABLE tenancy_ledgerevent_default PARTITION OF tenancy_ledgerevent DEFAULT;
CREATE INDEX tenancy_ledgerevent_sealing ON tenancy_ledgerevent (organization_id, xid, id);
CREATE INDEX tenancy_ledgerevent_record ON tenancy_ledgerevent (organization_id, record_id, id);
CREATE INDEX tenancy_ledgerevent_recent ON tenancy_ledgerevent (organization_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE tenancy_ledgerevent CASCADE")]
