internal import Postgres

/// What a tenant's people dial to have something done, where it is not what is usual; and what they
/// switched by it. Tenants from before have the usual codes, and nothing switched.
let featureCodes = Migration(
  "0011-feature-codes",
  [
    .init("tables", FeatureCodeSQL.tables),
    .init("facts", FeatureCodeSQL.facts),
    .init("kinds", FeatureCodeSQL.kinds),
    .init("security", FeatureCodeSQL.security),
    .init("announcements", FeatureCodeSQL.announcements),
    .init("grants", FeatureCodeSQL.grants),
  ])

private enum FeatureCodeSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS feature_codes (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      feature text NOT NULL,
      code text CHECK (code ~ '^[*0-9]{2,8}$'),
      PRIMARY KEY (tenant_id, feature),
      CONSTRAINT feature_codes_code_taken UNIQUE (tenant_id, code)
    );

    CREATE TABLE IF NOT EXISTS answering_switches (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      kind text NOT NULL CHECK (
        kind IN ('do-not-disturb', 'forward-always', 'forward-busy', 'forward-no-answer')),
      is_on boolean NOT NULL,
      target text,
      patience_milliseconds bigint CHECK (patience_milliseconds > 0),
      changed_at_milliseconds bigint NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, kind),
      CHECK (NOT is_on OR kind = 'do-not-disturb' OR target IS NOT NULL),
      CONSTRAINT answering_switches_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let facts = """
    ALTER TABLE facts
      ADD COLUMN IF NOT EXISTS switch_kind text,
      ADD COLUMN IF NOT EXISTS switch_is_on boolean,
      ADD COLUMN IF NOT EXISTS switch_target text,
      ADD COLUMN IF NOT EXISTS switch_patience_milliseconds bigint,
      ADD COLUMN IF NOT EXISTS switch_changed_at_milliseconds bigint;
    """

  /// Made anew each time, so that the step can run twice. The rows from before hold less.
  static let kinds = """
    ALTER TABLE facts
      DROP CONSTRAINT IF EXISTS facts_kind_check,
      ADD CONSTRAINT facts_kind_check CHECK (
        kind IN ('offered', 'rung', 'answered', 'held', 'ended', 'adopted', 'measured',
          'switched')) NOT VALID;
    ALTER TABLE facts VALIDATE CONSTRAINT facts_kind_check;
    """

  static let security = securityOfTenants(tables: "'feature_codes', 'answering_switches'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON feature_codes
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON feature_codes
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON answering_switches
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON answering_switches
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON feature_codes TO tandem_server;
    GRANT SELECT, INSERT, UPDATE ON answering_switches TO tandem_server;
    """
}
