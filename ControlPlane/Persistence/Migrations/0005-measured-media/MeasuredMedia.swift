internal import Postgres

/// What was measured of a leg's audio, as a fact and in its CDR. Legs from before have none, and a
/// server from before writes none.
let measuredMedia = Migration(
  "0005-measured-media",
  [
    .init("facts", MeasuredMediaSQL.facts),
    .init("kinds", MeasuredMediaSQL.kinds),
    .init("details", MeasuredMediaSQL.details),
    .init("grants", MeasuredMediaSQL.grants),
  ])

private enum MeasuredMediaSQL {
  static let facts = "ALTER TABLE facts \(columns);"
  static let details = "ALTER TABLE cdrs \(columns);"

  private static let columns = """
      ADD COLUMN IF NOT EXISTS packets bigint,
      ADD COLUMN IF NOT EXISTS packets_lost bigint,
      ADD COLUMN IF NOT EXISTS jitter_microseconds bigint,
      ADD COLUMN IF NOT EXISTS round_trip_microseconds bigint,
      ADD COLUMN IF NOT EXISTS opinion_hundredths integer
    """

  /// Made anew each time, so that the step can run twice. The rows from before hold less.
  static let kinds = """
    ALTER TABLE facts
      DROP CONSTRAINT IF EXISTS facts_kind_check,
      ADD CONSTRAINT facts_kind_check CHECK (
        kind IN ('offered', 'rung', 'answered', 'held', 'ended', 'adopted', 'measured')) NOT VALID;
    ALTER TABLE facts VALIDATE CONSTRAINT facts_kind_check;
    """

  static let grants = """
    GRANT UPDATE (packets, packets_lost, jitter_microseconds, round_trip_microseconds,
      opinion_hundredths) ON cdrs TO tandem_server;
    """
}
