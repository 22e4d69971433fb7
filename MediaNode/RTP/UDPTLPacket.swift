/// One datagram of a fax over IP: UDPTL (ITU-T T.38 clause 9.1), a number, the newest message of the fax
/// machines, and earlier ones again or their parity. Nobody here reads what the machines say to each
/// other; it is told apart from what is none.
public struct UDPTLPacket: Hashable, Sendable {
  public let sequence: UInt16
  /// Bytes of the newest message.
  public let primaryLength: Int

  /// Nil when the bytes are no such datagram: too short, or a part reaches beyond the end.
  public init?(parsing datagram: UnsafeRawBufferPointer) {
    var rest = UDPTLReader(datagram)
    guard let high = rest.byte(), let low = rest.byte(), let primary = rest.field(),
      let recovery = rest.byte()
    else { return nil }
    switch recovery {
    case 0x00: guard rest.fields() else { return nil }
    case 0x80: guard rest.parity() else { return nil }
    default: return nil
    }
    sequence = UInt16(high) << 8 | UInt16(low)
    primaryLength = primary
  }
}

/// Lengths and fields in the packed encoding rules of ITU-T X.691, as far as UDPTL has them.
private struct UDPTLReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func byte() -> UInt8? {
    guard place < bytes.count else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  /// Below 128 in one byte, below 16,384 in two. Longer ones come in fragments, which no datagram holds.
  private mutating func length() -> Int? {
    guard let first = byte() else { return nil }
    if first < 0x80 { return Int(first) }
    guard first < 0xC0, let second = byte() else { return nil }
    return Int(first & 0x3F) << 8 | Int(second)
  }

  /// Passes a field by, and returns its length.
  mutating func field() -> Int? {
    guard let length = length(), bytes.count - place >= length else { return nil }
    place += length
    return length
  }

  /// Earlier messages.
  mutating func fields() -> Bool {
    guard let count = length() else { return false }
    for _ in 0..<count where field() == nil { return false }
    return true
  }

  /// How many messages each parity covers, an integer with its own length, and the parities.
  mutating func parity() -> Bool { field() == 1 && fields() }
}
