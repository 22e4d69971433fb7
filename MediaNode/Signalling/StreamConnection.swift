public import Epoll
import NodeContract
import OSIP
import SIP
public import TLS

/// One TCP connection of a peer, which is a flow of its own.
final class StreamConnection {
  let flow: Flow
  let stream: TCPStream
  /// What encrypts it; nil where nothing does.
  private let tls: TLSSession?
  /// While both sides do not know each other yet; then `tls` is its alone.
  var handshake: Handshake?
  /// Tells its end from that of an earlier connection.
  var handshakeNumber: UInt64 = 0
  /// What is to be said once they do.
  private var early: [UInt8] = []
  var framing = StreamFraming(limit: SIPParser.maximumSize)
  /// What the kernel did not take yet, as it goes over the network.
  var outgoing: [UInt8] = []
  var isConnecting: Bool
  /// Ends the wait for whoever should take it.
  var patience: LoopTimer?
  /// Since when nothing more is read, and it is closed once all is written; nil: it is not.
  var endingSince: BootInstant?
  var isEnding: Bool { endingSince != nil }
  private let openedAt: BootInstant
  /// When the last bytes came.
  var lastHeard: BootInstant
  /// Whether a whole message came over it.
  var hasSpoken = false

  init(
    _ stream: TCPStream, by tls: TLSSession? = nil, flow: Flow, isConnecting: Bool,
    at now: BootInstant
  ) {
    self.stream = stream
    self.tls = tls
    self.flow = flow
    self.isConnecting = isConnecting
    lastHeard = now
    openedAt = now
  }

  /// When it is closed unless something happens before. Bytes that make no message postpone nothing.
  func patienceEnds(_ limits: StreamLimits) -> BootInstant {
    if let endingSince { return endingSince.advanced(by: limits.farewell) }
    return hasSpoken
      ? lastHeard.advanced(by: limits.silence) : openedAt.advanced(by: limits.firstMessage)
  }

  /// The peer said that it will say no more.
  var isClosedByPeer: Bool { tls?.isClosedByPeer ?? false }

  /// Bytes that wait for the kernel or for the handshake's end.
  var unsent: Int { outgoing.count + early.count }

  var isSecret: Bool { tls != nil }

  /// Whose certificate the peer showed.
  var peerNames: [String] { tls?.verifiedPeerNames ?? [] }

  /// Nil where nothing is encrypted, or the handshake was before.
  func makeHandshake(then end: @escaping @Sendable (Bool) -> Void) -> Handshake? {
    guard let tls, !tls.isEstablished else { return nil }
    return Handshake(over: stream, by: tls, then: end)
  }

  /// Both sides know each other: what waited for that can be said.
  func establish() {
    outgoing = handshake?.outgoing ?? []
    handshake = nil
    let message = early
    early = []
    if !message.isEmpty { put(message) }
  }

  /// Takes the first `count` bytes of `buffer`, as they came over the network, and uses it for what
  /// they say. `outgoing` may grow: keys are changed, too.
  func take(_ count: Int, of buffer: UnsafeMutableRawBufferPointer) throws(OpenSSLError) {
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    guard let tls else { return framing.append(bytes) }
    defer { outgoing += tls.takeOutput() }
    try tls.receive(bytes)
    while true {
      let count = try tls.read(into: buffer)
      guard count > 0 else { return }
      framing.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Puts a message behind what waits to be sent. False: it cannot be said any more.
  @discardableResult
  func put(_ message: [UInt8]) -> Bool {
    guard let tls else {
      outgoing += message
      return true
    }
    guard !isConnecting, handshake == nil else {
      early += message
      return true
    }
    guard tls.isEstablished, (try? tls.write(message)) != nil else { return false }
    outgoing += tls.takeOutput()
    return true
  }

  /// Says goodbye, if the other side still listens.
  func sayGoodbye() {
    guard let tls, !isConnecting, handshake == nil else { return }
    tls.close()
    outgoing += tls.takeOutput()
    _ = outgoing.withUnsafeBytes { stream.write($0) }
  }
}

/// Who takes TLS connections: bound sockets, and who we are there.
public struct SecureListeners: Sendable {
  public let listeners: [TCPListener]
  let streams: StreamSecurity

  public init(
    _ listeners: [TCPListener], as context: TLSServerContext, carriers: TLSClientContext? = nil
  ) throws(SystemError) {
    self.listeners = listeners
    streams = StreamSecurity(context: context, carriers: carriers, handshakes: try Handshakes())
  }
}

/// Who we are by TLS, and whom we believe.
struct StreamSecurity: Sendable {
  let context: TLSServerContext
  /// Of carriers that we connect to; nil: we do not.
  let carriers: TLSClientContext?
  let handshakes: Handshakes
}

/// How much TCP peers may take.
public struct StreamLimits: Hashable, Sendable {
  /// Connections in all; beyond: new ones are closed at once.
  public var connections = 20_000
  /// Connections from one address. Many phones may sit behind one.
  public var connectionsPerSource = 1_000
  /// Bytes that a peer leaves unread; beyond: its connection is closed.
  public var unsentBytes = 1 << 20
  /// A connection that never brought a whole message, or whose handshake stalls, is closed after this.
  public var firstMessage: Duration = .seconds(30)
  /// A connection of ours that nobody takes is given up after this: soon enough for what waits to go
  /// another way.
  public var connecting: Duration = .seconds(2)
  /// A silent connection is closed after this; phones send keep-alives every few minutes.
  public var silence: Duration = .seconds(3_600)

  /// A connection that ends is closed after this, whatever its peer has not read.
  public var farewell: Duration = .seconds(10)

  public init() {}
}
