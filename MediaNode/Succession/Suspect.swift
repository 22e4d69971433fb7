public import NodeContract

/// Something that a process had in hand when it died, and may have died of.
public struct Suspect: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    /// Said by a datagram from an address and a port.
    case datagram = 1
    /// Said over a connection, whose port is another each time.
    case streamed
    /// A call as an earlier process left it.
    case checkpoint
  }

  public let kind: Kind
  /// Who said it; of a checkpoint nobody.
  public let source: IPEndpoint
  /// The Call-ID; nil: the process died before it knew it.
  public let call: [UInt8]?
  /// The words themselves, the first 64 KiB of them.
  public let bytes: [UInt8]

  public init(kind: Kind, source: IPEndpoint, call: [UInt8]? = nil, bytes: [UInt8]) {
    self.kind = kind
    self.source = source
    self.call = call
    self.bytes = bytes
  }

  /// Whether it comes from there too. Connections of one peer have the address in common.
  func isFrom(_ other: IPEndpoint, by kind: Kind) -> Bool {
    switch self.kind {
    case .checkpoint: false
    case .datagram: kind == .datagram && source == other
    case .streamed: kind == .streamed && source.address == other.address
    }
  }
}
