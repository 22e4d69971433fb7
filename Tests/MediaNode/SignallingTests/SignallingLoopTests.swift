import CallControl
import Epoll
import Logging
import NodeContract
import Signalling
import TLS
import Testing

@Suite struct SignallingLoopTests {
  @Test func aServedAddressAnswersOptionsOverARealSocket() async throws {
    try await SignallingNode.with(serves: true) { node in
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-1")))
      #expect(answer.hasPrefix("SIP/2.0 200 "))
      #expect(answer.contains("branch=z9hG4bK-1"))
    }
  }

  @Test func anAddressWithoutAGrantSaysWhenToTryAgain() async throws {
    try await SignallingNode.with(serves: false) { node in
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-2")))
      #expect(answer.hasPrefix("SIP/2.0 503 "))
      #expect(answer.lowercased().contains("retry-after:"))
    }
  }

  @Test func aGrantThatComesWhileTheNodeRunsTakesEffectAtOnce() async throws {
    try await SignallingNode.with(serves: false) { node in
      node.signalling.submit {
        $0.adopt(SignallingNode.address, epoch: Epoch(generation: 1, revision: 5), at: $1)
      }
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-3")))
      #expect(answer.hasPrefix("SIP/2.0 200 "))
    }
  }

  @Test func garbageIsCountedAndTheNextRequestIsAnswered() async throws {
    try await SignallingNode.with(serves: true) { node in
      let garbage: [[UInt8]] = [
        [0], [0xFF, 0xFE, 0xFD], Array("INVITE".utf8), Array("SIP/2.0 999999 x\r\n\r\n".utf8),
        Array(SignallingNode.options(branch: "z9hG4bK-4").utf8.prefix(80)),
        Array(repeating: 0x41, count: 9000),
      ]
      for datagram in garbage { node.send(datagram) }
      let answer = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-5")))
      #expect(answer.contains("branch=z9hG4bK-5"))
      #expect(node.traffic.received == UInt64(garbage.count + 1))
      #expect(node.traffic.dropped + node.traffic.refused > 0)
    }
  }

  @Test func aKeepAliveIsNeitherAnsweredNorCountedAsGarbage() async throws {
    try await SignallingNode.with(serves: true) { node in
      node.send(Array("\r\n\r\n".utf8))
      _ = try #require(node.ask(SignallingNode.options(branch: "z9hG4bK-6")))
      #expect(node.traffic.dropped == 0)
      #expect(node.traffic.refused == 0)
    }
  }
}

/// A signalling loop on a free port of the loopback, and a peer beside it.
struct SignallingNode {
  static let address = AddressName("phones-a")!

  let signalling: SignallingLoop
  let traffic = SignallingTraffic()
  private let local: IPEndpoint
  private let peer: UDPSocket

  /// Runs `body` beside a node that is stopped afterwards.
  static func with(serves: Bool, _ body: (SignallingNode) throws -> Void) async throws {
    let node = try SignallingNode(serves: serves)
    do {
      try body(node)
      await node.signalling.stop()
    } catch {
      await node.signalling.stop()
      throw error
    }
  }

  private init(serves: Bool) throws {
    let loopback = IPEndpoint(.v4(0x7F00_0001), port: 0)
    let socket = try UDPSocket(binding: loopback)
    local = socket.local
    peer = try UDPSocket(binding: loopback)
    let address = ExchangeAddress(
      name: Self.address, ip: local.address, sipPort: local.port, role: .phones,
      relayPorts: 30_000...30_099)
    var exchange = Exchange(
      configuration: ExchangeConfiguration(
        node: NodeName("node-a1")!, boot: UUIDv7(high: 1, low: 2), addresses: [address],
        secret: RandomBytes.make(32)),
      hashing: OpenSSLHashing(), random: SystemRandomNumberGenerator())
    if serves {
      _ = exchange.adopt(
        Self.address, epoch: Epoch(generation: 1, revision: 1), at: MachineClock.moment())
    }
    signalling = SignallingLoop(
      exchange: exchange, on: try EventLoop(name: "signalling"), sockets: [socket],
      traffic: traffic, log: Logger(label: "test"))
    signalling.start(with: NoSurroundings())
  }

  func send(_ datagram: [UInt8]) { peer.send(datagram, to: local) }

  /// Sends a request and waits, 5 s at most, for the next datagram that comes back with its branch.
  func ask(_ request: String) -> String? {
    send(Array(request.utf8))
    let branch = request.split(separator: "branch=")[1].prefix { $0 != ";" && $0 != "\r\n" }
    let deadline = MachineClock.boot().advanced(by: .seconds(5))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    while MachineClock.boot() < deadline {
      guard let (count, _) = peer.receive(into: buffer) else { continue }
      let answer = String(decoding: buffer[..<count], as: UTF8.self)
      if answer.contains(branch) { return answer }
    }
    return nil
  }

  static func options(branch: String) -> String {
    """
    OPTIONS sip:demo.tandem.test SIP/2.0\r
    Via: SIP/2.0/UDP 127.0.0.1:5999;rport;branch=\(branch)\r
    Max-Forwards: 70\r
    From: <sip:probe@demo.tandem.test>;tag=1\r
    To: <sip:demo.tandem.test>\r
    Call-ID: \(branch)@probe\r
    CSeq: 1 OPTIONS\r
    Content-Length: 0\r
    \r\n
    """
  }
}

/// For tests without calls.
private struct NoSurroundings: ExchangeSurroundings {
  func openRelay(_ plan: RelayPlan) throws {}
  func directRelay(_ id: RelayID, side: RelaySide, to remote: IPEndpoint) {}
  func closeRelay(_ id: RelayID) {}
  func record(_ fact: Fact, whenDurable: (@Sendable () -> Void)?) { whenDurable?() }
  func report(_ message: UpwardMessage) {}
}
