public import SIP

/// Turns messages into datagrams.
public struct SIPPrinter: Sendable {
  public init() {}

  /// The message as it goes to the wire, Content-Length included.
  public func print(_ message: SIPMessage) -> [UInt8] { [] }
}
