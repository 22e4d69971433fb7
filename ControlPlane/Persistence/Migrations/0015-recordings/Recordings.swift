internal import Postgres

/// Recorded calls, and for how many days a tenant keeps them. Tenants from before keep them until somebody
/// deletes them.
let recordings = Migration(
  "0015-recordings",
  [
    .init("tables", RecordingSQL.tables),
    .init("kinds", RecordingSQL.kinds),
    .init("retention", RecordingSQL.retention),
    .init("security", securityOfTenants(tables: "'call_recordings'")),
    .init("grants", RecordingSQL.grants),
  ])

private enum RecordingSQL {
  /// Its call may be heard of later, as facts travel by themselves.
  static let tables = """
    CREATE TABLE IF NOT EXISTS call_recordings (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      recording_id uuid NOT NULL,
      call_id uuid NOT NULL,
      parties text NOT NULL CHECK (parties IN ('both', 'caller', 'called')),
      begun_at timestamptz NOT NULL,
      interruptions integer NOT NULL,
      ending text CHECK (ending IN ('stopped', 'call-ended')),
      -- Of the pieces that are there; a recording of which there is none is not shown.
      milliseconds bigint NOT NULL DEFAULT 0,
      bytes bigint NOT NULL DEFAULT 0,
      -- What still comes of a recording that was deleted is dropped.
      deleted_at timestamptz,
      PRIMARY KEY (tenant_id, recording_id)
    );
    CREATE INDEX IF NOT EXISTS call_recordings_of_call ON call_recordings (tenant_id, call_id);
    CREATE INDEX IF NOT EXISTS call_recordings_by_age ON call_recordings (tenant_id, begun_at);
    """

  /// Made anew each time, so that the step can run twice.
  static let kinds = """
    ALTER TABLE stored_sounds DROP CONSTRAINT IF EXISTS stored_sounds_kind_check;
    ALTER TABLE stored_sounds ADD CONSTRAINT stored_sounds_kind_check CHECK (
      kind IN ('message', 'upload', 'recording'));
    """

  static let retention = """
    ALTER TABLE tenants ADD COLUMN IF NOT EXISTS recording_retention_days smallint
      CHECK (recording_retention_days BETWEEN 1 AND 3650);
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON call_recordings TO tandem_server;
    GRANT UPDATE (interruptions, ending, milliseconds, bytes, deleted_at) ON call_recordings
      TO tandem_server;
    GRANT UPDATE (recording_retention_days) ON tenants TO tandem_server;
    """
}
