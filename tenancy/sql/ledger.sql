-- Access to the ledger: the application reads its own organization's rows and inserts nothing itself.
ALTER TABLE tenancy_ledgerevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy_ledgerevent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS ledger_read ON tenancy_ledgerevent;
CREATE POLICY ledger_read ON tenancy_ledgerevent FOR SELECT TO {app}
    USING (organization_id = nullif(current_setting('app.organization_id', true), '')::uuid);
DROP POLICY IF EXISTS ledger_write ON tenancy_ledgerevent;
CREATE POLICY ledger_write ON tenancy_ledgerevent FOR INSERT TO {owner} WITH CHECK (true);
REVOKE ALL ON tenancy_ledgerevent FROM {app};
GRANT SELECT ON tenancy_ledgerevent TO {app};
REVOKE ALL ON tenancy_ledgerblock FROM {app};
GRANT SELECT, INSERT ON tenancy_ledgerblock TO {app};
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON tenancy_ledgerevent
    FOR EACH ROW EXECUTE FUNCTION tenancy_refuse_ledger_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON tenancy_ledgerevent
    EXECUTE FUNCTION tenancy_refuse_ledger_change();
CREATE OR REPLACE TRIGGER no_truncate BEFORE TRUNCATE ON tenancy_ledgerevent_default
    EXECUTE FUNCTION tenancy_refuse_ledger_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON tenancy_ledgerblock
    FOR EACH ROW EXECUTE FUNCTION tenancy_refuse_ledger_change();
REVOKE ALL ON FUNCTION tenancy_write_event(uuid, text, text, uuid, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION tenancy_record_event(text, uuid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy_record_event(text, uuid, jsonb) TO {app};
REVOKE ALL ON FUNCTION tenancy_prepare_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy_prepare_partitions(integer) TO {app};
SELECT tenancy_prepare_partitions(2);
