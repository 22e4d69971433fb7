public import NodeContract

/// Keep-alives of phones behind a NAT (RFC 5626 sections 3.5.2 and 8): a binding request of STUN
/// (RFC 5389) at the port of SIP is answered with the address that it came from. A phone that sees
/// another one than before knows that its NAT forgot it, and registers anew.
public enum STUNBinding {
  private static let headerLength = 20
  private static let cookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]
  private static let request: UInt16 = 0x0001
  private static let success: UInt16 = 0x0101
  private static let error: UInt16 = 0x0111
  private static let errorCode: UInt16 = 0x0009
  private static let unknownAttributes: UInt16 = 0x000A
  private static let xorMappedAddress: UInt16 = 0x0020
  /// Those that a request may have and that must be understood: who asks, and proofs that we do not
  /// ask for.
  private static let understood: Set<UInt16> = [0x0006, 0x0008, 0x0014, 0x0015]
  /// More are not named in an answer, which is never much longer than its request.
  private static let namedAttributes = 8

  /// Whether a datagram is STUN and not SIP: no SIP message begins with such a byte.
  public static func begins(_ datagram: UnsafeRawBufferPointer) -> Bool {
    datagram.first.map { $0 < 2 } ?? false
  }

  /// Nil: it is no whole binding request, and gets no answer.
  public static func answer(
    to datagram: UnsafeRawBufferPointer, from source: IPEndpoint
  ) -> [UInt8]? {
    guard datagram.count >= headerLength, datagram.count % 4 == 0,
      short(datagram, at: 0) == request,
      Int(short(datagram, at: 2)) == datagram.count - headerLength,
      datagram[4..<8].elementsEqual(cookie), let strange = strangeAttributes(of: datagram)
    else { return nil }
    let transaction = Array(datagram[8..<headerLength])
    let attributes =
      strange.isEmpty ? mapped(source, transaction) : refusal(of: strange)
    return bytes(strange.isEmpty ? success : error) + bytes(UInt16(attributes.count)) + cookie
      + transaction + attributes
  }

  /// Attributes that must be understood and are not; nil where one does not fit the message.
  private static func strangeAttributes(of datagram: UnsafeRawBufferPointer) -> [UInt16]? {
    var strange: [UInt16] = []
    var place = headerLength
    while place < datagram.count {
      guard datagram.count - place >= 4 else { return nil }
      let type = short(datagram, at: place)
      let length = (Int(short(datagram, at: place + 2)) + 3) / 4 * 4
      guard datagram.count - place - 4 >= length else { return nil }
      if type < 0x8000, !understood.contains(type), strange.count < namedAttributes {
        strange.append(type)
      }
      place += 4 + length
    }
    return strange
  }

  /// XOR-MAPPED-ADDRESS (RFC 5389 section 15.2), which no NAT takes for an address and rewrites.
  private static func mapped(_ source: IPEndpoint, _ transaction: [UInt8]) -> [UInt8] {
    let family: UInt8
    let address: [UInt8]
    switch source.address {
    case .v4(let value): (family, address) = (1, bytes(value))
    case .v6(let high, let low): (family, address) = (2, bytes(high) + bytes(low))
    }
    let masked = zip(address, cookie + transaction).map { $0 ^ $1 }
    let port = zip(bytes(source.port), cookie).map { $0 ^ $1 }
    return bytes(xorMappedAddress) + bytes(UInt16(4 + address.count)) + [0, family] + port + masked
  }

  /// 420 (RFC 5389 section 15.6) and the attributes it is about.
  private static func refusal(of strange: [UInt16]) -> [UInt8] {
    let list = strange.flatMap { bytes($0) }
    let padding = Array(repeating: UInt8(0), count: list.count % 4)
    return bytes(errorCode) + bytes(UInt16(4)) + [0, 0, 4, 20]
      + bytes(unknownAttributes) + bytes(UInt16(list.count)) + list + padding
  }

  private static func short(_ datagram: UnsafeRawBufferPointer, at place: Int) -> UInt16 {
    UInt16(datagram[place]) << 8 | UInt16(datagram[place + 1])
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}
