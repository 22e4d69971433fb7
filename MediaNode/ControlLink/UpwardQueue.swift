import NodeContract

/// What a message is about.
enum Subject: Hashable {
  case call(CallID)
  case relay(CallID)
  case binding(BindingKey)
  case subscription(SubscriptionChange.Key)
  case load
  case order(OrderID)
  case sound(SoundPiece.Key)
  case mailbox(UUIDv7)
  case lending(UUIDv7)
  case drill(DrillID)
  case heard(DrillID)
  case click(CallID, ClickOrder.Verb)

  /// Nil for what is never queued: `hello`, and facts, which wait in the spool.
  init?(_ message: UpwardMessage) {
    switch message {
    case .hello, .facts: return nil
    case .checkpoint(let envelope): self = .call(envelope.call)
    case .checkpointRetired(let call): self = .call(call)
    case .relay(let relay): self = .relay(relay.call)
    case .binding(let change): self = .binding(change.key)
    case .subscription(let change): self = .subscription(change.key)
    case .load: self = .load
    case .orderAnswer(let answer): self = .order(answer.order)
    case .sound(let piece): self = .sound(piece.key)
    case .mailboxRequest(let request): self = .mailbox(request.id)
    case .soundRequest(let request): self = .lending(request.id)
    case .drillAnswer(let answer): self = .drill(answer.drill)
    case .drillSound(let sound): self = .heard(sound.drill)
    case .clickAnswer(let answer): self = .click(answer.call, answer.verb)
    }
  }
}

/// What one link still has to say, oldest subject first. A later message about a subject takes the
/// place of an earlier one that still waits, so the queue never holds more than there are
/// subjects, and a slow link skips what is no longer true.
struct UpwardQueue {
  private var waiting: [Subject: UpwardMessage] = [:]
  private var order: [Subject] = []
  private var start = 0

  var count: Int { waiting.count }

  mutating func add(_ message: UpwardMessage) {
    guard let subject = Subject(message) else {
      preconditionFailure("hello and facts are not queued")
    }
    if waiting.updateValue(message, forKey: subject) == nil { order.append(subject) }
  }

  mutating func next() -> UpwardMessage? {
    guard start < order.count else { return nil }
    defer { compact() }
    start += 1
    return waiting.removeValue(forKey: order[start - 1])
  }

  private mutating func compact() {
    guard start > 64, start > order.count / 2 else { return }
    order.removeFirst(start)
    start = 0
  }
}
