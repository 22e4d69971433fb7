import CallControl
import Digits
import Epoll
import Logging
import NodeContract
import Signalling
import TLS
import Testing

/// A signalling loop on a free port of the loopback, and a peer beside it.
struct SignallingNode {
  static let address = AddressName("phones-a")!

  let signalling: SignallingLoop
  let traffic = SignallingTraffic()
  let local: IPEndpoint
  /// Where it takes TLS connections; nil: nowhere.
  let secureLocal: IPEndpoint?
  /// The same for carriers.
  let secureTrunks: IPEndpoint?
  private let peer: UDPSocket
  private let limits: StreamLimits
  /// A carrier and a phone that is registered, for a call between them.
  let pair: CallingPair

  /// Runs `body` beside a node that is stopped afterwards.
  static func with(
    serves: Bool, limits: StreamLimits = StreamLimits(), as identity: TLSServerIdentity? = nil,
    authority: String? = nil,
    nameServers: [IPEndpoint] = [], at host: IPAddress = .v4(0x7F00_0001),
    phoneAt phone: IPEndpoint? = nil, custody: any MessageCustody = NoCustody(),
    changing edit: (inout TenantSnapshot) -> Void = { _ in },
    _ body: (SignallingNode) async throws -> Void
  ) async throws {
    let node = try SignallingNode(
      serves: serves, limits: limits, identity: identity, authority: authority,
      nameServers: nameServers, host: host, phone: phone, custody: custody, edit)
    do {
      try await body(node)
      await node.signalling.stop()
    } catch {
      await node.signalling.stop()
      throw error
    }
  }

  private init(
    serves: Bool, limits: StreamLimits, identity: TLSServerIdentity?, authority: String?,
    nameServers: [IPEndpoint], host: IPAddress, phone: IPEndpoint?, custody: any MessageCustody,
    _ edit: (inout TenantSnapshot) -> Void
  ) throws {
    self.limits = limits
    let loopback = IPEndpoint(host, port: 0)
    let ports = try [SharedPort(at: host), SharedPort(at: host)]
    let (socket, trunks) = (ports[0].socket, ports[1].socket)
    local = socket.local
    peer = try UDPSocket(binding: loopback)
    pair = try CallingPair(phones: socket.local, trunks: trunks.local)
    let secure = try identity.map {
      try SecureListeners(
        [try TCPListener(binding: loopback), try TCPListener(binding: loopback)],
        as: try TLSServerContext([$0], clientAuthority: authority),
        carriers: try authority.map { try TLSClientContext(trusting: $0) })
    }
    secureLocal = secure?.listeners.first?.local
    secureTrunks = secure?.listeners.last?.local
    let addresses = [
      ExchangeAddress(
        name: Self.address, ip: local.address, sipPort: local.port,
        securePort: secureLocal?.port, role: .phones, relayPorts: 30_000...30_099),
      ExchangeAddress(
        name: CallingPair.trunksAddress, ip: trunks.local.address, sipPort: trunks.local.port,
        securePort: secureTrunks?.port, role: .trunks, relayPorts: 30_100...30_199),
    ]
    var exchange = Exchange(
      configuration: ExchangeConfiguration(
        node: NodeName("node-a1")!, boot: UUIDv7(high: 1, low: 2), addresses: addresses,
        secret: RandomBytes.make(32)),
      hashing: OpenSSLHashing(), random: SystemRandomNumberGenerator())
    var tenant = pair.tenant
    edit(&tenant)
    _ = exchange.install(tenant, at: MachineClock.moment())
    var binding = pair.binding
    if let phone { binding.source = phone }
    _ = exchange.restore([binding], at: MachineClock.moment())
    for name in serves ? [Self.address, CallingPair.trunksAddress] : [] {
      _ = exchange.adopt(
        name, epoch: Epoch(generation: 1, revision: 1), at: MachineClock.moment())
    }
    signalling = try SignallingLoop(
      exchange: exchange, on: EventLoop(name: "signalling"), sockets: [socket, trunks],
      listeners: ports.map(\.listener), secure: secure,
      streamLimits: limits, nameServers: nameServers, custody: custody, traffic: traffic,
      log: Logger(label: "test"))
    signalling.start(with: NoSurroundings())
  }

