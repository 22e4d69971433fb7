/// The transactions of requests other than INVITE that have their answer, the oldest first: they are
/// kept for repetitions only (timer J), and give way to new requests when there are too many. At
/// 1,500 registrations a second, each with its challenge, there would be 96,000 of them.
struct CompletedTransactions: Sendable {
  private var queue: [ServerTransactionID] = []
  private var head = 0

  mutating func append(_ id: ServerTransactionID) { queue.append(id) }

  /// The oldest that is still there.
  ///
  /// - Parameter isOver: whether a transaction ended by itself meanwhile.
  mutating func takeOldest(where isOver: (ServerTransactionID) -> Bool) -> ServerTransactionID? {
    while head < queue.count {
      let id = queue[head]
      skip()
      if !isOver(id) { return id }
    }
    return nil
  }

  /// Forgets those in front that ended by themselves, as all do in the order of their coming.
  mutating func forgetEnded(where isOver: (ServerTransactionID) -> Bool) {
    while head < queue.count, isOver(queue[head]) { skip() }
  }

  private mutating func skip() {
    head += 1
    guard head > 1_024, head > queue.count / 2 else { return }
    queue.removeFirst(head)
    head = 0
  }
}
