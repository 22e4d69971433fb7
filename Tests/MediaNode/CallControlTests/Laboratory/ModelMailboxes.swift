import NodeContract

@testable import CallControl

/// What the control plane of a world knows of its one mailbox's messages.
struct ModelMailboxes {
  var messages: [WaitingMessage] = []
  var deleted: Set<SoundID> = []
  var pin = "2580"
  /// Copies that lie in colleagues' mailboxes, by name.
  var forwarded: [SoundID: (message: SoundID, to: ExtensionID)] = [:]
  /// Colleagues' mailboxes take no more.
  var isFullElsewhere = false
  /// It answers nothing.
  var isAway = false

  /// Nil: nobody answers.
  mutating func answer(_ question: MailboxQuestion) -> MailboxAnswer.Outcome? {
    guard !isAway else { return nil }
    switch question.verb {
    case .open(let pin):
      let present = messages.filter { !deleted.contains($0.id) }
      return pin == nil || pin == self.pin ? .messages(present) : .wrongPIN
    case .mark(let id, let state):
      for index in messages.indices where messages[index].id == id { messages[index].state = state }
    case .delete(let id): deleted.insert(id)
    case .restore(let id): deleted.remove(id)
    case .forward(let id, let colleague, let copy):
      guard !isFullElsewhere else { return .full }
      guard !deleted.contains(id) else { return .missing }
      forwarded[copy] = (id, colleague)
    case .sound(let id, _): return messages.contains { $0.id == id } ? .done : .missing
    }
    return .done
  }

  /// So many new messages from that caller, who calls from outside.
  static func filled(_ count: Int, from caller: String = "+447400123456") -> ModelMailboxes {
    var mailboxes = ModelMailboxes()
    mailboxes.messages = (1...count).map {
      WaitingMessage(
        id: SoundID(UUIDv7(high: 9, low: UInt64($0))), caller: caller,
        leftAt: WallTime(milliseconds: 1_790_000_000_000 + Int64($0) * 60_000), state: .new)
    }
    return mailboxes
  }
}
