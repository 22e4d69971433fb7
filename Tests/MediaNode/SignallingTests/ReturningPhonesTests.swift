import Epoll
import Foundation
import NodeContract
import SIP
import Signalling
import Support
import Synchronization
import TLS
import Testing

/// Phones that all come back by TLS in the same moment, as after a node's death.
@Suite struct ReturningPhonesTests {
  private static let count =
    ProcessInfo.processInfo.environment["TANDEM_RETURNING_PHONES"].flatMap { Int($0) } ?? 200

  @Test func allPhonesThatReturnAtOnceRegisterAndNobodyElseWaits() async throws {
    let files = try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString)"),
      [.server("sip", "DNS:example.com,IP:127.0.0.1")])
    let identity = TLSServerIdentity(certificate: files.certificate("sip"), key: files.key("sip"))
    var limits = StreamLimits()
    limits.connectionsPerSource = Self.count + 10
    try await SignallingNode.with(
      serves: true, limits: limits, as: identity, changing: Self.extensions
    ) { node in
      let crowd = try Crowd(
        of: Self.count, at: try #require(node.secureLocal), trusting: files.authority)
      crowd.start()
      let lags = Self.lags(of: node.signalling, until: { crowd.isDone })
      crowd.stop()
      #expect(crowd.registered == Self.count)
      let worst = lags.last ?? .zero
      print(
        "\(Self.count) phones back by TLS: all registered after \(crowd.took); "
          + "the loop's lag: median \(lags[lags.count / 2]), "
          + "99 % \(lags[lags.count * 99 / 100]), worst \(worst)")
      // A handshake on the loop's own thread would keep it for as long as all of them take.
      #expect(worst < max(.milliseconds(500), crowd.took / 2))
    }
  }

  /// How long an event waits for the loop, each five milliseconds, in rising order.
  private static func lags(of loop: SignallingLoop, until isDone: () -> Bool) -> [Duration] {
    var lags: [Duration] = []
    let deadline = MachineClock.boot().advanced(by: .seconds(300))
    while !isDone(), MachineClock.boot() < deadline {
      let asked = MachineClock.boot()
      let answered = Mutex<BootInstant?>(nil)
      loop.submit { _, _ in
        answered.withLock { $0 = MachineClock.boot() }
        return []
      }
      usleep(5_000)
      while answered.withLock({ $0 }) == nil { usleep(200) }
      if let then = answered.withLock({ $0 }) { lags.append(asked.duration(to: then)) }
    }
    return lags.sorted()
  }

  private static func extensions(_ tenant: inout TenantSnapshot) {
    let hashing = OpenSSLHashing()
    tenant.extensions = (0..<count).map { number in
      ExtensionEntry(
        id: ExtensionID(UUIDv7(high: 3, low: UInt64(1_000 + number))), number: "\(10_000 + number)",
        displayName: "", outsideNumber: nil,
        credentials: [
          DigestCredential(
            algorithm: .md5,
            ha1: hashing.ha1(
              .md5, user: "\(10_000 + number)", realm: "example.com", password: "open"))
        ])
    }
  }
}

/// The phones, all on one loop.
///
/// `@unchecked Sendable`: the phones are touched on the loop only, the figures are synchronised.
private final class Crowd: @unchecked Sendable {
  private let loop: EventLoop
  private let phones: [Phone]
  private let figures = Mutex(
    (registered: 0, began: MachineClock.boot(), ended: MachineClock.boot()))

  init(of count: Int, at node: IPEndpoint, trusting authority: String) throws {
    loop = try EventLoop(name: "crowd")
    let context = try TLSClientContext(trusting: authority)
    phones = try (0..<count).map { number in
      Phone("\(10_000 + number)", try context.session(with: .address(node.address)), node)
    }
  }

  var registered: Int { figures.withLock { $0.registered } }
  var isDone: Bool { registered == phones.count }
  var took: Duration { figures.withLock { $0.began.duration(to: $0.ended) } }

