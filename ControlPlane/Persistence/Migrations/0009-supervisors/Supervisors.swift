internal import Postgres

/// Whose extension may hear colleagues' calls. Nobody's from before may.
let supervisors = Migration(
  "0009-supervisors",
  [
    .init(
      "column",
      """
      ALTER TABLE extensions
        ADD COLUMN IF NOT EXISTS may_supervise boolean NOT NULL DEFAULT false;
      """),
    .init("grant", "GRANT UPDATE (may_supervise) ON extensions TO tandem_server;"),
  ])
