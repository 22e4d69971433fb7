import Epoll
import NodeContract
import SIP
import TLS

/// What TCP connections bring to the signalling loop.
protocol StreamListening: AnyObject {
  func streamBrought(_ message: [UInt8], over flow: Flow)
  /// Nothing more can be read from the connection; it closes once the answer, if any, is written.
  func streamFailed(_ failure: StreamFraming.Failure, over flow: Flow)
  func streamClosed(_ flow: Flow)
  /// The peer proved by its certificate to be one of these.
  func streamProved(_ flow: Flow, by names: [String])
}

/// The TCP connections of one signalling loop, each of them a flow (RFC 3261 section 18): those that
/// peers opened, and those that we opened where there was none.
///
/// `@unchecked Sendable`: used on the loop only, where handshakes tell of their end too.
final class SignallingStreams: @unchecked Sendable {
  private let loop: EventLoop
  private var listeners: [TCPListener]
  private var secureListeners: [TCPListener]
  private let secure: StreamSecurity?
  private let limits: StreamLimits
  private unowned let user: any StreamListening
  private var connections: [Flow: StreamConnection] = [:]
  private var perSource: [IPAddress: Int] = [:]
  private var sweep: LoopTimer?
  private var handshakeCount: UInt64 = 0
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

  /// Connections taken from one listener before others have their turn.
  private static let acceptsPerTurn = 64
  private static let sweepInterval = Duration.seconds(5)
  /// RFC 5626 section 4.4.1.
  private static let pong: [UInt8] = [13, 10]

  init(
    listeners: [TCPListener], secureListeners: [TCPListener], secure: StreamSecurity?,
    limits: StreamLimits, on loop: EventLoop, for user: any StreamListening
  ) {
    self.listeners = listeners
    self.secure = secure
    self.secureListeners = secureListeners
    self.limits = limits
    self.loop = loop
    self.user = user
  }

  deinit { buffer.deallocate() }

  var count: Int { connections.count }

  func start() {
    for listener in listeners { watch(listener, by: nil) }
    for listener in secureListeners { watch(listener, by: secure?.context) }
    let timer = loop.makeTimer { [unowned self] in closeSilent() }
    sweep = timer
    loop.setTimer(timer, at: loop.now.advanced(by: Self.sweepInterval))
  }

  private func watch(_ listener: TCPListener, by context: TLSServerContext?) {
    loop.watch(listener.descriptor, for: .readable) { [unowned self] _ in
      accept(from: listener, by: context)
    }
  }

  /// One more; by TLS nobody is taken where there is no identity to show.
  func add(_ listener: TCPListener, isSecure: Bool) {
    guard isSecure else {
      listeners.append(listener)
      return watch(listener, by: nil)
    }
    guard let secure else { return }
    secureListeners.append(listener)
    watch(listener, by: secure.context)
  }

  /// Takes no more connections at the address and closes those that there are.
  func leave(_ address: IPAddress) {
    for listener in listeners + secureListeners where listener.local.address == address {
      loop.unwatch(listener.descriptor)
    }
    listeners.removeAll { $0.local.address == address }
    secureListeners.removeAll { $0.local.address == address }
    for connection in Array(connections.values) where connection.flow.local.address == address {
      close(connection)
    }
  }

  // MARK: - Connections

  private func accept(from listener: TCPListener, by context: TLSServerContext?) {
    for _ in 0..<Self.acceptsPerTurn {
      guard let stream = listener.accept() else { return }
      let flow = Flow(
        transport: context == nil ? .tcp : .tls, local: listener.local, remote: stream.remote)
      // Whom there is no room for is closed by the stream's end.
      guard hasRoom(for: flow) else { continue }
      let tls = try? context?.session()
      guard (tls == nil) == (context == nil) else { continue }
      add(StreamConnection(stream, by: tls, flow: flow, isConnecting: false, at: loop.now))
    }
  }

  // MARK: - Handshakes

