internal import Postgres

/// What carriers know us by, what we know them by, and how far they are believed. Trunks from before
/// have none of it, and a server from before does not look for it.
let trunkAccounts = Migration(
  "0002-trunk-accounts",
  [
    .init("columns", TrunkAccountSQL.columns),
    .init("forms", TrunkAccountSQL.forms),
    .init("grants", TrunkAccountSQL.grants),
  ])

private enum TrunkAccountSQL {
  static let columns = """
    ALTER TABLE trunks
      ADD COLUMN IF NOT EXISTS account_user text,
      ADD COLUMN IF NOT EXISTS account_realm text,
      ADD COLUMN IF NOT EXISTS account_ha1_sha256 text,
      ADD COLUMN IF NOT EXISTS account_ha1_md5 text,
      ADD COLUMN IF NOT EXISTS account_registrar text,
      ADD COLUMN IF NOT EXISTS visitor_user text,
      ADD COLUMN IF NOT EXISTS visitor_ha1_sha256 text,
      ADD COLUMN IF NOT EXISTS visitor_ha1_md5 text,
      ADD COLUMN IF NOT EXISTS is_trusted boolean NOT NULL DEFAULT false,
      ADD COLUMN IF NOT EXISTS identity_form text NOT NULL DEFAULT 'none',
      ADD COLUMN IF NOT EXISTS forwarding_form text NOT NULL DEFAULT 'none';
    """

  /// Made anew each time, so that the step can run twice.
  static let forms = """
    ALTER TABLE trunks
      DROP CONSTRAINT IF EXISTS trunks_identity_form_check,
      DROP CONSTRAINT IF EXISTS trunks_forwarding_form_check,
      DROP CONSTRAINT IF EXISTS trunks_account_check,
      ADD CONSTRAINT trunks_identity_form_check
        CHECK (identity_form IN ('none', 'asserted', 'preferred', 'remote-party')),
      ADD CONSTRAINT trunks_forwarding_form_check
        CHECK (forwarding_form IN ('none', 'diversion', 'history')),
      ADD CONSTRAINT trunks_account_check
        CHECK ((account_user IS NULL) = (account_realm IS NULL));
    """

  static let grants = """
    GRANT UPDATE (account_user, account_realm, account_ha1_sha256, account_ha1_md5,
      account_registrar, visitor_user, visitor_ha1_sha256, visitor_ha1_md5, is_trusted,
      identity_form, forwarding_form) ON trunks TO tandem_server;
    """
}