  func start() {
    figures.withLock { $0.began = MachineClock.boot() }
    loop.start()
    loop.submit { [self] in
      for phone in phones { begin(phone) }
    }
  }

  func stop() { loop.stop() }

  private func begin(_ phone: Phone) {
    guard let stream = try? TCPStream(connectingTo: phone.node) else { return }
    phone.stream = stream
    loop.watch(stream.descriptor, for: .writable) { [unowned self] _ in
      loop.setInterest(.readable, of: stream.descriptor)
      if phone.isNew {
        phone.isNew = false
        try? phone.tls.shakeHands()
        phone.flush()
        return
      }
      if phone.read() { noteRegistration() }
    }
  }

  private func noteRegistration() {
    figures.withLock {
      $0.registered += 1
      $0.ended = MachineClock.boot()
    }
  }
}

private final class Phone {
  let node: IPEndpoint
  let tls: TLSSession
  var stream: TCPStream?
  var isNew = true
  private let number: String
  private var heard = ""
  private var sequence = 0
  private static let buffer = Buffer()

  private final class Buffer: @unchecked Sendable {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 16)
  }

  init(_ number: String, _ tls: TLSSession, _ node: IPEndpoint) {
    self.number = number
    self.tls = tls
    self.node = node
  }

  func flush() {
    let bytes = tls.takeOutput()
    guard let stream, !bytes.isEmpty else { return }
    _ = bytes.withUnsafeBytes { stream.write($0) }
  }

  /// True when it has just been registered.
  func read() -> Bool {
    let buffer = Self.buffer.bytes
    guard let stream, case .moved(let count) = stream.read(into: buffer) else { return false }
    do {
      try tls.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      let wasEstablished = tls.isEstablished
      try tls.shakeHands()
      if tls.isEstablished, !wasEstablished { try register(answering: nil) }
      while tls.isEstablished, case let count = try tls.read(into: buffer), count > 0 {
        heard += String(decoding: buffer[..<count], as: UTF8.self)
      }
      return try answered()
    } catch {
      return false
    }
  }

  private func answered() throws -> Bool {
    defer { flush() }
    guard heard.contains("\r\n\r\n") else { return false }
    let text = heard
    heard = ""
    if text.hasPrefix("SIP/2.0 200") { return true }
    let challenge = text.split(separator: "\r\n").compactMap { line -> DigestChallenge? in
      guard line.hasPrefix("WWW-Authenticate: ") else { return nil }
      return DigestChallenge(String(line.dropFirst("WWW-Authenticate: ".count)))
    }.last
    if let challenge { try register(answering: challenge) }
    return false
  }

  private func register(answering challenge: DigestChallenge?) throws {
    sequence += 1
    let proof = challenge.map { "Authorization: \(credentials(for: $0))\r\n" } ?? ""
    try tls.write(
      Array(
        ("""
        REGISTER sip:example.com SIP/2.0\r
        Via: SIP/2.0/TLS 127.0.0.1:5999;rport;branch=z9hG4bK-\(number)-\(sequence)\r
        Max-Forwards: 70\r
        From: <sip:\(number)@example.com>;tag=\(number)\r
        To: <sip:\(number)@example.com>\r
        Call-ID: \(number)\r
        CSeq: \(sequence) REGISTER\r
        Contact: <sip:\(number)@127.0.0.1:5999;transport=tls>\r
        Expires: 600\r
        \(proof)Content-Length: 0\r
        \r\n
        """).utf8))
  }

  private func credentials(for challenge: DigestChallenge) -> DigestCredentials {
    let hashing = OpenSSLHashing()
    var credentials = DigestCredentials(
      username: number, realm: challenge.realm, nonce: challenge.nonce, uri: "sip:example.com",
      response: "", algorithm: challenge.algorithm,
      quality: DigestQuality(clientNonce: "c", count: 1))
    credentials.response = credentials.expectedResponse(
      ha1: hashing.ha1(.md5, user: number, realm: challenge.realm, password: "open"),
      method: .register, hashing: hashing)
    return credentials
  }
}
