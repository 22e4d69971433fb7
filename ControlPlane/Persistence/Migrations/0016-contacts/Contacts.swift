internal import Postgres

/// Whom tenants know outside, and rules for them. A server from before reads neither contacts nor which
/// group a rule is for, and writes neither.
let contacts = Migration(
  "0016-contacts",
  [
    .init("tables", ContactSQL.tables),
    .init("callers", ContactSQL.callers),
    .init("security", ContactSQL.security),
    .init("announcements", ContactSQL.announcements),
    .init("grants", ContactSQL.grants),
  ])

private enum ContactSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS contacts (
      tenant_id uuid NOT NULL CONSTRAINT contacts_tenant_exists REFERENCES tenants,
      contact_id uuid NOT NULL,
      name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      groups text[] NOT NULL,
      is_vip boolean NOT NULL,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, contact_id)
    );

    CREATE TABLE IF NOT EXISTS contact_numbers (
      tenant_id uuid NOT NULL,
      number text NOT NULL CHECK (number ~ '^\\+[1-9][0-9]{1,14}$'),
      contact_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      CONSTRAINT contact_numbers_numbers_taken PRIMARY KEY (tenant_id, number),
      FOREIGN KEY (tenant_id, contact_id)
        REFERENCES contacts (tenant_id, contact_id) ON DELETE CASCADE
    );
    CREATE INDEX IF NOT EXISTS contact_numbers_of_contact
      ON contact_numbers (tenant_id, contact_id);
    """

  /// Made anew each time, so that the step can run twice.
  static let callers = """
    ALTER TABLE answering_rules ADD COLUMN IF NOT EXISTS contact_group text;
    ALTER TABLE answering_rules DROP CONSTRAINT IF EXISTS answering_rules_callers_check;
    ALTER TABLE answering_rules ADD CONSTRAINT answering_rules_callers_check CHECK (
      callers IN ('anyone', 'colleagues', 'outside', 'withheld', 'numbers', 'contacts', 'group',
        'vip', 'strangers'));
    ALTER TABLE answering_rules DROP CONSTRAINT IF EXISTS answering_rules_group_check;
    ALTER TABLE answering_rules ADD CONSTRAINT answering_rules_group_check CHECK (
      (callers = 'group') = (contact_group IS NOT NULL));
    """

  static let security = securityOfTenants(tables: "'contacts', 'contact_numbers'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON contacts
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON contacts
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON contacts
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON contacts, contact_numbers TO tandem_server;
    GRANT UPDATE (name, groups, is_vip) ON contacts TO tandem_server;
    """
}
