import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct TrunkSecretTests {
  private func path(_ bench: APIBench) -> String { "/v1/trunks/\(bench.mine.trunk.id)" }

  /// HA1 as `printf 'tandem:carrier.example:open sesame' | md5sum` has it.
  @Test func aCarriersPasswordIsKeptAsHashesAndShownToNobody() async throws {
    try await APIBench.with { bench in
      let changed = try await bench.send(
        .patch, path(bench), as: bench.keys.reseller,
        #"""
        {"account":{"username":"tandem","realm":"carrier.example","password":"open sesame",
        "registrar":"sip:carrier.example"},"visitor":{"username":"them","password":"come-on-in"},
        "profile":{"trusted":true,"identity":"asserted","forwarding":"history"}}
        """#)
      #expect(changed.status == 200, "\(changed.body)")
      let shown = try await bench.send(.get, path(bench), as: bench.keys.reseller)
      #expect(shown.body.contains("sip:carrier.example"))
      for secret in [
        "open sesame", "come-on-in", "password", "ha1", "f8e81e1d5033e3e64d10bd0c37b933d9",
      ] {
        #expect(!shown.body.contains(secret), "\(secret)")
      }
      let trunk = try await bench.store.trunks.find(bench.mine.trunk.id, in: .platform)
      #expect(
        trunk?.account?.credentials.last
          == DigestCredential(algorithm: .md5, ha1: "f8e81e1d5033e3e64d10bd0c37b933d9"))
      #expect(trunk?.visitor?.credentials.count == 2)
      #expect(
        trunk?.profile
          == TrunkProfile(isTrusted: true, identity: .asserted, forwarding: .history))
    }
  }

  @Test func whatIsNotNamedStaysAndWhatIsNullGoes() async throws {
    try await APIBench.with { bench in
      let key = bench.keys.reseller
      _ = try await bench.send(
        .patch, path(bench), as: key,
        #"{"account":{"username":"tandem","realm":"carrier.example","password":"x"}}"#)
      _ = try await bench.send(.patch, path(bench), as: key, #"{"profile":{"trusted":true}}"#)
      var trunk = try await bench.store.trunks.find(bench.mine.trunk.id, in: .platform)
      #expect(trunk?.account?.username == "tandem" && trunk?.account?.registrar == nil)
      #expect(trunk?.profile == TrunkProfile(isTrusted: true))
      _ = try await bench.send(.patch, path(bench), as: key, #"{"account":null}"#)
      trunk = try await bench.store.trunks.find(bench.mine.trunk.id, in: .platform)
      #expect(trunk?.account == nil && trunk?.profile.isTrusted == true)
    }
  }

  @Test(arguments: [
    (#"{"account":{"username":"a b","realm":"r","password":"x"}}"#, "account.username"),
    (#"{"account":{"username":"a","realm":"","password":"x"}}"#, "account.realm"),
    (#"{"account":{"username":"a","realm":"r","password":""}}"#, "account.password"),
    (
      #"{"account":{"username":"a","realm":"r","password":"x","registrar":"http://x"}}"#,
      "account.registrar"
    ),
    (#"{"visitor":{"username":"a","password":"short"}}"#, "visitor.password"),
    (#"{"profile":{"identity":"loud"}}"#, "profile.identity"),
  ])
  func aValueThatCannotBeTakenIsToldByName(body: String, field: String) async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(.patch, path(bench), as: bench.keys.reseller, body)
      #expect(answer.status == 422)
      #expect(answer.body.contains(field), "\(answer.body)")
    }
  }
}
