import Epoll
import HTTP2
import NodeContract
import TLS

/// One connection to a replica, from the dialled socket to frames: TCP, TLS and HTTP/2 stacked.
/// Belongs to the loop's thread.
final class LinkConnection {
  enum Event {
    /// The handshake is done; frames can be sent.
    case ready
    case message(DownwardMessage)
    /// Bytes left or arrived: there may be room for more frames.
    case progress
    /// Over, and why. Nothing comes after it.
    case lost(String)
  }

  /// How many bytes may wait between us and the network before `mayTakeMore` says no.
  private static let highWater = 1 << 18

  private let endpoint: ReplicaEndpoint
  private let loop: EventLoop
  private let socket: TCPStream
  private let tls: TLSSession
  private var http2: HTTP2ClientConnection?
  private var decoder = FrameDecoder<DownwardMessage>()
  private var output: [UInt8] = []
  private var isConnected = false
  private var isClosed = false
  private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private let handler: (Event) -> Void

  /// When bytes last came from the replica.
  private(set) var lastHeard: BootInstant

  init(
    to endpoint: ReplicaEndpoint, context: TLSClientContext, loop: EventLoop,
    handler: @escaping (Event) -> Void
  ) throws {
    self.endpoint = endpoint
    self.loop = loop
    self.handler = handler
    lastHeard = loop.now
    tls = try context.session(with: .address(endpoint.host))
    socket = try TCPStream(connectingTo: endpoint.link)
    loop.watch(socket.descriptor, for: .writable) { [weak self] in self?.socketIsReady($0) }
  }

  deinit { room.deallocate() }

  /// Whether another frame may be handed over now.
  var mayTakeMore: Bool {
    guard !isClosed, let http2 else { return false }
    return http2.unsentBytes + output.count < Self.highWater
  }

  func send(_ frame: [UInt8]) {
    attempt { try http2?.send(frame) }
  }

  /// Moves what waits towards the network.
  func push() { attempt { try flush() } }

  func close() {
    guard !isClosed else { return }
    tls.close()
    output += tls.takeOutput()
    if isConnected { _ = output.withUnsafeBytes { socket.write($0) } }
    end()
  }

  private func end() {
    isClosed = true
    loop.unwatch(socket.descriptor)
  }

  private func lose(_ reason: String) {
    guard !isClosed else { return }
    end()
    handler(.lost(reason))
  }

  private func attempt(_ action: () throws -> Void) {
    guard !isClosed else { return }
    do { try action() } catch { lose("\(error)") }
  }

  // MARK: - The socket

  private func socketIsReady(_ readiness: Readiness) {
    attempt {
      if !isConnected { try finishConnecting() }
      if readiness != .writable { try read() }
      try flush()
    }
    if !isClosed { handler(.progress) }
  }

  private func finishConnecting() throws {
    try socket.finishConnecting()
    isConnected = true
    try tls.shakeHands()
  }

  /// Reads a bounded part, so that one busy link does not hold up the loop's other work.
  private func read() throws {
    for _ in 0..<16 where !isClosed {
      switch socket.read(into: room) {
      case .moved(let count):
        lastHeard = loop.now
        try tls.receive(UnsafeRawBufferPointer(rebasing: room[..<count]))
        try decrypt()
      case .wouldBlock: return
      case .ended: return lose("the replica closed the connection")
      case .failed(let error): throw error
      }
    }
  }

  private func decrypt() throws {
    if !tls.isEstablished {
      try tls.shakeHands()
      guard tls.isEstablished else { return }
      try openStream()
    }
    while !isClosed {
      let count = try tls.read(into: room)
      if count == 0 { break }
      try http2.map { try $0.receive(UnsafeRawBufferPointer(rebasing: room[..<count])) }?
        .forEach(handle)
    }
    if tls.isClosedByPeer { lose("the replica said goodbye") }
  }

  private func openStream() throws {
    guard tls.selectedProtocol == "h2" else { return lose("the replica speaks no HTTP/2") }
    http2 = try HTTP2ClientConnection(postTo: "/link/v1", authority: "\(endpoint.link)")
    handler(.ready)
  }

  private func handle(_ event: HTTP2Event) throws {
    switch event {
    case .response(let status):
      if status != 200 { lose("the replica refused the link with status \(status)") }
    case .data(let bytes):
      decoder.append(bytes)
      while !isClosed, let message = try decoder.next() { handler(.message(message)) }
    case .closed: lose("the replica ended the link")
    case .goAway: lose("the replica takes its leave")
    }
  }

  private func flush() throws {
    guard !isClosed else { return }
    while output.count < Self.highWater {
      if let plaintext = try http2?.takeOutput(), !plaintext.isEmpty { try tls.write(plaintext) }
      let ciphertext = tls.takeOutput()
      if ciphertext.isEmpty { break }
      output += ciphertext
    }
    try write()
    if http2?.isFinished == true { lose("the replica broke HTTP/2's rules") }
  }

  private func write() throws {
    guard isConnected else { return }
    var sent = 0
    while sent < output.count {
      switch output.withUnsafeBytes({ socket.write(UnsafeRawBufferPointer(rebasing: $0[sent...])) })
      {
      case .moved(let count):
        sent += count
        continue
      case .wouldBlock: break
      case .ended: break
      case .failed(let error): throw error
      }
      break
    }
    output.removeFirst(sent)
    loop.setInterest(output.isEmpty ? .readable : [.readable, .writable], of: socket.descriptor)
  }
}