  /// False: there is nothing to be done.
  private func beginsHandshake(_ connection: StreamConnection) -> Bool {
    let flow = connection.flow
    handshakeCount += 1
    let number = handshakeCount
    let handshake = connection.makeHandshake { [weak self] isEstablished in
      guard let self else { return }
      loop.submit { self.handshakeEnded(flow, number, isEstablished) }
    }
    guard let handshake, let secure else { return false }
    connection.handshake = handshake
    connection.handshakeNumber = number
    secure.handshakes.begin(handshake)
    return true
  }

  private func handshakeEnded(_ flow: Flow, _ number: UInt64, _ isEstablished: Bool) {
    guard let connection = connections[flow], connection.handshakeNumber == number else { return }
    guard isEstablished else { return close(connection) }
    stopWait(of: connection)
    connection.establish()
    connection.lastHeard = loop.now
    watch(connection, for: .readable)
    let names = connection.peerNames
    if !names.isEmpty { user.streamProved(flow, by: names) }
    // The first words may have come with the handshake's last.
    take(0, from: connection)
  }

  // MARK: - More connections

  private func hasRoom(for flow: Flow) -> Bool {
    connections.count < limits.connections
      && perSource[flow.remote.address, default: 0] < limits.connectionsPerSource
  }

  private func add(_ connection: StreamConnection) {
    if let former = connections[connection.flow] { close(former) }
    connections[connection.flow] = connection
    perSource[connection.flow.remote.address, default: 0] += 1
    if connection.isConnecting {
      watch(connection, for: .writable)
    } else if !beginsHandshake(connection) {
      watch(connection, for: .readable)
    }
  }

  private func watch(_ connection: StreamConnection, for interest: Interest) {
    loop.watch(connection.stream.descriptor, for: interest) {
      [unowned self, unowned connection] readiness in
      ready(connection, readiness)
    }
  }

  /// Sends over the connection of this flow; without one, opens it if `mayConnect`. By TLS only to
  /// whom the flow names: whoever came to us has no name that we could ask it to prove.
  /// - Returns: false when there is none and none may, or can, be opened.
  func send(_ bytes: [UInt8], over flow: Flow, mayConnect: Bool) -> Bool {
    if let connection = connections[flow] {
      return write(bytes, to: connection)
    }
    let tls = session(for: flow)
    guard mayConnect, flow.transport == .tcp || tls != nil, hasRoom(for: flow),
      let stream = try? TCPStream(connectingTo: flow.remote, from: flow.local.address)
    else { return false }
    let connection = StreamConnection(
      stream, by: tls, flow: flow, isConnecting: true, at: loop.now)
    connection.hasSpoken = true
    connection.put(bytes)
    add(connection)
    limitWait(of: connection)
    return true
  }

  /// Nil where none is wanted, or none can be made.
  private func session(for flow: Flow) -> TLSSession? {
    guard flow.transport == .tls, let name = flow.peerName else { return nil }
    let peer = IPAddress(name).map(TLSPeer.address) ?? .domain(name)
    return try? secure?.carriers?.session(with: peer)
  }

  private func limitWait(of connection: StreamConnection) {
    let timer = loop.makeTimer { [unowned self, unowned connection] in close(connection) }
    connection.patience = timer
    loop.setTimer(timer, at: loop.now.advanced(by: limits.connecting))
  }

  private func stopWait(of connection: StreamConnection) {
    guard let timer = connection.patience else { return }
    loop.setTimer(timer, at: nil)
    connection.patience = nil
  }

  /// Reads nothing more from the flow and closes it when all is written.
  func end(_ flow: Flow) {
    guard let connection = connections[flow] else { return }
    connection.endingSince = connection.endingSince ?? loop.now
    if connection.unsent == 0 || connection.handshake != nil {
      close(connection)
    } else {
      watch(connection)
    }
  }

