internal import Postgres

/// Requests that may come again without being done again. A server from before knows none.
let idempotencyKeys = Migration(
  "0024-idempotency-keys",
  [
    .init("tables", IdempotencyKeySQL.tables),
    .init("security", IdempotencyKeySQL.security),
    .init("grants", IdempotencyKeySQL.grants),
  ])

private enum IdempotencyKeySQL {
  /// The key is the client's own; the hash is that of what it asked for, and `made` is what came of it.
  static let tables = """
    CREATE TABLE IF NOT EXISTS idempotency_keys (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      key text NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 255),
      request_hash bytea NOT NULL,
      made uuid NOT NULL,
      used_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, key)
    );
    CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (used_at);
    """

  static let security = securityOfTenants(tables: "'idempotency_keys'")

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON idempotency_keys TO tandem_server;
    """
}
