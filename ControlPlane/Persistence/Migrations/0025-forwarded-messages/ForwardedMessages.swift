internal import Postgres

/// Messages that somebody forwarded to a colleague. Those from before were not, and a server from before tells
/// nobody that one was.
let forwardedMessages = Migration(
  "0025-forwarded-messages",
  [
    .init("columns", ForwardedMessageSQL.columns),
    .init("constraints", ForwardedMessageSQL.constraints),
  ])

private enum ForwardedMessageSQL {
  static let columns = """
    ALTER TABLE mailbox_messages
      ADD COLUMN IF NOT EXISTS forwarded_by text,
      ADD COLUMN IF NOT EXISTS forwarded_at timestamptz;
    """

  /// Made anew each time, so that the step can run twice.
  static let constraints = """
    ALTER TABLE mailbox_messages
      DROP CONSTRAINT IF EXISTS mailbox_messages_forwarded_check,
      ADD CONSTRAINT mailbox_messages_forwarded_check
        CHECK ((forwarded_by IS NULL) = (forwarded_at IS NULL)) NOT VALID;
    ALTER TABLE mailbox_messages VALIDATE CONSTRAINT mailbox_messages_forwarded_check;
    """
}
