internal import Postgres

/// Extensions whose callers are heard at colleagues' telephones. Those from before page nobody; a server from before
/// reads none.
let pagingGroups = Migration(
  "0026-paging",
  [
    .init("tables", PagingSQL.tables),
    .init("security", PagingSQL.security),
    .init("announcements", PagingSQL.announcements),
    .init("grants", PagingSQL.grants),
  ])

private enum PagingSQL {
  /// Whoever is restricted to pagers of whom none is left is open to nobody.
  static let tables = """
    CREATE TABLE IF NOT EXISTS paging_groups (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      is_restricted boolean NOT NULL,
      talks_back boolean NOT NULL,
      longest_seconds smallint NOT NULL CHECK (longest_seconds BETWEEN 5 AND 3600),
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT paging_groups_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS paging_group_members (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      member_id uuid NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, position),
      UNIQUE (tenant_id, extension_id, member_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES paging_groups (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT paging_group_members_member_exists FOREIGN KEY (tenant_id, member_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS paging_group_pagers (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      member_id uuid NOT NULL,
      PRIMARY KEY (tenant_id, extension_id, position),
      UNIQUE (tenant_id, extension_id, member_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES paging_groups (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT paging_group_pagers_member_exists FOREIGN KEY (tenant_id, member_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let security = securityOfTenants(
    tables: "'paging_groups', 'paging_group_members', 'paging_group_pagers'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON paging_groups
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON paging_groups
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON paging_group_members
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON paging_group_pagers
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON paging_groups, paging_group_members, paging_group_pagers
      TO tandem_server;
    """
}
