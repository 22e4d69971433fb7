import NodeContract

/// At most one deadline per key, the earliest first: a binary heap whose outdated entries are
/// skipped when they come up.
struct DeadlineQueue<Key: Hashable & Sendable & Comparable>: Sendable {
  private struct Entry: Sendable {
    let instant: BootInstant
    let key: Key

    func precedes(_ other: Entry) -> Bool {
      instant == other.instant ? key < other.key : instant < other.instant
    }
  }

  private var heap: [Entry] = []
  private var current: [Key: BootInstant] = [:]

  /// Sets, moves or (nil) removes the key's deadline.
  mutating func set(_ instant: BootInstant?, for key: Key) {
    guard current[key] != instant else { return }
    current[key] = instant
    if let instant { push(Entry(instant: instant, key: key)) }
    if heap.count > 2 * current.count + 64 { rebuild() }
    dropOutdated()
  }

  /// Far deadlines of what is long gone must not pile up.
  private mutating func rebuild() {
    heap = []
    for (key, instant) in current { push(Entry(instant: instant, key: key)) }
  }

  /// The earliest deadline.
  var next: BootInstant? { heap.first?.instant }

  func isDue(_ key: Key, at now: BootInstant) -> Bool { current[key].map { $0 <= now } ?? false }

  /// Removes and answers the key of the earliest deadline that has come by `now`.
  mutating func popDue(at now: BootInstant) -> Key? {
    guard let first = heap.first, first.instant <= now else { return nil }
    pop()
    current[first.key] = nil
    dropOutdated()
    return first.key
  }

  /// Afterwards the first entry is a current one.
  private mutating func dropOutdated() {
    while let first = heap.first, current[first.key] != first.instant { pop() }
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
