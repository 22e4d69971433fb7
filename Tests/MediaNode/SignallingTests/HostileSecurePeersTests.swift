import Foundation
import NodeContract
import SeededRandom
import Support
import TLS
import Testing

/// TLS peers that want what nobody should get: OpenSSL's own client, and broken ones.
@Suite struct HostileSecurePeersTests {
  private static let shared = Task {
    try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString)"),
      [
        .server("sip", "DNS:demo.tandem.test,IP:127.0.0.1")
      ])
  }

  private static func options(_ branch: String) -> String {
    SignallingNode.options(branch: branch).replacing("SIP/2.0/UDP", with: "SIP/2.0/TLS")
  }

  /// Runs `body` beside a node that must serve the next peer all the same.
  private func with(
    _ body: (_ secure: IPEndpoint, _ authority: String) async throws -> Void
  ) async throws {
    let files = try await Self.shared.value
    let identity = TLSServerIdentity(certificate: files.certificate("sip"), key: files.key("sip"))
    try await SignallingNode.with(serves: true, as: identity) { node in
      let secure = try #require(node.secureLocal)
      try await body(secure, files.authority)
      let next = try StreamPeer(to: secure, trusting: files.authority)
      next.send(Self.options("z9hG4bK-next"))
      #expect(next.text { $0.contains("\r\n\r\n") }.hasPrefix("SIP/2.0 200"))
    }
  }

  /// What `openssl s_client` says when it is told `words` after the handshake.
  private func client(
    of secure: IPEndpoint, _ options: String, saying words: String = ""
  ) async throws -> FinishedProcess {
    // Its input stays open until it ends by itself, or for three seconds.
    try await ChildProcess.run(
      "bash",
      [
        "-c",
        "{ printf '\(words)'; timeout 3 tail -f /dev/null; } "
          + "| timeout 5 openssl s_client -connect \(secure) \(options)",
      ])
  }

  @Test func nobodyNegotiatesAnew() async throws {
    try await with { secure, _ in
      let client = try await client(of: secure, "-tls1_2", saying: "R\\n")
      #expect(client.output.contains("RENEGOTIATING"))
      #expect(client.output.contains("no renegotiation"), "\(client.output.suffix(400))")
    }
  }

  @Test(arguments: ["-tls1", "-tls1_1"])
  func nothingOlderThanTLS12IsSpoken(version: String) async throws {
    try await with { secure, _ in
      let client = try await client(of: secure, "\(version) -cipher ALL:@SECLEVEL=0")
      #expect(client.output.contains("alert protocol version"), "\(client.output.suffix(400))")
    }
  }

  @Test func brokenRecordsEndTheirConnectionOnly() async throws {
    try await with { secure, authority in
      let peer = try StreamPeer(to: secure, trusting: authority)
      peer.write([0x17, 3, 3, 0, 20] + Array(repeating: 0xAA, count: 20))
      #expect(peer.isClosedSoon())
    }
  }

  @Test func aHandshakeOfGarbageEndsItsConnectionOnly() async throws {
    try await with { secure, _ in
      var random = SeededGenerator(seed: 11)
      for _ in 0..<20 {
        let peer = try StreamPeer(to: secure)
        peer.write([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3])
        peer.write((0..<506).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        #expect(peer.isClosedSoon())
      }
    }
  }

  @Test func aPeerThatLeavesWithinItsHandshakeLeavesNothingBehind() async throws {
    try await with { secure, _ in
      for _ in 0..<20 {
        let peer = try StreamPeer(to: secure)
        peer.write([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3])
      }
    }
  }
}
