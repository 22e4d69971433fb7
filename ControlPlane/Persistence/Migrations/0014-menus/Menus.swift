internal import Postgres

/// Sounds of a tenant's own, menus, and greetings. Extensions from before have no menu, mailboxes and
/// rules no greeting; a server from before reads neither and writes none.
let menus = Migration(
  "0014-menus",
  [
    .init("tables", MenuSQL.tables),
    .init("kinds", MenuSQL.kinds),
    .init("greetings", MenuSQL.greetings),
    .init("security", MenuSQL.security),
    .init("announcements", MenuSQL.announcements),
    .init("grants", MenuSQL.grants),
  ])

private enum MenuSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS tenant_sounds (
      tenant_id uuid NOT NULL,
      sound_id uuid NOT NULL,
      name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
      milliseconds integer NOT NULL CHECK (milliseconds > 0),
      bytes integer NOT NULL CHECK (bytes > 0),
      digest bytea NOT NULL CHECK (octet_length(digest) = 32),
      created_at timestamptz NOT NULL,
      PRIMARY KEY (tenant_id, sound_id),
      CONSTRAINT tenant_sounds_name_taken UNIQUE (tenant_id, name),
      FOREIGN KEY (tenant_id, sound_id)
        REFERENCES stored_sounds (tenant_id, sound_id) ON DELETE CASCADE
    );

    CREATE TABLE IF NOT EXISTS menus (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      prompt_id uuid,
      language text CHECK (language ~ '^[a-z]{2}$'),
      takes_extensions boolean NOT NULL,
      patience_seconds smallint NOT NULL CHECK (patience_seconds BETWEEN 1 AND 60),
      repeats smallint NOT NULL CHECK (repeats BETWEEN 0 AND 9),
      PRIMARY KEY (tenant_id, extension_id),
      CONSTRAINT menus_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT menus_prompt_exists FOREIGN KEY (tenant_id, prompt_id)
        REFERENCES tenant_sounds (tenant_id, sound_id)
    );

    CREATE TABLE IF NOT EXISTS menu_choices (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      -- Empty: where callers go in the end.
      key text NOT NULL CHECK (key ~ '^[0-9*#]?$'),
      action text NOT NULL CHECK (
        action IN ('extension', 'mailbox', 'outside', 'room', 'hang-up')),
      target_id uuid,
      target text,
      PRIMARY KEY (tenant_id, extension_id, key),
      CHECK ((target_id IS NOT NULL) = (action IN ('extension', 'mailbox'))),
      CHECK ((target IS NOT NULL) = (action IN ('outside', 'room'))),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES menus (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT menu_choices_target_exists FOREIGN KEY (tenant_id, target_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  /// Made anew each time, so that the step can run twice.
  static let kinds = """
    ALTER TABLE stored_sounds DROP CONSTRAINT IF EXISTS stored_sounds_kind_check;
    ALTER TABLE stored_sounds ADD CONSTRAINT stored_sounds_kind_check CHECK (
      kind IN ('message', 'upload'));
    """

  static let greetings = """
    ALTER TABLE mailboxes ADD COLUMN IF NOT EXISTS greeting_id uuid;
    ALTER TABLE mailboxes DROP CONSTRAINT IF EXISTS mailboxes_greeting_exists;
    ALTER TABLE mailboxes ADD CONSTRAINT mailboxes_greeting_exists
      FOREIGN KEY (tenant_id, greeting_id) REFERENCES tenant_sounds (tenant_id, sound_id);
    ALTER TABLE answering_rules ADD COLUMN IF NOT EXISTS greeting_id uuid;
    ALTER TABLE answering_rules DROP CONSTRAINT IF EXISTS answering_rules_greeting_exists;
    ALTER TABLE answering_rules ADD CONSTRAINT answering_rules_greeting_exists
      FOREIGN KEY (tenant_id, greeting_id) REFERENCES tenant_sounds (tenant_id, sound_id);
    """

  static let security = securityOfTenants(tables: "'tenant_sounds', 'menus', 'menu_choices'")

  /// Sounds by themselves are nothing to a node: what names them is.
  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON menus
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON menus
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON menu_choices
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON tenant_sounds, menus, menu_choices TO tandem_server;
    GRANT UPDATE (greeting_id) ON mailboxes TO tandem_server;
    """
}