  /// Grants the addresses, where that was not done at the start.
  func serve() {
    signalling.submit { exchange, now in
      [Self.address, CallingPair.trunksAddress].flatMap {
        exchange.adopt($0, epoch: Epoch(generation: 1, revision: 1), at: now)
      }
    }
  }

  func send(_ datagram: [UInt8]) { peer.send(datagram, to: local) }

  /// Sends a request and waits, 5 s at most, for the datagram that comes back with its branch.
  func ask(_ request: String) -> String? {
    send(Array(request.utf8))
    let branch = request.split(separator: "branch=")[1].prefix { $0 != ";" && $0 != "\r\n" }
    return received { $0.contains(branch) }.last
  }

  /// The status codes that come back for a datagram before a good request that follows it is
  /// answered, which it must be.
  func answers(to datagram: [UInt8]) throws -> [Int] {
    send(datagram)
    send(Array(Self.options(branch: "z9hG4bK-after").utf8))
    let answers = received { $0.contains("z9hG4bK-after") }
    let after = try #require(answers.last)
    #expect(after.hasPrefix("SIP/2.0 200 ") && after.contains("z9hG4bK-after"))
    return answers.dropLast().compactMap { Int($0.dropFirst("SIP/2.0 ".count).prefix(3)) }
  }

  /// What comes back up to the first datagram that is `last`, within 5 s.
  private func received(until last: (String) -> Bool) -> [String] {
    let deadline = MachineClock.boot().advanced(by: .seconds(5))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
    defer { buffer.deallocate() }
    var texts: [String] = []
    while MachineClock.boot() < deadline {
      guard let (count, _) = peer.receive(into: buffer) else { continue }
      texts.append(String(decoding: buffer[..<count], as: UTF8.self))
      if last(texts[texts.count - 1]) { return texts }
    }
    return []
  }

  /// The status codes that a connection brings back for these bytes: up to the first final one, the
  /// end of the connection, or, when there is nothing to come, a moment.
  func streamAnswers(to bytes: [UInt8]) throws -> [Int] {
    let connection = try StreamPeer(to: local)
    connection.send(bytes)
    let text = connection.text(within: .milliseconds(400)) { text in
      StreamPeer.statuses(in: text).contains { $0 >= 200 }
    }
    _ = try #require(ask(Self.options(branch: "z9hG4bK-after-stream")))
    return StreamPeer.statuses(in: text)
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
  func leave(_ actions: [ExchangeAction], at now: Moment) {}
  func openRelay(_ plan: RelayPlan) throws {}
  func directRelay(_ id: RelayID, side: RelaySide, to remote: IPEndpoint) {}
  func measureRelay(
    _ id: RelayID, side: RelaySide, whenMeasured: @escaping @Sendable (LegMedia?) -> Void
  ) {
    whenMeasured(nil)
  }
  func secureRelay(_ id: RelayID, side: RelaySide, _ transport: MediaTransport) {}
  func carry(_ id: RelayID, _ passage: Passage) {}
  func tellKey(_ key: DigitInfo, of id: RelayID, side: RelaySide) {}
  func play(
    _ announcement: Announcement, numbered number: UInt32, to side: RelaySide, of id: RelayID,
    from position: Duration
  ) {}
  func stopPlaying(to side: RelaySide, of id: RelayID) {}
  func seat(_ seat: RoomSeat?, side: RelaySide, of id: RelayID) {}
  func recordRelay(_ part: RecordingPart?, of id: RelayID) {}
  func soundEnded(_ sound: StoredSound) {}
  func askMailbox(_ question: MailboxQuestion) {}
  func closeRelay(_ id: RelayID) {}
  func record(_ fact: Fact, whenDurable: (@Sendable () -> Void)?) { whenDurable?() }
  func report(_ messages: [UpwardMessage]) {}
}
