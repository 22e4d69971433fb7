public import NodeContract

/// A party's question whether its datagrams reach our media port (RFC 8445 section 7.3, as messages of
/// RFC 5389): who proves by our password that it read our session description is answered, and may say
/// that this way is the one for its media.
public struct ConnectivityCheck: Hashable, Sendable {
  /// Whose check it is: our name, a colon, its name.
  public let user: [UInt8]
  /// What the party thinks of the way.
  public let priority: UInt32
  /// Media goes this way from now on.
  public let isNominating: Bool

  private let transaction: [UInt8]
  /// Where its proof begins.
  private let integrityPlace: Int
  /// The party takes itself for the one that does not choose, which we are.
  private let isInOurRole: Bool
  private let strangeAttributes: [UInt16]

  private static let headerLength = 20
  private static let cookie: [UInt8] = [0x21, 0x12, 0xA4, 0x42]
  private static let fingerprintMask: UInt32 = 0x5354_554E
  private static let proofLength = 20
  /// More are not named in an answer.
  private static let namedAttributes = 8

  private enum Message {
    static let request: UInt16 = 0x0001
    static let success: UInt16 = 0x0101
    static let error: UInt16 = 0x0111
  }

  private enum Attribute {
    static let user: UInt16 = 0x0006
    static let integrity: UInt16 = 0x0008
    static let errorCode: UInt16 = 0x0009
    static let unknown: UInt16 = 0x000A
    static let mappedAddress: UInt16 = 0x0020
    static let priority: UInt16 = 0x0024
    static let useCandidate: UInt16 = 0x0025
    static let fingerprint: UInt16 = 0x8028
    static let controlled: UInt16 = 0x8029
  }

  /// Nil: it is no whole binding request with user, proof and fingerprint. Attributes behind the proof
  /// are not proven and do not count (RFC 5389 section 15.4).
  public init?(parsing datagram: UnsafeRawBufferPointer) {
    guard datagram.count >= Self.headerLength, datagram.count % 4 == 0,
      Self.short(datagram, at: 0) == Message.request,
      Int(Self.short(datagram, at: 2)) == datagram.count - Self.headerLength,
      datagram[4..<8].elementsEqual(Self.cookie)
    else { return nil }
    var found = Found()
    var place = Self.headerLength
    while place < datagram.count {
      guard let next = found.take(datagram, at: place) else { return nil }
      place = next
    }
    guard let user = found.user, let integrity = found.integrityPlace, found.isFingerprinted else {
      return nil
    }
    self.user = user
    priority = found.priority
    isNominating = found.isNominating
    transaction = Array(datagram[8..<Self.headerLength])
    integrityPlace = integrity
    isInOurRole = found.isInOurRole
    strangeAttributes = found.strange
  }

  private struct Found {
    var user: [UInt8]?
    var priority: UInt32 = 0
    var isNominating = false
    var isInOurRole = false
    var integrityPlace: Int?
    var isFingerprinted = false
    var strange: [UInt16] = []

    /// Where the next attribute begins; nil when this one does not fit, or comes where none may.
    mutating func take(_ datagram: UnsafeRawBufferPointer, at place: Int) -> Int? {
      guard !isFingerprinted, datagram.count - place >= 4 else { return nil }
      let type = short(datagram, at: place)
      let length = Int(short(datagram, at: place + 2))
      let next = place + 4 + (length + 3) / 4 * 4
      guard next <= datagram.count else { return nil }
      let value = UnsafeRawBufferPointer(rebasing: datagram[place + 4..<place + 4 + length])
      if type == Attribute.fingerprint {
        isFingerprinted =
          length == 4 && next == datagram.count
          && word(value, at: 0) == checksum(of: datagram[..<place]) ^ fingerprintMask
        return isFingerprinted ? next : nil
      }
      guard integrityPlace == nil else { return next }
      return take(type, value, at: place) ? next : nil
    }

