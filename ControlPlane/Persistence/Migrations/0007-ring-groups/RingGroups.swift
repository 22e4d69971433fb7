internal import Postgres

/// Extensions for which colleagues are rung. Those from before have devices of their own, which is also
/// what a server from before takes all for.
let ringGroups = Migration(
  "0007-ring-groups",
  [
    .init("tables", RingGroupSQL.tables),
    .init("security", RingGroupSQL.security),
    .init("announcements", RingGroupSQL.announcements),
    .init("grants", RingGroupSQL.grants),
  ])

private enum RingGroupSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS ring_groups (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      strategy text NOT NULL CHECK (strategy IN ('together', 'in-turn', 'random')),
      rings_for_seconds smallint NOT NULL CHECK (rings_for_seconds BETWEEN 1 AND 300),
      skips_busy boolean NOT NULL,
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT ring_groups_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS ring_group_members (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      member_id uuid NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, position),
      UNIQUE (tenant_id, extension_id, member_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES ring_groups (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT ring_group_members_member_exists FOREIGN KEY (tenant_id, member_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let security = securityOfTenants(tables: "'ring_groups', 'ring_group_members'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON ring_groups
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON ring_groups
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON ring_group_members
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON ring_groups, ring_group_members TO tandem_server;
    """
}
