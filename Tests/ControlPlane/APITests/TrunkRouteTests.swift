import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct TrunkRouteTests {
  private func path(_ bench: APIBench) -> String { "/v1/trunks/\(bench.mine.trunk.id)" }

  private func trunk(_ bench: APIBench) async throws -> Trunk? {
    try await bench.store.trunks.find(bench.mine.trunk.id, in: .platform)
  }

  @Test func aCarrierIsFoundByItsDomainAndKnownByItsCertificate() async throws {
    try await APIBench.with { bench in
      let changed = try await bench.send(
        .patch, path(bench), as: bench.keys.reseller,
        #"""
        {"peers":[],"route":"sip:carrier.example.net;transport=tls",
        "certificate_name":"sip.carrier.example.net"}
        """#)
      #expect(changed.status == 200, "\(changed.body)")
      #expect(changed.body.contains(#""route":"sip:carrier.example.net;transport=tls""#))
      let entry = try await trunk(bench)?.entry
      #expect(entry?.peers.isEmpty == true)
      #expect(entry?.route == "sip:carrier.example.net;transport=tls")
      #expect(entry?.certificateName == "sip.carrier.example.net")
    }
  }

  @Test func aCarrierThatIsNowhereIsRefused() async throws {
    try await APIBench.with { bench in
      let nowhere = try await bench.send(
        .patch, path(bench), as: bench.keys.reseller, #"{"peers":[]}"#)
      #expect(nowhere.status == 422 && nowhere.body.contains("peers"), "\(nowhere.body)")
      _ = try await bench.send(
        .patch, path(bench), as: bench.keys.reseller,
        #"{"peers":[],"route":"sip:carrier.example.net"}"#)
      let gone = try await bench.send(
        .patch, path(bench), as: bench.keys.reseller, #"{"route":null}"#)
      #expect(gone.status == 422, "\(gone.body)")
      #expect(try await trunk(bench)?.route == "sip:carrier.example.net")
    }
  }

  @Test(arguments: [
    (#"{"route":"carrier.example.net"}"#, "route"), (#"{"route":"sip:a b"}"#, "route"),
    (#"{"certificate_name":"192.0.2.1"}"#, "certificate_name"),
    (#"{"certificate_name":"*.example.net"}"#, "certificate_name"),
  ])
  func aPlaceThatNobodyCouldFindIsToldByName(body: String, field: String) async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(.patch, path(bench), as: bench.keys.reseller, body)
      #expect(answer.status == 422)
      #expect(answer.body.contains(field), "\(answer.body)")
    }
  }
}
