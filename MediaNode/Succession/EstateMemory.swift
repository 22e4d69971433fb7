import CLinux
import Epoll
import Glibc

/// The memory of an estate: a page of its own, then two halves for logs, then what is in hand.
///
/// The page: a mark, the halves' size, the word that commits, and how many lives were unproven.
struct EstateMemory: @unchecked Sendable {
  // `@unchecked Sendable`: whoever has it uses it alone, under the estate's lock.

  /// Which half counts and how long its log is.
  struct Extent: Equatable {
    var half: Int
    var length: Int

    init(half: Int, length: Int) {
      self.half = half
      self.length = length
    }

    fileprivate init(word: UInt64) {
      half = Int(word >> 63)
      length = Int(word & .max >> 1)
    }

    fileprivate var word: UInt64 { UInt64(half) << 63 | UInt64(length) }
  }

  private static let page = 4_096
  private static let mark: UInt64 = 0x7461_6E64_656D_0001
  private enum Place: Int {
    case mark = 0
    case capacity = 8
    case extent = 64
    case lives = 128
  }

  let capacity: Int
  let hand: Hand
  private let base: UnsafeMutableRawPointer

  init(descriptor: Int32, capacity wanted: Int) throws(SystemError) {
    capacity = Self.capacity(of: descriptor) ?? wanted
    let logs = Self.page + 2 * capacity
    let size = logs + Hand.size
    guard ftruncate(descriptor, size) == 0 else {
      throw SystemError("size the memory for a successor")
    }
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      base != MAP_FAILED
    else { throw SystemError("map the memory for a successor") }
    self.base = base
    hand = Hand(at: base + logs)
    if load(.mark) != Self.mark {
      store(UInt64(capacity), .capacity)
      extent = Extent(half: 0, length: 0)
      store(Self.mark, .mark)
    }
    store(unprovenLives &+ 1, .lives)
  }

  /// That of memory that was used before.
  private static func capacity(of descriptor: Int32) -> Int? {
    var words: [UInt64] = [0, 0]
    let count = pread(descriptor, &words, 16, 0)
    guard count == 16, words[0] == mark else { return nil }
    return Int(exactly: words[1])
  }

  private func load(_ place: Place) -> UInt64 {
    base.load(fromByteOffset: place.rawValue, as: UInt64.self)
  }

  private func store(_ value: UInt64, _ place: Place) {
    clinux_store(base + place.rawValue, value)
  }

  /// Setting it commits all that was written before.
  var extent: Extent {
    get {
      let extent = Extent(word: load(.extent))
      return extent.length <= capacity ? extent : Extent(half: 0, length: 0)
    }
    nonmutating set { store(newValue.word, .extent) }
  }

  var unprovenLives: UInt64 { load(.lives) }
  func proveLife() { store(0, .lives) }

  /// A half's bytes.
  func bytes(of half: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + Self.page + half * capacity, count: capacity)
  }

  /// Gives the memory of a half that does not count back to the machine.
  func empty(_ half: Int, of length: Int) {
    let whole = (length + Self.page - 1) / Self.page * Self.page
    madvise(base + Self.page + half * capacity, min(whole, capacity), MADV_REMOVE)
  }
}
