internal import Postgres

/// Members of ring groups that ring later, for a time of their own or outside; a server from before rings colleagues, all
/// at once. And which calls are recorded without anybody's asking, and recordings that must stay: a server from before, which
/// knows of neither, deletes none of those.
let recordingRules = Migration(
  "0028-recording-rules",
  [
    .init("tables", RecordingRuleSQL.tables),
    .init("columns", RecordingRuleSQL.columns),
    .init("members", GroupMemberSQL.members),
    .init("holds", RecordingRuleSQL.holds),
    .init(
      "security",
      securityOfTenants(tables: "'recording_rules', 'recording_history', 'ring_group_numbers'")),
    .init("announcements", RecordingRuleSQL.announcements + GroupMemberSQL.announcements),
    .init("grants", RecordingRuleSQL.grants + GroupMemberSQL.grants),
  ])

private enum RecordingRuleSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS recording_rules (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      position smallint NOT NULL CHECK (position >= 0),
      rule_id uuid NOT NULL,
      name text NOT NULL CHECK (length(name) <= 100),
      -- Neither: all calls.
      extension_id uuid,
      number text CHECK (extension_id IS NULL OR number IS NULL),
      direction text CHECK (direction IN ('from-outside', 'to-outside', 'inside')),
      share_percent smallint NOT NULL CHECK (share_percent BETWEEN 1 AND 100),
      records boolean NOT NULL,
      notice text NOT NULL CHECK (notice IN ('none', 'caller', 'called', 'both')),
      pausers text NOT NULL CHECK (pausers IN ('nobody', 'administrators', 'users')),
      -- Null: as long as all of the tenant's.
      retention_days smallint CHECK (retention_days BETWEEN 1 AND 3650),
      PRIMARY KEY (tenant_id, position),
      CONSTRAINT recording_rules_id_taken UNIQUE (tenant_id, rule_id),
      CONSTRAINT recording_rules_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    -- What people did to recordings; it outlives them.
    CREATE TABLE IF NOT EXISTS recording_history (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      recording_id uuid NOT NULL,
      happened_at timestamptz NOT NULL,
      event text NOT NULL CHECK (event IN ('held', 'released', 'deleted')),
      key_id uuid NOT NULL,
      reason text NOT NULL CHECK (length(reason) <= 500)
    );
    CREATE INDEX IF NOT EXISTS recording_history_of_recording
      ON recording_history (tenant_id, recording_id, happened_at);
    """

  static let columns = """
    ALTER TABLE call_recordings
      -- Which rule wanted it; null: somebody did. The rule may be gone.
      ADD COLUMN IF NOT EXISTS rule_id uuid,
      -- As the rule said when it was recorded; null: as long as all of the tenant's.
      ADD COLUMN IF NOT EXISTS retention_days smallint,
      ADD COLUMN IF NOT EXISTS held_at timestamptz,
      ADD COLUMN IF NOT EXISTS hold_reason text;
    """

  /// What is held stays, whoever deletes it and however old it is; and so does its sound, which goes only with its
  /// recording.
  static let holds = """
    CREATE OR REPLACE FUNCTION keep_what_is_held() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF OLD.held_at IS NULL THEN RETURN OLD; END IF;
      ELSIF OLD.held_at IS NULL OR NEW.deleted_at IS NULL THEN
        RETURN NEW;
      END IF;
      RETURN NULL;
    END
    $$;
    CREATE OR REPLACE TRIGGER keep_what_is_held BEFORE DELETE OR UPDATE OF deleted_at
      ON call_recordings FOR EACH ROW EXECUTE FUNCTION keep_what_is_held();
    """

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON recording_rules
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON recording_rules
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON recording_rules TO tandem_server;
    GRANT SELECT, INSERT ON recording_history TO tandem_server;
    GRANT UPDATE (held_at, hold_reason) ON call_recordings TO tandem_server;
    """
}

private enum GroupMemberSQL {
  /// Numbers have a table of their own, as servers from before take every row of the other for a colleague.
  static let members = """
    ALTER TABLE ring_group_members
      ADD COLUMN IF NOT EXISTS after_seconds smallint NOT NULL DEFAULT 0,
      ADD COLUMN IF NOT EXISTS rings_for_seconds smallint,
      ADD COLUMN IF NOT EXISTS confirms boolean NOT NULL DEFAULT false;

    CREATE TABLE IF NOT EXISTS ring_group_numbers (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      number text NOT NULL CHECK (length(number) BETWEEN 1 AND 64),
      after_seconds smallint NOT NULL,
      -- Null: as long as the group.
      rings_for_seconds smallint,
      confirms boolean NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, position),
      UNIQUE (tenant_id, extension_id, number),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES ring_groups (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let announcements = """

    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON ring_group_numbers
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """

    GRANT SELECT, INSERT, DELETE ON ring_group_numbers TO tandem_server;
    """
}