    private mutating func take(_ type: UInt16, _ value: UnsafeRawBufferPointer, at place: Int)
      -> Bool
    {
      switch type {
      case Attribute.integrity:
        integrityPlace = place
        return value.count == proofLength
      case Attribute.user: user = Array(value)
      case Attribute.priority:
        guard value.count == 4 else { return false }
        priority = word(value, at: 0)
      case Attribute.useCandidate: isNominating = true
      case Attribute.controlled: isInOurRole = true
      case 0x8000...: break
      default: if strange.count < namedAttributes { strange.append(type) }
      }
      return true
    }
  }

  /// Whether it was made with our password.
  ///
  /// - Parameter proof: HMAC-SHA1 with the password.
  public func isProven(
    in datagram: UnsafeRawBufferPointer, by proof: (UnsafeRawBufferPointer) -> [UInt8]
  ) -> Bool {
    // The length that was proven ends with the proof.
    var message = Array(datagram[..<integrityPlace])
    Self.set(length: integrityPlace + 4 + Self.proofLength - Self.headerLength, of: &message)
    let expected = message.withUnsafeBytes { proof($0) }
    let given = datagram[integrityPlace + 4..<integrityPlace + 4 + Self.proofLength]
    return expected.count == given.count
      && zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// Whether what it asks for is done.
  public var isAnsweredWithSuccess: Bool { !isInOurRole && strangeAttributes.isEmpty }

  /// - Parameter proof: HMAC-SHA1 with the password.
  public func answer(to source: IPEndpoint, by proof: ([UInt8]) -> [UInt8]) -> [UInt8] {
    let (type, attributes): (UInt16, [UInt8]) =
      if !strangeAttributes.isEmpty {
        (Message.error, refusal(4, 20) + named(strangeAttributes))
      } else if isInOurRole {
        // RFC 8445 section 7.3.1.1: a lite agent never chooses.
        (Message.error, refusal(4, 87))
      } else {
        (Message.success, mapped(source))
      }
    var message = Self.bytes(type) + [0, 0] + Self.cookie + transaction + attributes
    Self.set(length: message.count - Self.headerLength + 4 + Self.proofLength, of: &message)
    message +=
      Self.bytes(Attribute.integrity) + Self.bytes(UInt16(Self.proofLength)) + proof(message)
    Self.set(length: message.count - Self.headerLength + 8, of: &message)
    let checksum = message.withUnsafeBytes { Self.checksum(of: $0[...]) } ^ Self.fingerprintMask
    return message + Self.bytes(Attribute.fingerprint) + Self.bytes(UInt16(4))
      + Self.bytes(checksum)
  }

  private func refusal(_ hundreds: UInt8, _ rest: UInt8) -> [UInt8] {
    Self.bytes(Attribute.errorCode) + Self.bytes(UInt16(4)) + [0, 0, hundreds, rest]
  }

  private func named(_ strange: [UInt16]) -> [UInt8] {
    let list = strange.flatMap { Self.bytes($0) }
    return Self.bytes(Attribute.unknown) + Self.bytes(UInt16(list.count)) + list
      + [UInt8](repeating: 0, count: list.count % 4)
  }

  /// XOR-MAPPED-ADDRESS (RFC 5389 section 15.2).
  private func mapped(_ source: IPEndpoint) -> [UInt8] {
    let (family, address): (UInt8, [UInt8]) =
      switch source.address {
      case .v4(let value): (1, Self.bytes(value))
      case .v6(let high, let low): (2, Self.bytes(high) + Self.bytes(low))
      }
    let masked = zip(address, Self.cookie + transaction).map { $0 ^ $1 }
    let port = zip(Self.bytes(source.port), Self.cookie).map { $0 ^ $1 }
    return Self.bytes(Attribute.mappedAddress) + Self.bytes(UInt16(4 + address.count)) + [
      0, family,
    ]
      + port + masked
  }

  // MARK: - Bytes

  private static func set(length: Int, of message: inout [UInt8]) {
    message.replaceSubrange(2..<4, with: bytes(UInt16(truncatingIfNeeded: length)))
  }

  private static func short(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt16 {
    UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt32 {
    UInt32(short(bytes, at: place)) << 16 | UInt32(short(bytes, at: place + 2))
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  /// CRC-32 of ISO 3309 (RFC 5389 section 15.5).
  private static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xEDB8_8320 }
    }
    return ~sum
  }
}
