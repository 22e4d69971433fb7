import NodeContract
import SeededRandom

extension SeededGenerator {
  /// True once in so many times.
  mutating func once(in count: UInt64) -> Bool { next() % count == 0 }
  mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }
  mutating func pick<Item>(_ items: [Item]) -> Item { items[Int(next() % UInt64(items.count))] }
}

/// Virtual nanoseconds since the world began.
typealias Instant = Int64

extension Instant {
  static func milliseconds(_ count: Int64) -> Instant { count * 1_000_000 }
  static func seconds(_ count: Double) -> Instant { Instant(count * 1e9) }
}

/// What happens next: a heap of things to do, in the order of their times and then of their making.
struct Scheduler {
  private struct Entry {
    let time: Instant
    let order: UInt64
    let action: () -> Void

    func precedes(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private(set) var now: Instant = 0
  private var heap: [Entry] = []
  private var made: UInt64 = 0

  mutating func at(_ time: Instant, _ action: @escaping () -> Void) {
    made += 1
    heap.append(Entry(time: max(time, now), order: made, action: action))
    var child = heap.count - 1
    while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Takes the next thing off, and makes its time the present one; nil when none is due by `end`.
  mutating func next(by end: Instant) -> (() -> Void)? {
    guard let first = heap.first, first.time <= end else {
      now = max(now, end)
      return nil
    }
    now = first.time
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first.action
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].precedes(heap[least]) { least = child }
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}

/// A machine's boot clock: begins somewhere and runs a little too fast or too slow.
struct BootClock {
  let offset: Int64
  /// Parts in a million.
  let drift: Int64

  func reading(at now: Instant) -> BootInstant {
    BootInstant(nanoseconds: offset + now + now / 1_000_000 * drift)
  }
}
