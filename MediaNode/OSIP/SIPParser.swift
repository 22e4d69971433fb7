public import SIP

/// Turns datagrams into messages.
public struct SIPParser: Sendable {
  public init() {}

  /// Parses one datagram; bytes behind the body are ignored (RFC 3261 section 18.3).
  public func parse(_ datagram: UnsafeRawBufferPointer) throws(SIPParseError) -> SIPMessage {
    throw .notSIP
  }

  /// Parses one datagram; bytes behind the body are ignored (RFC 3261 section 18.3).
  public func parse(_ datagram: [UInt8]) throws(SIPParseError) -> SIPMessage {
    throw .notSIP
  }
}
