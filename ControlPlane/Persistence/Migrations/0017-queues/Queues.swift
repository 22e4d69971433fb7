internal import Postgres

/// Extensions whose callers wait for agents, and what agents switch. Extensions from before have no queue; a
/// server from before reads none, and takes what agents switch by phone for nothing that it knows.
let queues = Migration(
  "0017-queues",
  [
    .init("tables", QueueSQL.tables),
    .init("switches", QueueSQL.switches),
    .init("security", QueueSQL.security),
    .init("announcements", QueueSQL.announcements),
    .init("grants", QueueSQL.grants),
  ])

private enum QueueSQL {
  static let tables = """
    CREATE TABLE IF NOT EXISTS queues (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      strategy text NOT NULL CHECK (
        strategy IN ('together', 'longest-idle', 'round-robin', 'fewest-calls')),
      rings_for_seconds smallint NOT NULL CHECK (rings_for_seconds BETWEEN 1 AND 300),
      wrap_up_seconds smallint NOT NULL CHECK (wrap_up_seconds BETWEEN 0 AND 3600),
      rests_for_seconds smallint NOT NULL CHECK (rests_for_seconds BETWEEN 1 AND 3600),
      pauses_after smallint CHECK (pauses_after BETWEEN 1 AND 20),
      most_waiting smallint NOT NULL CHECK (most_waiting BETWEEN 1 AND 500),
      longest_wait_seconds integer CHECK (longest_wait_seconds BETWEEN 1 AND 36000),
      needs_agents boolean NOT NULL,
      puts_vips_first boolean NOT NULL,
      announces_every_seconds smallint CHECK (announces_every_seconds BETWEEN 10 AND 3600),
      announces_wait boolean NOT NULL,
      language text CHECK (language ~ '^[a-z]{2}$'),
      last_action text NOT NULL CHECK (
        last_action IN ('extension', 'mailbox', 'outside', 'room', 'hang-up')),
      last_target_id uuid,
      last_target text,
      PRIMARY KEY (tenant_id, extension_id),
      CHECK ((last_target_id IS NOT NULL) = (last_action IN ('extension', 'mailbox'))),
      CHECK ((last_target IS NOT NULL) = (last_action IN ('outside', 'room'))),
      CONSTRAINT queues_extension_exists FOREIGN KEY (tenant_id, extension_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT queues_finally_exists FOREIGN KEY (tenant_id, last_target_id)
        REFERENCES extensions (tenant_id, extension_id)
    );

    CREATE TABLE IF NOT EXISTS queue_agents (
      tenant_id uuid NOT NULL,
      extension_id uuid NOT NULL,
      position smallint NOT NULL CHECK (position >= 0),
      agent_id uuid NOT NULL,
      tier smallint NOT NULL CHECK (tier BETWEEN 1 AND 9),
      PRIMARY KEY (tenant_id, extension_id, position),
      UNIQUE (tenant_id, extension_id, agent_id),
      FOREIGN KEY (tenant_id, extension_id)
        REFERENCES queues (tenant_id, extension_id) ON DELETE CASCADE,
      CONSTRAINT queue_agents_agent_exists FOREIGN KEY (tenant_id, agent_id)
        REFERENCES extensions (tenant_id, extension_id) ON DELETE CASCADE
    );
    """

  /// Made anew each time, so that the step can run twice. The rows from before hold less.
  static let switches = """
    ALTER TABLE answering_switches
      DROP CONSTRAINT IF EXISTS answering_switches_kind_check,
      DROP CONSTRAINT IF EXISTS answering_switches_check,
      ADD CONSTRAINT answering_switches_kind_check CHECK (
        kind IN ('do-not-disturb', 'forward-always', 'forward-busy', 'forward-no-answer',
          'queue-login', 'queue-pause')) NOT VALID,
      ADD CONSTRAINT answering_switches_check CHECK (
        NOT is_on OR kind IN ('do-not-disturb', 'queue-login', 'queue-pause')
        OR target IS NOT NULL) NOT VALID;
    ALTER TABLE answering_switches VALIDATE CONSTRAINT answering_switches_kind_check;
    ALTER TABLE answering_switches VALIDATE CONSTRAINT answering_switches_check;
    """

  static let security = securityOfTenants(tables: "'queues', 'queue_agents'")

  static let announcements = """
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON queues
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER deleted AFTER DELETE ON queues
      REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    CREATE OR REPLACE TRIGGER inserted AFTER INSERT ON queue_agents
      REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION raise_revision_of_tenants();
    """

  static let grants = """
    GRANT SELECT, INSERT, DELETE ON queues, queue_agents TO tandem_server;
    """
}
