internal import Postgres

/// PINs of mailboxes, in a table of their own: who tries one must not make nodes read a tenant again.
/// Mailboxes from before have none.
let mailboxPINs = Migration(
  "0013-mailbox-pins",
  [
    .init(
      "table",
      """
      CREATE TABLE IF NOT EXISTS mailbox_pins (
        tenant_id uuid NOT NULL,
        extension_id uuid NOT NULL,
        salt bytea NOT NULL,
        digest bytea NOT NULL,
        -- Wrong ones in a row.
        failures smallint NOT NULL DEFAULT 0,
        -- Nobody gets in with a PIN before.
        locked_until timestamptz,
        PRIMARY KEY (tenant_id, extension_id),
        FOREIGN KEY (tenant_id, extension_id)
          REFERENCES mailboxes (tenant_id, extension_id) ON DELETE CASCADE
      );
      """),
    .init(
      "security",
      """
      ALTER TABLE mailbox_pins ENABLE ROW LEVEL SECURITY;
      ALTER TABLE mailbox_pins FORCE ROW LEVEL SECURITY;
      DROP POLICY IF EXISTS within_scope ON mailbox_pins;
      CREATE POLICY within_scope ON mailbox_pins USING (scope_is_platform()
        OR tenant_id = scope_tenant() OR tenant_id IN (SELECT t.tenant_id FROM tenants t
          WHERE t.reseller_id = scope_reseller()));
      """),
    .init(
      "grants",
      """
      GRANT SELECT, INSERT, DELETE ON mailbox_pins TO tandem_server;
      GRANT UPDATE (salt, digest, failures, locked_until) ON mailbox_pins TO tandem_server;
      """),
  ])
