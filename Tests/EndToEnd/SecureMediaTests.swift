import Support
import Testing

extension SiteA {
  /// Real phones that protect their media, each with one that does not.
  @Suite("Phones whose media is protected")
  struct SecureMediaTests {
    @Test(
      "Keys in the signalling: baresip by TLS and a plain phone hear each other, whoever calls",
      .timeLimit(.minutes(1)))
    func keysInTheSignalling() async throws {
      try await talkBothWays("keys", transport: "tls", protection: "srtp-mand")
    }

    @Test(
      "A handshake within the media: baresip and a plain phone hear each other, whoever calls",
      .timeLimit(.minutes(1)), arguments: ["tls"])
    func handshakeWithinTheMedia(transport: String) async throws {
      try await talkBothWays(
        "handshake-\(transport)", transport: transport, protection: "dtls_srtp")
    }

    @Test(
      "Who signals in the clear may shake hands all the same", .timeLimit(.minutes(1)))
    func handshakeOfAPhoneByUDP() async throws {
      let bench = try await Bench("handshake-udp")
      let secure = try await phone(bench, transport: "udp", protection: "dtls_srtp")
      let plain = try await bench.alice()
      try await talk(secure, to: plain)
      await secure.quit()
      await plain.quit()
    }

    @Test(
      "A phone that checks the way hears and is heard", .timeLimit(.minutes(1)),
      arguments: [nil, "dtls_srtp"])
    func checkedWay(protection: String?) async throws {
      let bench = try await Bench("checked-way-\(protection ?? "plain")")
      let checking = try await phone(
        bench, transport: "udp", protection: protection, checksTheWay: true)
      let plain = try await bench.alice()
      try await talk(checking, to: plain)
      await checking.quit()
      await plain.quit()
    }

    private func talkBothWays(_ name: String, transport: String, protection: String) async throws {
      let bench = try await Bench(name)
      let secure = try await phone(bench, transport: transport, protection: protection)
      let plain = try await bench.alice()
      try await talk(secure, to: plain)
      try await talk(plain, to: secure)
      await secure.quit()
      await plain.quit()
    }

    /// Extension 102's phone; speaks 700 Hz.
    private func phone(
      _ bench: Bench, transport: String, protection: String?, checksTheWay: Bool = false
    ) async throws -> Baresip {
      var settings = try bench.demo.phone("102", address: "127.0.4.2", tone: 700)
      settings.transport = transport
      settings.protection = protection
      settings.checksTheWay = checksTheWay
      let phone = try await Baresip(settings, work: bench.work)
      try await phone.registered()
      return phone
    }

    private func talk(_ caller: Baresip, to callee: Baresip) async throws {
      try await connect(caller, dialling: callee.settings.user, to: callee)
      caller.hangUp()
      try await callee.closed()
      try await caller.closed()
      #expect(try caller.heard(of: Bench.tones) == [callee.settings.tone])
      #expect(try callee.heard(of: Bench.tones) == [caller.settings.tone])
    }
  }
}
