internal import Postgres

/// Carriers known by a domain or a certificate. Trunks from before have neither, and a server from
/// before does not look for them.
let trunkRoutes = Migration(
  "0004-trunk-routes",
  [
    .init("columns", TrunkRouteSQL.columns),
    .init("whereabouts", TrunkRouteSQL.whereabouts),
    .init("grants", TrunkRouteSQL.grants),
  ])

private enum TrunkRouteSQL {
  static let columns = """
    ALTER TABLE trunks
      ADD COLUMN IF NOT EXISTS route text,
      ADD COLUMN IF NOT EXISTS certificate_name text;
    """

  /// Made anew each time, so that the step can run twice.
  static let whereabouts = """
    ALTER TABLE trunks
      DROP CONSTRAINT IF EXISTS trunks_peers_check,
      ADD CONSTRAINT trunks_peers_check
        CHECK (cardinality(peers) <= 16 AND (cardinality(peers) >= 1 OR route IS NOT NULL));
    """

  static let grants = "GRANT UPDATE (route, certificate_name) ON trunks TO tandem_server;"
}
