import NodeContract

/// Which counts of which nonces were used. Bounded: when full, the nonce that was used first is
/// forgotten, and every nonce not newer than that one counts as used up.
struct ReplayTable: Sendable {
  /// The counts used with one nonce: the highest, and a bit for each of the 64 before it, as
  /// datagrams overtake each other.
  private struct Window {
    var highest: UInt32
    var before: UInt64 = 0

    /// Notes a count; false when it was used, or is too far behind to know.
    mutating func admit(_ count: UInt32) -> Bool {
      if count > highest {
        let step = count - highest
        before = before << step | 1 << (step - 1)
        highest = count
        return true
      }
      let age = highest - count
      guard (1...64).contains(age), before & 1 << (age - 1) == 0 else { return false }
      before |= 1 << (age - 1)
      return true
    }
  }

  private let capacity: Int
  private var windows: [BootInstant: Window] = [:]
  /// Nonces in the order of their first use; a ring once full.
  private var order: [BootInstant] = []
  private var oldest = 0
  /// Nonces not newer than this and without a window may have been used.
  private var floor: BootInstant?

  init(capacity: Int) {
    precondition(capacity > 0, "a replay table of \(capacity) nonces")
    self.capacity = capacity
  }

  /// Notes the use of a nonce, which its instant of issue names. False when that count was used
  /// before, or may have been.
  mutating func use(_ nonce: BootInstant, count: UInt32) -> Bool {
    if windows[nonce] != nil { return windows[nonce]?.admit(count) ?? false }
    if let floor, nonce <= floor { return false }
    remember(nonce)
    windows[nonce] = Window(highest: count)
    return true
  }

  private mutating func remember(_ nonce: BootInstant) {
    guard order.count == capacity else {
      order.append(nonce)
      return
    }
    let forgotten = order[oldest]
    windows[forgotten] = nil
    floor = max(floor ?? forgotten, forgotten)
    order[oldest] = nonce
    oldest = (oldest + 1) % capacity
  }
}
