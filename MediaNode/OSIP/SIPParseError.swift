public import SIP

/// Why a datagram is no message for the core.
public enum SIPParseError: Error, Hashable, Sendable {
  /// Only line ends: a keep-alive (RFC 5626 section 3.5.1), to be ignored.
  case keepAlive
  /// Not SIP, or too broken to answer: to be dropped.
  case notSIP
  /// A malformed response: to be dropped (RFC 3261 section 8.1.3).
  case brokenResponse
  /// A request to be refused with this response, ready to go back where the request came from.
  /// A malformed ACK is never answered and comes as `notSIP`.
  case refused(SIPResponse)
}
