/// The header of one RTCP packet (RFC 3550 section 6.4).
public struct RTCPHeader: Hashable, Sendable {
  /// The kinds of RFC 3550 section 12.1 and RFC 4585.
  public enum Kind: UInt8, Hashable, Sendable {
    case senderReport = 200
    case receiverReport = 201
    case sourceDescription = 202
    case goodbye = 203
    case application = 204
    case transportFeedback = 205
    case payloadFeedback = 206
  }

  /// The packet type; 192 to 223 are RTCP (RFC 5761 section 4).
  public let packetType: UInt8
  /// Reports, sources or a subtype, by kind.
  public let count: UInt8
  /// The packet's bytes, header included.
  public let length: Int

  /// Nil for a packet type that this system has no name for.
  public var kind: Kind? { Kind(rawValue: packetType) }

  /// Reads the packet at the beginning of `bytes`, which may go on after it.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(RTPParseError) {
    guard bytes.count >= 4 else { throw .truncated }
    guard bytes[0] >> 6 == 2, 192...223 ~= bytes[1] else { throw .version }
    packetType = bytes[1]
    count = bytes[0] & 0x1F
    length = 4 * (Int(bytes[2]) << 8 | Int(bytes[3])) + 4
    guard length <= bytes.count else { throw .truncated }
  }

  /// Whether a datagram at an RTP port is RTCP: its type lies where no RTP that shares a port with it
  /// has one (RFC 5761 section 4).
  public static func isMultiplexed(_ datagram: UnsafeRawBufferPointer) -> Bool {
    datagram.count >= 8 && datagram[0] >> 6 == 2 && 192...223 ~= datagram[1]
  }

  /// Whether a datagram is a chain of whole RTCP packets and nothing else.
  public static func isCompound(_ datagram: UnsafeRawBufferPointer) -> Bool {
    var rest = datagram
    while !rest.isEmpty {
      guard let header = try? RTCPHeader(parsing: rest) else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[header.length...])
    }
    return !datagram.isEmpty
  }
}
