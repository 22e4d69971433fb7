internal import Postgres

/// Mailboxes, their messages, and recorded sound of any kind in pieces. Extensions from before have no
/// mailbox; a server from before never writes the action `voicemail`.
let mailboxes = Migration(
  "0010-mailboxes",
  [
    .init("tables", MailboxSQL.tables),
    .init("actions", MailboxSQL.actions),
    .init("security", MailboxSQL.security),
    .init("announcements", MailboxSQL.announcements),
    .init("sounds", MailboxSQL.sounds),
    .init("lamps", MailboxSQL.lamps),
    .init("grants", MailboxSQL.grants),
  ])

private enum MailboxSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS mailboxes (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      longest_message_seconds smallint NOT NULL
        CHECK (longest_message_seconds BETWEEN 10 AND 900),
      most_messages smallint NOT NULL CHECK (most_messages BETWEEN 1 AND 1000),
      retention_days smallint CHECK (retention_days BETWEEN 1 AND 3650),
      is_full boolean NOT NULL DEFAULT false,
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT mailboxes_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS stored_sounds (
      tenant_id uuid NOT NULL REFERENCES tenants (tenant_id),
      sound_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('message')),
      PRIMARY KEY (tenant_id, sound_id)
    );

    CREATE TABLE IF NOT EXISTS stored_sound_pieces (
      tenant_id uuid NOT NULL,
      sound_id uuid NOT NULL,
      part integer NOT NULL CHECK (part > 0),
      position bigint NOT NULL CHECK (position >= 0),
      contents bytea NOT NULL,
      PRIMARY KEY (tenant_id, sound_id, part, position),
      FOREIGN KEY (tenant_id, sound_id)
        REFERENCES stored_sounds (tenant_id, sound_id) ON DELETE CASCADE
    );
    -- Compressed as it is.
    ALTER TABLE stored_sound_pieces ALTER COLUMN contents SET STORAGE EXTERNAL;

    CREATE TABLE IF NOT EXISTS mailbox_messages (
      tenant_id uuid NOT NULL,
      message_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      call_id uuid NOT NULL,
      caller text NOT NULL,
      caller_name text NOT NULL,
      left_at timestamptz NOT NULL,
      ending text CHECK (ending IN ('hung-up', 'key', 'silence', 'longest', 'cut')),
      state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'heard', 'saved')),
      -- Of the parts that are there; a message of which there is none is not shown.
      milliseconds bigint NOT NULL DEFAULT 0,
      -- What still comes of a message that was deleted is dropped.
      deleted_at timestamptz,
      PRIMARY KEY (tenant_id, message_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES mailboxes (tenant_id, extension_id) ON DELETE CASCADE
    );
    CREATE INDEX IF NOT EXISTS mailbox_messages_of_mailbox
      ON mailbox_messages (tenant_id, extension_id, message_id);
    """

  static let actions = """
    ALTER TABLE answering_rules DROP CONSTRAINT IF EXISTS answering_rules_action_check;
    ALTER TABLE answering_rules ADD CONSTRAINT answering_rules_action_check CHECK (
      action IN ('ring', 'forward', 'busy', 'decline', 'voicemail'));
    """

  static let security = securityOfTenants(
    tables: "'mailboxes', 'stored_sounds', 'stored_sound_pieces',\n    'mailbox_messages'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON mailboxes
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON mailboxes
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON mailboxes
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  /// A message's sound goes with it, also where its mailbox or extension does.
  static let sounds = """
    CREATE OR REPLACE FUNCTION forget_sounds() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM stored_sounds s USING gone g
        WHERE s.tenant_id = g.tenant_id AND s.sound_id = g.message_id;
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON mailbox_messages
      REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION forget_sounds();
    """

  /// Each change of what waits in a mailbox is announced on `tandem_mailbox` when its transaction
  /// commits; nodes light the lamps of its owner's phones.
  static let lamps = """
    CREATE OR REPLACE FUNCTION announce_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('tandem_mailbox', c.tenant_id::text || ' ' || c.extension_id::text)
        FROM (SELECT DISTINCT tenant_id, extension_id FROM changed) c;
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE TRIGGER lamp_of_new AFTER INSERT ON mailbox_messages
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION announce_mailboxes();
    CREATE OR REPLACE TRIGGER lamp_of_changed AFTER UPDATE ON mailbox_messages
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION announce_mailboxes();
    CREATE OR REPLACE TRIGGER lamp_of_gone AFTER DELETE ON mailbox_messages
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION announce_mailboxes();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON mailboxes, stored_sounds, stored_sound_pieces,
      mailbox_messages TO tandem_server;
    GRANT UPDATE (longest_message_seconds, most_messages, retention_days, is_full) ON mailboxes
      TO tandem_server;
    GRANT UPDATE (ending, state, milliseconds, deleted_at) ON mailbox_messages TO tandem_server;
    """
}
