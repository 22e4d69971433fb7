import Epoll
import Foundation
import NodeContract
import Signalling
import Support
import TLS
import Testing

/// SIP over TLS (RFC 3261 section 26.3.1).
@Suite struct SecureStreams {
  private static let shared = Task {
    try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString)"),
      [.server("sip", "DNS:demo.tandem.test,IP:127.0.0.1")])
  }

  private func with(
    _ limits: StreamLimits = StreamLimits(),
    _ body: (SignallingNode, IPEndpoint, String) throws -> Void
  ) async throws {
    let files = try await Self.shared.value
    let identity = TLSServerIdentity(certificate: files.certificate("sip"), key: files.key("sip"))
    try await SignallingNode.with(serves: true, limits: limits, as: identity) { node in
      try body(node, try #require(node.secureLocal), files.authority)
    }
  }

  private static func options(_ branch: String) -> String {
    SignallingNode.options(branch: branch).replacing("SIP/2.0/UDP", with: "SIP/2.0/TLS")
  }

  @Test func requestsInPiecesAndTogetherAreAnsweredInSecret() async throws {
    try await with { _, secure, authority in
      let peer = try StreamPeer(to: secure, trusting: authority)
      let request = Self.options("z9hG4bK-one")
      peer.send(String(request.prefix(50)))
      peer.send(String(request.dropFirst(50)) + Self.options("z9hG4bK-two"))
      let text = peer.text { StreamPeer.statuses(in: $0).count == 2 }
      #expect(StreamPeer.statuses(in: text) == [200, 200])
      #expect(text.contains("SIP/2.0/TLS"))
    }
  }

  @Test func anAddressThatIsLeftIsFreeForItsHeir() async throws {
    let files = try await Self.shared.value
    let identity = TLSServerIdentity(certificate: files.certificate("sip"), key: files.key("sip"))
    try await SignallingNode.with(serves: true, as: identity) { node in
      #expect(throws: SystemError.self) {
        try AddressSockets(binding: node.local, secure: node.secureLocal)
      }
      node.signalling.leave(node.local.address)
      try await eventually("another binds all of it", within: .seconds(10)) {
        (try? AddressSockets(binding: node.local, secure: node.secureLocal)) != nil
      }
    }
  }

  @Test func aPingIsAnsweredWithAPong() async throws {
    try await with { _, secure, authority in
      let peer = try StreamPeer(to: secure, trusting: authority)
      peer.send("\r\n\r\n")
      #expect(peer.text { $0 == "\r\n" } == "\r\n")
    }
  }

  @Test func plainWordsAtThePortForSecretsAreNotUnderstood() async throws {
    try await with { node, secure, authority in
      let peer = try StreamPeer(to: secure)
      peer.send(Self.options("z9hG4bK-plain"))
      let text = peer.text { _ in false }
      #expect(peer.isClosed && !text.contains("SIP/2.0"))
      let next = try StreamPeer(to: secure, trusting: authority)
      next.send(Self.options("z9hG4bK-next"))
      #expect(next.text { $0.contains("200") }.hasPrefix("SIP/2.0 200"))
    }
  }

  @Test func aHandshakeThatStallsIsGivenUp() async throws {
    var limits = StreamLimits()
    limits.firstMessage = .milliseconds(100)
    try await with(limits) { _, secure, _ in
      let peer = try StreamPeer(to: secure)
      peer.send([0x16, 0x03, 0x01])
      let text = peer.text(within: .seconds(15)) { _ in false }
      #expect(text.isEmpty && peer.isClosed)
    }
  }

  @Test func aMessageWithoutEndIsRefusedAndItsConnectionClosed() async throws {
    try await with { _, secure, authority in
      let peer = try StreamPeer(to: secure, trusting: authority)
      peer.send(Self.options("z9hG4bK-a").replacing("Content-Length: 0\r\n", with: ""))
      #expect(StreamPeer.statuses(in: peer.text { _ in false }) == [400])
      #expect(peer.isClosed)
    }
  }
}
