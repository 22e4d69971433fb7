internal import Postgres

/// What a tenant's people dial for help. Tenants from before have the usual numbers, which is also
/// what a server from before leaves them.
let emergencyNumbers = Migration(
  "0003-emergency-numbers",
  [
    .init("column", EmergencyNumberSQL.column),
    .init("bound", EmergencyNumberSQL.bound),
    .init("grant", EmergencyNumberSQL.grant),
  ])

private enum EmergencyNumberSQL {
  static let column = """
    ALTER TABLE tenants
      ADD COLUMN IF NOT EXISTS emergency_numbers text[] NOT NULL
        DEFAULT ARRAY['112', '911', '999'];
    """

  /// Made anew each time, so that the step can run twice.
  static let bound = """
    ALTER TABLE tenants
      DROP CONSTRAINT IF EXISTS tenants_emergency_numbers_check,
      ADD CONSTRAINT tenants_emergency_numbers_check
        CHECK (cardinality(emergency_numbers) BETWEEN 1 AND 16);
    """

  static let grant = "GRANT UPDATE (emergency_numbers) ON tenants TO tandem_server;"
}
