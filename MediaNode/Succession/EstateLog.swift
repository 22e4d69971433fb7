import Glibc

/// The log in one half of an estate's memory, and where in it the values that count lie.
///
/// A record: the length of what follows (4 bytes), 1 for a value or 0 for its removal, the kind,
/// the length of the name (2 bytes), the name, the value. In this machine's byte order.
struct EstateLog: Sendable {
  private struct Place {
    let value: Range<Int>
    /// What its record takes.
    let size: Int
  }

  private static let head = 8
  /// A shorter log is not worth copying.
  private static let least = 16 << 20

  let memory: EstateMemory
  private var places: [Estate.Key: Place] = [:]
  private var extent: EstateMemory.Extent
  /// What the records that count take.
  private var counting = 0
  private var isFull = false

  init(_ memory: EstateMemory) {
    self.memory = memory
    extent = memory.extent
    read()
  }

  var entries: [Estate.Key: [UInt8]] {
    let bytes = memory.bytes(of: extent.half)
    return places.mapValues { Array(bytes[$0.value]) }
  }

  func entries(of kind: UInt8) -> [Estate.Key: [UInt8]] {
    let bytes = memory.bytes(of: extent.half)
    return places.filter { $0.key.kind == kind }.mapValues { Array(bytes[$0.value]) }
  }

  var keys: [Estate.Key] { Array(places.keys) }

  // MARK: - Reading

  /// Stops at what is no record: a dying process may have written anywhere.
  private mutating func read() {
    var position = 0
    while let next = readRecord(at: position) { position = next }
    extent.length = position
  }

  /// Returns where the next record begins.
  private mutating func readRecord(at start: Int) -> Int? {
    let bytes = UnsafeRawBufferPointer(rebasing: memory.bytes(of: extent.half)[..<extent.length])
    guard start + Self.head <= bytes.count else { return nil }
    let length = Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    let nameLength = Int(bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt16.self))
    let end = start + 4 + length
    let nameEnd = start + Self.head + nameLength
    guard nameEnd <= end, end <= bytes.count else { return nil }
    let key = Estate.Key(
      kind: bytes[start + 5], name: Array(bytes[start + Self.head..<nameEnd]))
    forget(key)
    if bytes[start + 4] == 1 { note(key, at: start, nameEnd..<end) }
    return end
  }

  private mutating func note(_ key: Estate.Key, at start: Int, _ value: Range<Int>) {
    places[key] = Place(value: value, size: value.upperBound - start)
    counting += value.upperBound - start
  }

  private mutating func forget(_ key: Estate.Key) {
    guard let place = places.removeValue(forKey: key) else { return }
    counting -= place.size
  }

  // MARK: - Writing

  mutating func commit(_ changes: [Estate.Change]) -> Bool {
    guard !isFull else { return false }
    let needed = changes.reduce(0) { $0 + $1.size }
    if isWorthCopying(before: needed) { copy() }
    guard extent.length + needed <= memory.capacity else {
      giveUp()
      return false
    }
    for change in changes { write(change) }
    memory.extent = extent
    return true
  }

  private func isWorthCopying(before needed: Int) -> Bool {
    let length = extent.length + needed
    return length > memory.capacity || length > Self.least && length > 3 * counting
  }

  /// Copies what counts to the other half.
  private mutating func copy() {
    let old = extent
    let source = UnsafeRawBufferPointer(memory.bytes(of: old.half))
    extent = EstateMemory.Extent(half: 1 - old.half, length: 0)
    let target = memory.bytes(of: extent.half)
    for (key, place) in places {
      let start = place.value.upperBound - place.size
      let end = extent.length + place.size
      UnsafeMutableRawBufferPointer(rebasing: target[extent.length..<end])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<place.value.upperBound]))
      places[key] = Place(value: end - place.value.count..<end, size: place.size)
      extent.length = end
    }
    memory.extent = extent
    memory.empty(old.half, of: old.length)
  }

  private mutating func giveUp() {
    isFull = true
    (places, counting) = ([:], 0)
    extent.length = 0
    memory.extent = extent
  }

  private mutating func write(_ change: Estate.Change) {
    switch change {
    case .remove(let key):
      guard places[key] != nil else { return }
      forget(key)
      append(key, [], isValue: false)
    case .put(let key, let value):
      forget(key)
      let start = extent.length
      append(key, value, isValue: true)
      note(key, at: start, extent.length - value.count..<extent.length)
    }
  }

  private mutating func append(_ key: Estate.Key, _ value: [UInt8], isValue: Bool) {
    let size = Self.head + key.name.count + value.count
    let record = UnsafeMutableRawBufferPointer(
      rebasing: memory.bytes(of: extent.half)[extent.length..<extent.length + size])
    record.storeBytes(of: UInt32(size - 4), as: UInt32.self)
    record[4] = isValue ? 1 : 0
    record[5] = key.kind
    record.storeBytes(of: UInt16(key.name.count), toByteOffset: 6, as: UInt16.self)
    UnsafeMutableRawBufferPointer(rebasing: record[Self.head...]).copyBytes(from: key.name)
    UnsafeMutableRawBufferPointer(rebasing: record[(Self.head + key.name.count)...])
      .copyBytes(from: value)
    extent.length += size
  }
}

extension Estate.Change {
  /// The bytes of its record, at most.
  fileprivate var size: Int {
    switch self {
    case .put(let key, let value): 8 + key.name.count + value.count
    case .remove(let key): 8 + key.name.count
    }
  }
}
