import NodeContract

/// A value that means nothing any more after a while.
protocol Forgettable: Sendable {
  func isForgotten(at now: BootInstant) -> Bool
}

/// A table of peers that cannot be made to grow: when it is full, a new key takes the place of one
/// whose value means nothing any more, or else of the oldest. Looking for one takes a few steps at
/// most.
struct BoundedTable<Key: Hashable & Sendable, Value: Forgettable>: Sendable {
  private let capacity: Int
  private var values: [Key: Value] = [:]
  /// Keys in the order of their coming; a ring once full.
  private var order: [Key] = []
  private var oldest = 0

  init(capacity: Int) {
    precondition(capacity > 0, "a table of \(capacity)")
    self.capacity = capacity
  }

  var count: Int { values.count }

  subscript(key: Key) -> Value? { values[key] }

  mutating func set(_ value: Value, for key: Key, at now: BootInstant) {
    guard values.updateValue(value, forKey: key) == nil else { return }
    guard order.count == capacity else {
      order.append(key)
      return
    }
    skipRemembered(at: now)
    values[order[oldest]] = nil
    order[oldest] = key
    oldest = (oldest + 1) % capacity
  }

  private mutating func skipRemembered(at now: BootInstant) {
    let start = oldest
    for _ in 0..<min(8, capacity) {
      if values[order[oldest]]?.isForgotten(at: now) ?? true { return }
      oldest = (oldest + 1) % capacity
    }
    oldest = start
  }
}
