internal import Postgres

/// Hours that holidays shorten. Rules from before know no holidays, and a server from before leaves the
/// column empty.
let holidays = Migration(
  "0008-holidays",
  [
    .init(
      "column",
      """
      ALTER TABLE answering_rules ADD COLUMN IF NOT EXISTS holidays text
        CHECK (holidays IS NULL OR hours IS NOT NULL);
      """)
  ])
