internal import Postgres

/// Extensions whose callers go through steps: drafts, all versions that were published, and which of them
/// is in force; and the switch between day and night. Extensions from before have none; a server from
/// before reads none.
let callFlows = Migration(
  "0019-call-flows",
  [
    .init("tables", CallFlowSQL.tables),
    .init("switches", CallFlowSQL.switches),
    .init("security", CallFlowSQL.security),
    .init("announcements", CallFlowSQL.announcements),
    .init("grants", CallFlowSQL.grants),
  ])

private enum CallFlowSQL {
  /// A flow stands here as nodes get it: what was checked is what they walk. Whom the version in force names
  /// cannot be removed while it does.
  static let tables = """
    CREATE TABLE IF NOT EXISTS call_flow_drafts (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      flow bytea NOT NULL,
      saved_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT call_flow_drafts_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS call_flow_versions (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      version integer NOT NULL CHECK (version > 0),
      flow bytea NOT NULL,
      note text NOT NULL CHECK (length(note) <= 100),
      published_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, version),
      CONSTRAINT call_flow_versions_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS call_flows (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      version integer NOT NULL,
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT call_flows_version_exists FOREIGN KEY (tenant_id, extension_id, version)
        REFERENCES call_flow_versions (tenant_id, extension_id, version) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS call_flow_targets (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      target_id uuid NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, target_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES call_flows (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT call_flow_targets_extension_exists FOREIGN KEY (tenant_id, target_id)
        REFERENCES extensions (tenant_id, extension_id)
    );

    CREATE TABLE IF NOT EXISTS call_flow_sounds (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      sound_id uuid NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, sound_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES call_flows (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT call_flow_sounds_sound_exists FOREIGN KEY (tenant_id, sound_id)
        REFERENCES tenant_sounds (tenant_id, sound_id)
    );
    """

  /// Made anew each time, so that the step can run twice. The rows from before hold less.
  static let switches = """
    ALTER TABLE answering_switches
      DROP CONSTRAINT IF EXISTS answering_switches_kind_check,
      DROP CONSTRAINT IF EXISTS answering_switches_check,
      ADD CONSTRAINT answering_switches_kind_check CHECK (
        kind IN ('do-not-disturb', 'forward-always', 'forward-busy', 'forward-no-answer',
          'queue-login', 'queue-pause', 'night')) NOT VALID,
      ADD CONSTRAINT answering_switches_check CHECK (
        NOT is_on OR kind IN ('do-not-disturb', 'queue-login', 'queue-pause', 'night')
        OR target IS NOT NULL) NOT VALID;
    ALTER TABLE answering_switches VALIDATE CONSTRAINT answering_switches_kind_check;
    ALTER TABLE answering_switches VALIDATE CONSTRAINT answering_switches_check;
    """

  static let security = securityOfTenants(
    tables: """
      'call_flow_drafts', 'call_flow_versions', 'call_flows', 'call_flow_targets', 'call_flow_sounds'
      """)

  /// Of the version in force: drafts are nothing to nodes.
  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON call_flows
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON call_flows
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, UPDATE, DELETE ON call_flow_drafts TO tandem_server;
    GRANT SELECT, INSERT, DELETE
      ON call_flow_versions, call_flows, call_flow_targets, call_flow_sounds TO tandem_server;
    """
}
