extension FoundationSQL {
  /// Every change that a node must hear of raises the tenant's revision, and every raised revision
  /// is announced on `tandem_tenant` when the transaction commits. Rows are locked in the order of
  /// their ids, so that two changes of one reseller's tenants cannot block each other for ever.
  static let announcements = """
    CREATE OR REPLACE FUNCTION raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.revision <= OLD.revision AND (NEW.domain, NEW.home_address, NEW.country_code,
        NEW.national_prefix, NEW.international_prefix, NEW.ring_timeout_seconds, NEW.deleted_at)
        IS DISTINCT FROM (OLD.domain, OLD.home_address, OLD.country_code, OLD.national_prefix,
        OLD.international_prefix, OLD.ring_timeout_seconds, OLD.deleted_at)
      THEN
        NEW.revision := OLD.revision + 1;
      END IF;
      RETURN NEW;
    END
    $$;

    CREATE OR REPLACE FUNCTION announce_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' OR NEW.revision <> OLD.revision THEN
        PERFORM pg_notify('tandem_tenant', NEW.tenant_id::text);
      END IF;
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE FUNCTION raise_revision_of_tenants() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE tenants SET revision = revision + 1 WHERE tenant_id IN (
        SELECT t.tenant_id FROM tenants t
        WHERE t.tenant_id IN (SELECT c.tenant_id FROM changed c)
        ORDER BY t.tenant_id FOR NO KEY UPDATE);
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE FUNCTION raise_revision_of_resellers_tenants() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE tenants SET revision = revision + 1 WHERE tenant_id IN (
        SELECT t.tenant_id FROM tenants t
        WHERE t.reseller_id IN (SELECT c.reseller_id FROM changed c)
        ORDER BY t.tenant_id FOR NO KEY UPDATE);
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE TRIGGER raise_revision BEFORE UPDATE ON tenants
      FOR EACH ROW EXECUTE FUNCTION raise_revision();
    CREATE OR REPLACE TRIGGER announce AFTER INSERT OR UPDATE ON tenants
      FOR EACH ROW EXECUTE FUNCTION announce_tenant();

    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON extensions
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON extensions
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON extensions
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();

    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON numbers
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON numbers
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON numbers
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();

    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON trunks
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_resellers_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON trunks
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_resellers_tenants();
    """

  /// What the server's role may do. Ids, owners and posted money are never updated; tenants,
  /// trunks and keys are marked as gone and stay, because bills name them.
  static let grants = """
    GRANT USAGE ON SCHEMA public TO tandem_server;
    GRANT SELECT ON schema_migrations TO tandem_server;
    GRANT SELECT, INSERT ON sites, nodes, service_addresses, resellers, price_lists, rates, trunks,
      tenants, extensions, numbers, api_keys, facts, calls, cdrs, charges, ledger_entries
      TO tandem_server;
    GRANT UPDATE (ip, holder) ON service_addresses TO tandem_server;
    GRANT UPDATE (name) ON resellers, price_lists TO tandem_server;
    GRANT UPDATE (valid_until) ON rates TO tandem_server;
    GRANT UPDATE (carrier, address, peers, price_list_id, deleted_at) ON trunks TO tandem_server;
    GRANT UPDATE (name, domain, home_address, country_code, national_prefix, international_prefix,
      ring_timeout_seconds, revision, deleted_at) ON tenants TO tandem_server;
    GRANT UPDATE (number, display_name, outside_number, ha1_sha256, ha1_md5) ON extensions
      TO tandem_server;
    GRANT UPDATE (extension_id) ON numbers TO tandem_server;
    GRANT DELETE ON extensions, numbers TO tandem_server;
    GRANT UPDATE (revoked_at) ON api_keys TO tandem_server;
    GRANT UPDATE (quarantine) ON facts TO tandem_server;
    GRANT UPDATE (direction, from_number, to_number, started_at, answered_at, ended_at, outcome)
      ON calls TO tandem_server;
    GRANT UPDATE (direction, extension_id, extension_number, trunk_id, from_number, to_number,
      sip_call_id, started_at, rung_at, answered_at, ended_at, talk_milliseconds, outcome, evidence,
      ended_by, node, charge_revision, unrated) ON cdrs TO tandem_server;
    """
}
