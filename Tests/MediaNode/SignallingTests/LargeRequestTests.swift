import Epoll
import NodeContract
import Signalling
import Testing

/// Requests that do not fit a datagram, on real sockets.
@Suite struct LargeRequestTests {
  /// A REGISTER of ours that does not fit.
  private static func registers(_ tenant: inout TenantSnapshot) {
    let name = String(repeating: "x", count: 500)
    tenant.trunks[0].account = TrunkAccount(
      username: "tandem", realm: "carrier.example", credentials: [],
      registrar: "sip:\(name).example")
  }

  @Test func aLargeRequestComesByTCPWhereTheCarrierListens() async throws {
    try await SignallingNode.with(serves: false, changing: Self.registers) { node in
      let listener = try TCPListener(binding: node.pair.carrier.local)
      node.serve()
      let stream = try #require(Self.connection(to: listener))
      let text = StreamPeer(stream).text { $0.contains("\r\n\r\n") }
      #expect(text.hasPrefix("REGISTER ") && text.contains("Via: SIP/2.0/TCP "))
    }
  }

  @Test func aLargeRequestComesAsADatagramWhereNobodyTakesConnections() async throws {
    try await SignallingNode.with(serves: true, changing: Self.registers) { node in
      let text = try #require(node.pair.carrier.firstText { $0.hasPrefix("REGISTER ") })
      #expect(text.contains("Via: SIP/2.0/UDP "))
      #expect(text.utf8.count > 1_300)
    }
  }

  private static func connection(to listener: TCPListener) -> TCPStream? {
    let deadline = MachineClock.boot().advanced(by: .seconds(5))
    while MachineClock.boot() < deadline {
      if let stream = listener.accept() { return stream }
    }
    return nil
  }
}
