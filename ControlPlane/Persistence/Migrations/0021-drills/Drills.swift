internal import Postgres

/// Faults that operators made on purpose, and what came of them. A server from before knows none.
let drills = Migration(
  "0021-drills",
  [
    .init("tables", DrillSQL.tables),
    .init("security", DrillSQL.security),
    .init("grants", DrillSQL.grants),
  ])

private enum DrillSQL {
  /// The document is the drill as etcd had it last. Whoever ordered it stays named when the key is gone.
  static let tables = """
    CREATE TABLE IF NOT EXISTS drills (
      drill_id uuid PRIMARY KEY,
      fault text NOT NULL,
      target text NOT NULL,
      ordered_at timestamptz NOT NULL,
      ordered_by uuid NOT NULL,
      verdict text CHECK (verdict IN ('kept', 'broken', 'refused', 'aborted', 'failed')),
      document jsonb NOT NULL
    );
    """

  static let security = """
    ALTER TABLE drills ENABLE ROW LEVEL SECURITY;
    ALTER TABLE drills FORCE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS operators_only ON drills;
    CREATE POLICY operators_only ON drills USING (scope_is_platform());
    """

  static let grants = """
    GRANT SELECT, INSERT ON drills TO tandem_server;
    GRANT UPDATE (verdict, document) ON drills TO tandem_server;
    """
}
