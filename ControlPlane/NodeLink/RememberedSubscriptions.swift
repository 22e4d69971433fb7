import NodeContract

/// What a replica remembers of one node's subscriptions, for its next process.
struct RememberedSubscriptions {
  /// A bound on what one node can make us keep: those beyond begin anew when the node dies.
  static let limit = 50_000
  static let byteLimit = 64 << 20

  private struct Remembered {
    let change: SubscriptionChange
    let expiresAt: ContinuousClock.Instant
  }

  private var all: [SubscriptionChange.Key: Remembered] = [:]
  private var bytes = 0

  var count: Int { all.count }

  mutating func keep(_ change: SubscriptionChange, at now: ContinuousClock.Instant) {
    forget(change.key)
    guard change.expiresIn > .zero else { return }
    if all.count >= Self.limit { forgetExpired(at: now) }
    guard all.count < Self.limit, bytes + change.contents.count <= Self.byteLimit else { return }
    bytes += change.contents.count
    all[change.key] = Remembered(change: change, expiresAt: now.advanced(by: change.expiresIn))
  }

  private mutating func forget(_ key: SubscriptionChange.Key) {
    guard let former = all.removeValue(forKey: key) else { return }
    bytes -= former.change.contents.count
  }

  private mutating func forgetExpired(at now: ContinuousClock.Instant) {
    for (key, remembered) in all where remembered.expiresAt <= now { forget(key) }
  }

  /// What is still valid, with the time that is left of it.
  func current(at now: ContinuousClock.Instant) -> [SubscriptionChange] {
    all.values.filter { $0.expiresAt > now }.map { remembered in
      var change = remembered.change
      change.expiresIn = now.duration(to: remembered.expiresAt)
      return change
    }
  }

  /// Takes those of an address out.
  mutating func handOver(_ address: AddressName, at now: ContinuousClock.Instant)
    -> [SubscriptionChange]
  {
    let left = current(at: now).filter { $0.address == address }
    for change in left { forget(change.key) }
    return left
  }
}
