import NodeContract

/// Answers what callers of one session's node want of their mailboxes, one after the other. A caller who
/// waits too long hears so from the node.
struct MailboxReception {
  let session: NodeSession
  let desk: any MailboxDesk

  /// Runs until the session ends.
  func run() async {
    for await _ in session.questionWakeups {
      while let question = await session.takeQuestion() {
        // A node has no business with the callers of others.
        let isIts = await session.serves(question.tenant)
        await session.answer(question, isIts ? await desk.answer(question) : .missing)
      }
    }
  }
}
