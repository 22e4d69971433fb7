import CLinux
public import NodeContract

/// What the process has in hand: noted before it is looked at, in memory that outlives the process, and
/// struck out when it is done. What is still noted when the next process comes is what this one may have
/// died of. Costs a copy of the words, and no system call.
///
/// A word that says how much of the rest counts, then kind, source, lengths, Call-ID and bytes, each at a
/// place of its own. In this machine's byte order.
public struct Hand: @unchecked Sendable {
  // `@unchecked Sendable`: one thread at a time has something in hand, see `Estate.hand`.

  private enum Stage: UInt64 {
    case empty = 0
    case taken
    /// Its call is known.
    case understood
  }

  private enum Place {
    static let stage = 0
    static let kind = 8
    static let isIPv6 = 9
    static let port = 10
    static let callLength = 12
    static let length = 16
    static let address = 24
    static let call = 64
    static let bytes = 1_024
  }

  /// No sensible Call-ID is as long; of a longer one the beginning has to do.
  static let longestCall = Place.bytes - Place.call
  static let longest = 65_536
  static let size = Place.bytes + longest

  private let base: UnsafeMutableRawPointer

  /// - Parameter base: `size` bytes.
  init(at base: UnsafeMutableRawPointer) { self.base = base }

  /// The process is about to look at this.
  public func take(_ kind: Suspect.Kind, from source: IPEndpoint, _ bytes: UnsafeRawBufferPointer) {
    layDown()
    let count = min(bytes.count, Self.longest)
    base.storeBytes(of: kind.rawValue, toByteOffset: Place.kind, as: UInt8.self)
    put(source)
    base.storeBytes(of: UInt32(count), toByteOffset: Place.length, as: UInt32.self)
    if let words = bytes.baseAddress {
      (base + Place.bytes).copyMemory(from: words, byteCount: count)
    }
    set(.taken)
  }

  /// What is in hand is about this call.
  public func understand(call: String) {
    var call = call
    let count = call.withUTF8 { words in
      let count = min(words.count, Self.longestCall)
      if let first = words.baseAddress {
        (base + Place.call).copyMemory(from: first, byteCount: count)
      }
      return count
    }
    base.storeBytes(of: UInt16(count), toByteOffset: Place.callLength, as: UInt16.self)
    set(.understood)
  }

  /// It did no harm.
  public func layDown() { set(.empty) }

  /// What an earlier process died with in its hand.
  public var left: Suspect? {
    let stage = Stage(rawValue: base.load(as: UInt64.self))
    let length = Int(base.load(fromByteOffset: Place.length, as: UInt32.self))
    let callLength = Int(base.load(fromByteOffset: Place.callLength, as: UInt16.self))
    guard let stage, stage != .empty, length <= Self.longest, callLength <= Self.longestCall,
      let kind = Suspect.Kind(rawValue: base.load(fromByteOffset: Place.kind, as: UInt8.self))
    else { return nil }
    return Suspect(
      kind: kind, source: source,
      call: stage == .understood ? bytes(at: Place.call, callLength) : nil,
      bytes: bytes(at: Place.bytes, length))
  }

  private func set(_ stage: Stage) { clinux_store(base + Place.stage, stage.rawValue) }

  private func bytes(at place: Int, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: base + place, count: count))
  }

  private func put(_ source: IPEndpoint) {
    var (isIPv6, high, low): (UInt8, UInt64, UInt64)
    switch source.address {
    case .v4(let address): (isIPv6, high, low) = (0, 0, UInt64(address))
    case .v6(let first, let second): (isIPv6, high, low) = (1, first, second)
    }
    base.storeBytes(of: isIPv6, toByteOffset: Place.isIPv6, as: UInt8.self)
    base.storeBytes(of: source.port, toByteOffset: Place.port, as: UInt16.self)
    base.storeBytes(of: high, toByteOffset: Place.address, as: UInt64.self)
    base.storeBytes(of: low, toByteOffset: Place.address + 8, as: UInt64.self)
  }

  private var source: IPEndpoint {
    let high = base.load(fromByteOffset: Place.address, as: UInt64.self)
    let low = base.load(fromByteOffset: Place.address + 8, as: UInt64.self)
    let isIPv6 = base.load(fromByteOffset: Place.isIPv6, as: UInt8.self) == 1
    return IPEndpoint(
      isIPv6 ? .v6(high, low) : .v4(UInt32(truncatingIfNeeded: low)),
      port: base.load(fromByteOffset: Place.port, as: UInt16.self))
  }
}
