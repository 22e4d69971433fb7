internal import Postgres

/// What users say of the calls to them, and where a tenant's clocks are. Extensions from before have
/// no rules, tenants from before UTC, which is also what a server from before gives them.
let answeringRules = Migration(
  "0006-answering-rules",
  [
    .init("zone", AnsweringRuleSQL.zone),
    .init("table", AnsweringRuleSQL.table),
    .init("security", AnsweringRuleSQL.security),
    .init("announcements", AnsweringRuleSQL.announcements),
    .init("grants", AnsweringRuleSQL.grants),
  ])

private enum AnsweringRuleSQL {
  static let zone = """
    ALTER TABLE tenants ADD COLUMN IF NOT EXISTS time_zone text NOT NULL DEFAULT 'UTC';
    """

  /// `hours` is NULL for all times, else the spans, three numbers each: the days' bits, from, to.
  static let table = """
    CREATE TABLE IF NOT EXISTS answering_rules (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      name text NOT NULL,
      occasion text NOT NULL CHECK (occasion IN ('always', 'offline', 'busy', 'no-answer')),
      patience_seconds smallint CHECK (patience_seconds BETWEEN 1 AND 300),
      callers text NOT NULL
        CHECK (callers IN ('anyone', 'colleagues', 'outside', 'withheld', 'numbers')),
      numbers text[] NOT NULL,
      hours smallint[] CHECK (cardinality(hours) % 3 = 0),
      outside_hours boolean NOT NULL,
      called text[] NOT NULL,
      action text NOT NULL CHECK (action IN ('ring', 'forward', 'busy', 'decline')),
      target text,
      PRIMARY KEY (tenant_id, extension_id, position),
      CONSTRAINT answering_rules_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE,
      CHECK ((occasion = 'no-answer') = (patience_seconds IS NOT NULL)),
      CHECK ((action = 'forward') = (target IS NOT NULL))
    );
    """

  static let security = """
    ALTER TABLE answering_rules ENABLE ROW LEVEL SECURITY;
    ALTER TABLE answering_rules FORCE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS within_scope ON answering_rules;
    CREATE POLICY within_scope ON answering_rules USING (scope_is_platform()
      OR tenant_id = scope_tenant() OR tenant_id IN (SELECT t.tenant_id FROM tenants t
        WHERE t.reseller_id = scope_reseller()));
    """

  /// All that a snapshot says of a tenant itself: what people dial for help was missing.
  static let announcements = """
    CREATE OR REPLACE FUNCTION raise_revision() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.revision <= OLD.revision AND (NEW.domain, NEW.home_address, NEW.country_code,
        NEW.national_prefix, NEW.international_prefix, NEW.emergency_numbers,
        NEW.ring_timeout_seconds, NEW.time_zone, NEW.deleted_at)
        IS DISTINCT FROM (OLD.domain, OLD.home_address, OLD.country_code, OLD.national_prefix,
        OLD.international_prefix, OLD.emergency_numbers, OLD.ring_timeout_seconds, OLD.time_zone,
        OLD.deleted_at)
      THEN
        NEW.revision := OLD.revision + 1;
      END IF;
      RETURN NEW;
    END
    $$;

    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON answering_rules
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON answering_rules
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON answering_rules TO tandem_server;
    GRANT UPDATE (time_zone) ON tenants TO tandem_server;
    """
}
