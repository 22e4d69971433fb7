import Epoll
import Foundation
import NodeContract
import Support
import TLS
import Testing

/// Carriers by TLS: whom we connect to, and who connects to us.
@Suite struct SecureCarrierTests {
  private static let shared = Task {
    try await PrivateAuthority(
      in: FileManager.default.temporaryDirectory.appending(path: "sip-\(UUID().uuidString)"),
      [
        .server("sip", "DNS:demo.tandem.test,IP:127.0.0.1"),
        .server("carrier", "DNS:localhost"), .server("uri", "URI:sip:localhost"),
        .server("wild", "DNS:*.localhost,DNS:*"), .server("other", "DNS:other.example"),
        .client("client", "DNS:carrier.example"), .client("stranger", "DNS:stranger.example"),
      ])
  }

  private static func identity(_ name: String) async throws -> TLSServerIdentity {
    let files = try await shared.value
    return TLSServerIdentity(certificate: files.certificate(name), key: files.key(name))
  }

  /// A node that registers at a carrier by TLS, which shows the certificate `name`.
  /// - Returns: what the carrier hears within `patience`.
  private func heard(by name: String, within patience: Duration) async throws -> String {
    let authority = try await Self.shared.value.authority
    let server = try TLSServerContext([try await Self.identity(name)])
    let carrier = try TCPListener(binding: IPEndpoint(.v4(0x7F00_0001), port: 0))
    let dns = try await LocalhostServer()
    var text = ""
    try await SignallingNode.with(
      serves: true, as: try await Self.identity("sip"), authority: authority,
      nameServers: [dns.endpoint],
      changing: Self.registering(at: "sip:localhost:\(carrier.local.port);transport=tls")
    ) { _ in
      let deadline = MachineClock.boot().advanced(by: .seconds(10))
      while MachineClock.boot() < deadline {
        guard let stream = carrier.accept() else { continue }
        let peer = StreamPeer(stream, by: try server.session())
        text = peer.text(within: patience) { $0.contains("\r\n\r\n") }
        break
      }
    }
    await dns.stop()
    return text
  }

  private static func registering(at route: String) -> (inout TenantSnapshot) -> Void {
    { tenant in
      tenant.trunks[0].peers = []
      tenant.trunks[0].route = route
      tenant.trunks[0].account = TrunkAccount(
        username: "tandem", realm: "localhost", credentials: [], registrar: "sip:localhost")
    }
  }

  private static func certified(_ tenant: inout TenantSnapshot) {
    tenant.trunks[0].peers = []
    tenant.trunks[0].certificateName = "carrier.example"
  }

  @Test(arguments: ["carrier", "uri"])
  func aCarrierThatProvesItsDomainHearsUs(name: String) async throws {
    let text = try await heard(by: name, within: .seconds(5))
    #expect(text.hasPrefix("REGISTER sip:localhost SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:"))
    #expect(text.contains(";transport=tls>"))
  }

  @Test(arguments: ["other", "wild"])
  func whoProvesToBeSomebodyElseHearsNothing(name: String) async throws {
    #expect(try await heard(by: name, within: .seconds(1)).isEmpty)
  }

  private func statuses(as name: String?) async throws -> [Int] {
    let authority = try await Self.shared.value.authority
    let identity: TLSServerIdentity? =
      if let name { try await Self.identity(name) } else { nil }
    var statuses: [Int] = []
    try await SignallingNode.with(
      serves: true, as: try await Self.identity("sip"), authority: authority,
      changing: Self.certified
    ) { node in
      let trunks = try #require(node.secureTrunks)
      let peer = try StreamPeer(to: trunks, trusting: authority, as: identity)
      peer.send(
        """
        INVITE sip:+442079460101@\(trunks) SIP/2.0\r
        Via: SIP/2.0/TLS 127.0.0.1:5999;rport;branch=z9hG4bK-certified\r
        Max-Forwards: 70\r
        From: <sip:+441632960001@carrier.example>;tag=carrier\r
        To: <sip:+442079460101@\(trunks)>\r
        Call-ID: certified\r
        CSeq: 1 INVITE\r
        Contact: <sip:127.0.0.1:5999;transport=tls>\r
        Content-Type: application/sdp\r
        Content-Length: \(CallingPair.session.utf8.count)\r
        \r\n
        """ + CallingPair.session)
      var rings = false
      let text = peer.text(within: .seconds(2)) { text in
        rings = rings || node.pair.rings
        return rings || StreamPeer.statuses(in: text).contains { $0 != 100 }
      }
      statuses = rings ? [100] : StreamPeer.statuses(in: text)
    }
    return statuses
  }

  @Test func aCarriersCallIsKnownByItsCertificate() async throws {
    #expect(try await statuses(as: "client") == [100])
  }

  @Test func aStrangersCertificateAndNoneAreNoCarriers() async throws {
    let strange = try await statuses(as: "stranger")
    let nameless = try await statuses(as: nil)
    #expect(strange != [100] && nameless != [100])
  }
}

/// A name server that says where `localhost` is.
private struct LocalhostServer {
  let endpoint: IPEndpoint
  private let server: NameServer
  private let log: URL

  init() async throws {
    let free = try SharedPort(at: .v4(0x7F00_0001)).socket.local
    endpoint = free
    log = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
    server = try NameServer(
      port: free.port, zone: ["host-record=localhost,127.0.0.1"], log: log)
    let deadline = MachineClock.boot().advanced(by: .seconds(20))
    while !server.output.contains("started"), MachineClock.boot() < deadline {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  func stop() async {
    await server.stop()
    try? FileManager.default.removeItem(at: log)
  }
}
