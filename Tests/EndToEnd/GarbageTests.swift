import Foundation
import SeededRandom
import Support
import Testing

/// On site b's node, so that these long waits run beside the other tests.
@Suite("Garbage at the SIP port")
struct GarbageTests {
  @Test("10,000 broken datagrams leave nothing behind", .timeLimit(.minutes(4)))
  func garbageLeavesNothingBehind() async throws {
    let bench = try await Bench("garbage")
    let tenant = try await SecondTenant(
      "garbage", homeAddress: "phones-b", proxy: "127.0.2.1:5060", ringTimeout: 30,
      extensions: ["301", "302"], on: bench)
    let node = try #require(try bench.installation.nodePid(of: "node-b1"))

    try await burst(at: tenant, from: 40_001)
    try await noTransactionIsOpen(bench)
    let before = try Installation.memory(of: node)

    try await burst(at: tenant, from: 40_002)
    try await noTransactionIsOpen(bench)
    let after = try Installation.memory(of: node)
    // What a first call takes is no garbage's.
    try await callWorks(tenant, bench)

    // Nearly all of it arrived: the kernel may drop a little at a full socket.
    let arrived = try await bench.api.metric("tandem_node_datagrams_received_total")
      .first { $0.key.contains("node-b1") }?.value
    #expect(arrived ?? 0 > 18_000)
    #expect(after - before < 2_000_000, "\(before) bytes, then \(after)")
    #expect(try bench.installation.nodePid(of: "node-b1") == node, "it died meanwhile")
  }

  private func burst(at tenant: SecondTenant, from port: UInt16) async throws {
    let source = try SIPProbe(from: "127.0.4.40", port: port, to: tenant.proxy)
    // Whoever sends so much is not heard any more; others are.
    let neighbour = try SIPProbe(from: "127.0.4.43", port: port, to: tenant.proxy)
    var garbage = Garbage(seed: 2_026, domain: tenant.domain)
    for _ in 0..<100 {
      for _ in 0..<100 { try source.send(garbage.next()) }
      try await neighbour.isAnswered()
    }
  }

  private func callWorks(_ tenant: SecondTenant, _ bench: Bench) async throws {
    let caller = try await Baresip(
      tenant.phone("301", address: "127.0.4.41", tone: 500), work: bench.work)
    let callee = try await Baresip(
      tenant.phone("302", address: "127.0.4.42", tone: 700), work: bench.work)
    try await caller.registered()
    try await callee.registered()
    try await connect(caller, dialling: "302", to: callee)
    caller.hangUp()
    try await callee.closed()
    #expect(try caller.heard(of: Bench.tones) == [700])
    #expect(try callee.heard(of: Bench.tones) == [500])
    await caller.quit()
    await callee.quit()
  }

  /// The longest transaction lives 64 · T1 = 32 s after its last message.
  private func noTransactionIsOpen(_ bench: Bench) async throws {
    try await eventually("no open transaction", within: .seconds(40), every: .milliseconds(500)) {
      // The control plane may be killed by another test at this moment.
      let open = try? await bench.api.metric("tandem_node_open_transactions")
      return open?.first { $0.key.contains("node-b1") }?.value == 0
    }
  }
}

extension SIPProbe {
  /// Waits for the answer to an OPTIONS among whatever else was answered. It is sent again as every
  /// client does (RFC 3261 section 17.1.2.2): the kernel drops what finds no room at the socket.
  fileprivate func isAnswered() async throws {
    let number = Int.random(in: 1...1_000_000_000)
    let request = Array(options(number).utf8)
    var pauses = 0
    try await eventually("OPTIONS is answered", within: .seconds(5), every: .milliseconds(1)) {
      if pauses.isMultiple(of: 500) { try send(request) }
      pauses += 1
      while let answer = try receive() {
        if answer.contains("Call-ID: probe\(number)@") { return true }
      }
      return false
    }
  }
}

/// Random bytes, and SIP messages cut short and scratched; the same for the same seed.
struct Garbage {
  private var random: SeededGenerator
  private let messages: [[UInt8]]

  init(seed: UInt64, domain: String) {
    random = SeededGenerator(seed: seed)
    messages = ["INVITE", "REGISTER", "BYE", "OPTIONS", "ACK", "CANCEL", "MESSAGE"].map {
      Array(Self.request($0, domain).utf8)
    }
  }

  mutating func next() -> [UInt8] {
    Bool.random(using: &random) ? noise() : scratched()
  }

  private mutating func noise() -> [UInt8] {
    (0..<Int.random(in: 0...1_400, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
  }

  private mutating func scratched() -> [UInt8] {
    var message = messages.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      message[Int.random(in: 0..<message.count, using: &random)] = .random(
        in: 0...255, using: &random)
    }
    return Array(message.prefix(Int.random(in: 1...message.count, using: &random)))
  }

  private static func request(_ method: String, _ domain: String) -> String {
    let session = """
      v=0\r\no=- 1 1 IN IP4 127.0.4.40\r\ns=-\r\nc=IN IP4 127.0.4.40\r\nt=0 0\r\n\
      m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n
      """
    return """
      \(method) sip:302@\(domain) SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.4.40:5060;branch=z9hG4bKgarbage\r\n\
      Max-Forwards: 70\r\nFrom: "Nobody" <sip:301@\(domain)>;tag=garbage\r\n\
      To: <sip:302@\(domain)>\r\nCall-ID: garbage@127.0.4.40\r\nCSeq: 7 \(method)\r\n\
      Contact: <sip:301@127.0.4.40>\r\nContent-Type: application/sdp\r\n\
      Content-Length: \(session.utf8.count)\r\n\r\n\(session)
      """
  }
}