  private func close(_ connection: StreamConnection) {
    guard connections[connection.flow] === connection else { return }
    stopWait(of: connection)
    if let handshake = connection.handshake { secure?.handshakes.abandon(handshake) }
    connection.sayGoodbye()
    loop.unwatch(connection.stream.descriptor)
    connections[connection.flow] = nil
    let source = connection.flow.remote.address
    perSource[source, default: 1] -= 1
    if perSource[source] == 0 { perSource[source] = nil }
    user.streamClosed(connection.flow)
  }

  private func closeSilent() {
    let now = loop.now
    for connection in Array(connections.values) {
      if connection.patienceEnds(limits) < now { close(connection) }
    }
    if let sweep { loop.setTimer(sweep, at: now.advanced(by: Self.sweepInterval)) }
  }

  // MARK: - Readiness

  private func ready(_ connection: StreamConnection, _ readiness: Readiness) {
    if connection.isConnecting {
      guard (try? connection.stream.finishConnecting()) != nil else { return close(connection) }
      connection.isConnecting = false
      if connection.isSecret {
        loop.unwatch(connection.stream.descriptor)
        _ = beginsHandshake(connection)
        return
      }
      stopWait(of: connection)
      flush(connection)
    } else if readiness.contains(.writable) {
      flush(connection)
    }
    guard connections[connection.flow] === connection, !connection.isEnding,
      !readiness.isDisjoint(with: [.readable, .hungUp, .failed])
    else { return }
    read(from: connection)
  }

  private func read(from connection: StreamConnection) {
    switch connection.stream.read(into: buffer) {
    case .moved(let count):
      connection.lastHeard = loop.now
      take(count, from: connection)
    case .wouldBlock: break
    case .ended, .failed: close(connection)
    }
  }

  private func take(_ count: Int, from connection: StreamConnection) {
    do throws(OpenSSLError) {
      try connection.take(count, of: buffer)
    } catch {
      // The alert that says why goes out, if it can.
      return end(connection.flow)
    }
    takeFrames(of: connection)
    guard connections[connection.flow] === connection else { return }
    // A handshake answers too, and so does what may follow it.
    let isBeyondLimit = connection.outgoing.count > limits.unsentBytes
    if connection.isClosedByPeer || isBeyondLimit { return close(connection) }
    if !connection.outgoing.isEmpty { flush(connection) }
  }

  private func takeFrames(of connection: StreamConnection) {
    do throws(StreamFraming.Failure) {
      // What a message causes may end its own connection.
      while connections[connection.flow] === connection, !connection.isEnding,
        let frame = try connection.framing.next()
      {
        switch frame {
        case .ping: _ = write(Self.pong, to: connection)
        case .message(let bytes):
          connection.hasSpoken = true
          user.streamBrought(bytes, over: connection.flow)
        }
      }
    } catch {
      user.streamFailed(error, over: connection.flow)
      end(connection.flow)
    }
  }

  // MARK: - Writing

  private func write(_ bytes: [UInt8], to connection: StreamConnection) -> Bool {
    guard connection.unsent + bytes.count <= limits.unsentBytes else {
      close(connection)
      return false
    }
    guard connection.put(bytes) else { return false }
    if !connection.isConnecting, connection.handshake == nil { flush(connection) }
    return true
  }

  private func flush(_ connection: StreamConnection) {
    var sent = 0
    loop: while sent < connection.outgoing.count {
      let progress = connection.outgoing.withUnsafeBytes {
        connection.stream.write(UnsafeRawBufferPointer(rebasing: $0[sent...]))
      }
      switch progress {
      case .moved(let count): sent += count
      case .wouldBlock: break loop
      case .ended, .failed: return close(connection)
      }
    }
    connection.outgoing.removeFirst(sent)
    if connection.isEnding, connection.outgoing.isEmpty {
      close(connection)
    } else {
      watch(connection)
    }
  }

  private func watch(_ connection: StreamConnection) {
    var interest: Interest = connection.isEnding ? [] : .readable
    if !connection.outgoing.isEmpty { interest.insert(.writable) }
    loop.setInterest(interest, of: connection.stream.descriptor)
  }
}
