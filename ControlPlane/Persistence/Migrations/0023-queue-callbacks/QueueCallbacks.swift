internal import Postgres

/// Callers of queues who are called back instead of waiting. Queues from before call nobody back; a server from
/// before reads none of it, and leaves it out of what it gives to nodes.
let queueCallbacks = Migration(
  "0023-queue-callbacks",
  [
    .init("columns", QueueCallbackSQL.columns),
    .init("constraints", QueueCallbackSQL.constraints),
    .init("table", QueueCallbackSQL.table),
    .init("security", QueueCallbackSQL.security),
    .init("announcements", QueueCallbackSQL.announcements),
    .init("grants", QueueCallbackSQL.grants),
  ])

private enum QueueCallbackSQL {
  static let columns = """
    ALTER TABLE queues
      ADD COLUMN IF NOT EXISTS callback_key text,
      ADD COLUMN IF NOT EXISTS callback_offered_after_seconds smallint,
      ADD COLUMN IF NOT EXISTS callback_offered_from smallint,
      ADD COLUMN IF NOT EXISTS callback_takes_other_numbers boolean,
      ADD COLUMN IF NOT EXISTS callback_attempts smallint,
      ADD COLUMN IF NOT EXISTS callback_pause_seconds integer,
      ADD COLUMN IF NOT EXISTS callback_keeps_for_seconds integer,
      ADD COLUMN IF NOT EXISTS callback_ends_at smallint;
    """

  /// Made anew each time, so that the step can run twice.
  static let constraints = """
    ALTER TABLE queues
      DROP CONSTRAINT IF EXISTS queues_callback_check,
      ADD CONSTRAINT queues_callback_check CHECK (
        callback_key ~ '^[0-9*#]$'
          AND callback_offered_after_seconds BETWEEN 1 AND 3600
          AND callback_offered_from BETWEEN 1 AND 500
          AND callback_takes_other_numbers IS NOT NULL
          AND callback_attempts BETWEEN 1 AND 10
          AND callback_pause_seconds BETWEEN 10 AND 86400
          AND callback_keeps_for_seconds BETWEEN 60 AND 604800
          AND coalesce(callback_ends_at BETWEEN 0 AND 1439, true)
        OR num_nonnulls(callback_key, callback_offered_after_seconds, callback_offered_from,
          callback_takes_other_numbers, callback_attempts, callback_pause_seconds,
          callback_keeps_for_seconds, callback_ends_at) = 0) NOT VALID;
    ALTER TABLE queues VALIDATE CONSTRAINT queues_callback_check;
    """

  /// What was called off outlives a queue that is given anew.
  static let table = """
    CREATE TABLE IF NOT EXISTS queue_callbacks_called_off (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      callback_id uuid NOT NULL,
      called_off_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (tenant_id, extension_id, callback_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  static let security = securityOfTenants(tables: "'queue_callbacks_called_off'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON queue_callbacks_called_off
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON queue_callbacks_called_off TO tandem_server;
    """
}
