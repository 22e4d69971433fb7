internal import Postgres

/// Where users are looked for, and members of groups who must say that they take a call. A server from before
/// knows neither, and lets its rules ring.
let followMe = Migration(
  "0022-follow-me",
  [
    .init("tables", FollowMeSQL.tables),
    .init("actions", FollowMeSQL.actions),
    .init("groups", FollowMeSQL.groups),
    .init("security", FollowMeSQL.security),
    .init("announcements", FollowMeSQL.announcements),
    .init("grants", FollowMeSQL.grants),
  ])

private enum FollowMeSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS follow_me_steps (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      rings_for_seconds smallint NOT NULL CHECK (rings_for_seconds BETWEEN 1 AND 300),
      confirms boolean NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, position),
      CONSTRAINT follow_me_steps_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS follow_me_targets (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      step smallint NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      kind text NOT NULL CHECK (kind IN ('own', 'extension', 'outside')),
      colleague_id uuid CHECK ((kind = 'extension') = (colleague_id IS NOT NULL)),
      number text CHECK ((kind = 'outside') = (number IS NOT NULL)),
      PRIMARY KEY (tenant_id, extension_id, step, position),
      FOREIGN KEY (tenant_id, extension_id, step)
        REFERENCES follow_me_steps (tenant_id, extension_id, position) ON DELETE CASCADE,
      CONSTRAINT follow_me_targets_colleague_exists FOREIGN KEY (tenant_id, colleague_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let actions = """
    ALTER TABLE answering_rules DROP CONSTRAINT IF EXISTS answering_rules_action_check;
    ALTER TABLE answering_rules ADD CONSTRAINT answering_rules_action_check CHECK (
      action IN ('ring', 'follow-me', 'forward', 'busy', 'decline', 'voicemail'));
    """

  static let groups = """
    ALTER TABLE ring_groups ADD COLUMN IF NOT EXISTS confirms boolean NOT NULL DEFAULT false;
    """

  static let security = securityOfTenants(tables: "'follow_me_steps', 'follow_me_targets'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON follow_me_steps
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON follow_me_steps
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON follow_me_targets
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON follow_me_steps, follow_me_targets TO tandem_server;
    """
}
