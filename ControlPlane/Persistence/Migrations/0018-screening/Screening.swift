internal import Postgres

/// Whose calls tenants and their users do not want, and what phones show of who calls a number. A server
/// from before knows neither.
let screening = Migration(
  "0018-screening",
  [
    .init("tables", ScreeningSQL.tables),
    .init("security", ScreeningSQL.security),
    .init("announcements", ScreeningSQL.announcements),
    .init("grants", ScreeningSQL.grants),
  ])

private enum ScreeningSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS screening (
      tenant_id uuid NOT NULL CONSTRAINT screening_tenant_exists REFERENCES tenants,
      screening_id uuid NOT NULL,
      extension_id uuid,
      callers text NOT NULL
        CHECK (callers ~ '^\\+[1-9][0-9]{0,14}\\*?$' OR callers IN ('withheld', 'disproven')),
      verdict text NOT NULL CHECK (verdict IN ('allow', 'block')),
      note text NOT NULL CHECK (length(note) <= 100),
      created_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, screening_id),
      CONSTRAINT screening_from_taken
        UNIQUE NULLS NOT DISTINCT (tenant_id, extension_id, callers),
      CONSTRAINT screening_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    ALTER TABLE numbers ADD COLUMN IF NOT EXISTS display text
      CHECK (length(display) BETWEEN 1 AND 100);
    """

  static let security = securityOfTenants(tables: "'screening'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON screening
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON screening
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON screening TO tandem_server;
    GRANT UPDATE (display) ON numbers TO tandem_server;
    """
}
