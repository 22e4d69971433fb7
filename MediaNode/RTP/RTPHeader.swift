/// Why bytes are no RTP packet.
public enum RTPParseError: Error, Hashable, Sendable {
  /// Less than the header, its contributing sources, its extension or its padding claim.
  case truncated
  /// Not version 2.
  case version
}

/// The header of an RTP packet (RFC 3550 section 5.1). Parsing and printing allocate nothing.
public struct RTPHeader: Hashable, Sendable {
  /// Without contributing sources and extension.
  public static let fixedLength = 12

  /// The first of a talkspurt, or the first packet of a telephone event.
  public var marker: Bool
  /// 0 to 127.
  public var payloadType: UInt8
  public var sequence: UInt16
  public var timestamp: UInt32
  public var ssrc: UInt32
  /// Where the payload lies in the packet that was parsed, after sources and extension, before
  /// padding.
  public let payload: Range<Int>

  /// A header of `fixedLength`, to be printed in front of a payload.
  public init(
    marker: Bool = false, payloadType: UInt8, sequence: UInt16, timestamp: UInt32, ssrc: UInt32
  ) {
    precondition(payloadType < 128, "payload type \(payloadType)")
    self.marker = marker
    self.payloadType = payloadType
    self.sequence = sequence
    self.timestamp = timestamp
    self.ssrc = ssrc
    payload = Self.fixedLength..<Self.fixedLength
  }

  public init(parsing packet: UnsafeRawBufferPointer) throws(RTPParseError) {
    guard packet.count >= Self.fixedLength else { throw .truncated }
    guard packet[0] >> 6 == 2 else { throw .version }
    marker = packet[1] & 0x80 != 0
    payloadType = packet[1] & 0x7F
    sequence = UInt16(bigEndian: packet.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    timestamp = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    ssrc = UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    payload = try Self.payload(of: packet)
  }

  public init(parsing packet: Span<UInt8>) throws(RTPParseError) {
    self = try packet.withUnsafeBytes { bytes throws(RTPParseError) in
      try RTPHeader(parsing: bytes)
    }
  }

  private static func payload(
    of packet: UnsafeRawBufferPointer
  ) throws(RTPParseError) -> Range<Int> {
    var start = fixedLength + 4 * Int(packet[0] & 0x0F)
    if packet[0] & 0x10 != 0 {
      guard packet.count >= start + 4 else { throw .truncated }
      start += 4 + 4 * (Int(packet[start + 2]) << 8 | Int(packet[start + 3]))
    }
    var end = packet.count
    if packet[0] & 0x20 != 0 {
      let padding = Int(packet[packet.count - 1])
      guard padding > 0 else { throw .truncated }
      end -= padding
    }
    guard start <= end else { throw .truncated }
    return start..<end
  }

  /// Prints a header of `fixedLength` at the beginning of `packet`, which must have room for it.
  public func write(into packet: UnsafeMutableRawBufferPointer) {
    precondition(packet.count >= Self.fixedLength, "\(packet.count) bytes for an RTP header")
    packet[0] = 0x80
    packet[1] = (marker ? 0x80 : 0) | payloadType
    packet.storeBytes(of: sequence.bigEndian, toByteOffset: 2, as: UInt16.self)
    packet.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
    packet.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
  }

  /// A whole packet, for players and tests.
  public func packet(with payload: some Sequence<UInt8>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.fixedLength)
    bytes.withUnsafeMutableBytes { write(into: $0) }
    return bytes + payload
  }
}
