public import NodeContract

/// Timers by the million: arming and cancelling cost the same however many there are.
///
/// Eight levels of 64 slots; a slot of level 0 is one millisecond, a slot of each next level all
/// slots of the level below. A timer lies on the level of the highest 6 bits in which its tick
/// differs from the clock's, so whatever lies on a level is due before all that lies above, and
/// moves down when the clock enters its slot.
public struct TimerWheel<Key: Sendable>: Sendable {
  /// Names one armed timer; useless once it fired or was cancelled.
  public struct Handle: Hashable, Sendable {
    fileprivate var index: Int
    fileprivate var generation: UInt32
  }

  private struct Entry {
    var key: Key?
    var tick: UInt64 = 0
    var generation: UInt32 = 0
    var slot = 0
    var previous = -1
    var next = -1
  }

  private struct Slot {
    var first = -1
    var last = -1
    /// No timer here is due before; timers that were cancelled may have been.
    var earliest = UInt64.max
  }

  private static var levels: Int { 8 }
  private static var lastTick: UInt64 { 1 << 48 - 1 }

  /// Armed timers.
  public private(set) var count = 0
  private var entries: [Entry] = []
  private var free: [Int] = []
  private var slots = Array(repeating: Slot(), count: levels * 64)
  /// Per level a bit for each slot that holds timers.
  private var occupied = Array(repeating: UInt64(0), count: levels)
  /// The clock, in milliseconds. No occupied slot lies before it.
  private var clock: UInt64 = 0

  public init() {}

  /// Arms a timer. It fires at the first whole millisecond not before `deadline`.
  public mutating func arm(_ key: Key, at deadline: BootInstant) -> Handle {
    let index = free.popLast() ?? entries.count
    if index == entries.count { entries.append(Entry()) }
    entries[index].key = key
    entries[index].tick = min(max(Self.tick(notBefore: deadline), clock), Self.lastTick)
    place(index)
    count += 1
    return Handle(index: index, generation: entries[index].generation)
  }

  /// Cancels a timer; without effect when it fired already.
  public mutating func cancel(_ handle: Handle) {
    guard entries[handle.index].generation == handle.generation else { return }
    unlink(handle.index)
    release(handle.index)
  }

  /// When `advance` has something to do; it may turn out to be nothing.
  public var nextDeadline: BootInstant? {
    earliestSlot.map { BootInstant(nanoseconds: Int64(slots[$0].earliest) * 1_000_000) }
  }

  /// Removes the timers due until `now`, in the order of their deadlines.
  public mutating func advance(to now: BootInstant) -> [Key] {
    let end = min(UInt64(max(now.nanoseconds, 0)) / 1_000_000, Self.lastTick)
    var due: [Key] = []
    while let slot = earliestSlot, start(of: slot) <= end {
      clock = max(clock, start(of: slot))
      let isLowest = slot < 64
      for index in drain(slot) {
        if isLowest, let key = entries[index].key {
          due.append(key)
          release(index)
        } else {
          place(index)
        }
      }
    }
    clock = max(clock, end)
    return due
  }

  private static func tick(notBefore instant: BootInstant) -> UInt64 {
    let nanoseconds = UInt64(max(instant.nanoseconds, 0))
    return nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
  }

  /// The first occupied slot of the lowest level that has one.
  private var earliestSlot: Int? {
    guard let level = occupied.firstIndex(where: { $0 != 0 }) else { return nil }
    return level * 64 + occupied[level].trailingZeroBitCount
  }

  /// The first tick that belongs to a slot.
  private func start(of slot: Int) -> UInt64 {
    let shift = UInt64(slot / 64 * 6)
    return (clock >> (shift + 6)) << (shift + 6) | UInt64(slot % 64) << shift
  }

  /// Appends an entry to the slot of its tick.
  private mutating func place(_ index: Int) {
    let tick = entries[index].tick
    let level = (63 - (tick ^ clock | 1).leadingZeroBitCount) / 6
    let slot = level * 64 + Int(tick >> UInt64(level * 6) & 63)
    entries[index].slot = slot
    entries[index].previous = slots[slot].last
    entries[index].next = -1
    if slots[slot].last >= 0 { entries[slots[slot].last].next = index }
    if slots[slot].first < 0 { slots[slot].first = index }
    slots[slot].last = index
    slots[slot].earliest = min(slots[slot].earliest, tick)
    occupied[level] |= 1 << UInt64(slot % 64)
  }

  private mutating func unlink(_ index: Int) {
    let (slot, previous, next) =
      (entries[index].slot, entries[index].previous, entries[index].next)
    if previous >= 0 { entries[previous].next = next } else { slots[slot].first = next }
    if next >= 0 { entries[next].previous = previous } else { slots[slot].last = previous }
    if slots[slot].first < 0 { clear(slot) }
  }

  /// Empties a slot and returns its entries in the order they came.
  private mutating func drain(_ slot: Int) -> [Int] {
    var indices: [Int] = []
    var index = slots[slot].first
    while index >= 0 {
      indices.append(index)
      index = entries[index].next
    }
    clear(slot)
    return indices
  }

  private mutating func clear(_ slot: Int) {
    slots[slot] = Slot()
    occupied[slot / 64] &= ~(1 << UInt64(slot % 64))
  }

  private mutating func release(_ index: Int) {
    entries[index].key = nil
    entries[index].generation &+= 1
    free.append(index)
    count -= 1
  }
}
