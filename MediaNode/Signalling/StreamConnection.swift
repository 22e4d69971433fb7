import Epoll
import NodeContract
import OSIP
import SIP

/// One TCP connection of a peer, which is a flow of its own.
final class StreamConnection {
  let flow: Flow
  let stream: TCPStream
  var framing = StreamFraming(limit: SIPParser.maximumSize)
  /// What the kernel did not take yet.
  var outgoing: [UInt8] = []
  var isConnecting: Bool
  /// Nothing more is read, and it is closed once all is written.
  var isEnding = false
  /// When the last bytes came.
  var lastHeard: BootInstant
  /// Whether a whole message came over it.
  var hasSpoken = false

  init(_ stream: TCPStream, flow: Flow, isConnecting: Bool, at now: BootInstant) {
    self.stream = stream
    self.flow = flow
    self.isConnecting = isConnecting
    lastHeard = now
  }
}

/// How much TCP peers may take.
public struct StreamLimits: Hashable, Sendable {
  /// Connections in all; beyond: new ones are closed at once.
  public var connections = 20_000
  /// Connections from one address. Many phones may sit behind one.
  public var connectionsPerSource = 1_000
  /// Bytes that a peer leaves unread; beyond: its connection is closed.
  public var unsentBytes = 1 << 20
  /// A connection that never brought a whole message is closed after this.
  public var firstMessage: Duration = .seconds(30)
  /// A silent connection is closed after this; phones send keep-alives every few minutes.
  public var silence: Duration = .seconds(3_600)

  public init() {}
}
