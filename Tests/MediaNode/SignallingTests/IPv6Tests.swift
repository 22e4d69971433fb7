import Foundation
import NodeContract
import Support
import TLS
import Testing

/// SIP over IPv6 on real sockets.
@Suite struct IPv6Tests {
  private static let loopback = IPAddress.v6(0, 1)

  private static func options(_ branch: String, by transport: String) -> String {
    SignallingNode.options(branch: branch)
      .replacing("SIP/2.0/UDP 127.0.0.1", with: "SIP/2.0/\(transport) [::1]")
  }

  @Test func aCallIsMadeAndEnded() async throws {
    try await SignallingNode.with(serves: true, at: Self.loopback) { node in
      try node.pair.completeACall()
    }
  }

  @Test func requestsAreAnsweredByUDP() async throws {
    try await SignallingNode.with(serves: true, at: Self.loopback) { node in
      let answer = try #require(node.ask(Self.options("z9hG4bK-v6", by: "UDP")))
      #expect(answer.hasPrefix("SIP/2.0 200 ") && answer.contains("received=::1"))
    }
  }

  @Test func requestsAreAnsweredByTCP() async throws {
    try await SignallingNode.with(serves: true, at: Self.loopback) { node in
      let peer = try StreamPeer(to: node.local)
      peer.send(Self.options("z9hG4bK-v6", by: "TCP"))
      #expect(peer.text { $0.contains("\r\n\r\n") }.hasPrefix("SIP/2.0 200 "))
    }
  }

  @Test func requestsAreAnsweredByTLS() async throws {
    let files = try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString)"),
      [.server("sip", "IP:::1")])
    let identity = TLSServerIdentity(certificate: files.certificate("sip"), key: files.key("sip"))
    try await SignallingNode.with(serves: true, as: identity, at: Self.loopback) { node in
      let peer = try StreamPeer(to: try #require(node.secureLocal), trusting: files.authority)
      peer.send(Self.options("z9hG4bK-v6", by: "TLS"))
      #expect(peer.text { $0.contains("\r\n\r\n") }.hasPrefix("SIP/2.0 200 "))
    }
  }
}
