import DatabaseSupport
import Hummingbird
import NodeContract
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct KeyTests {
  @Test func aNewKeyOpensWhatItsRoleOpensUntilItIsRevoked() async throws {
    try await APIBench.with { bench in
      let made = try await bench.send(
        .post, "/v1/keys", as: bench.keys.reseller,
        #"{"name":"portal","role":"tenant","tenant":"\#(bench.mine.tenant.id)"}"#)
      #expect(made.status == 201)
      let key = try made.text("key")
      #expect(key.hasPrefix("tdm_"))
      #expect(try await bench.send(.get, bench.tenantPath, as: key).status == 200)

      let path = try #require(made.location)
      #expect(try await bench.send(.delete, path, as: bench.keys.reseller).status == 204)

      #expect(try await bench.send(.get, bench.tenantPath, as: key).status == 401)
    }
  }

  @Test func aKeyIsShownOnceAndKeptAsAHash() async throws {
    try await APIBench.with { bench in
      let made = try await bench.send(
        .post, "/v1/keys", as: bench.keys.tenant, #"{"name":"k","role":"tenant"}"#)
      let listed = try await bench.send(.get, "/v1/keys", as: bench.keys.tenant)
      let id = try made.text("id")
      #expect(listed.body.contains(id))
      #expect(!listed.body.contains("tdm_"))
    }
  }

  @Test(arguments: [
    #"{"name":"k","role":"operator"}"#, #"{"name":"k","role":"reseller"}"#,
    #"{"name":"k","role":"reseller","reseller":"MINE"}"#,
    #"{"name":"k","role":"tenant","tenant":"THEIRS"}"#, #"{"name":"k","role":"king"}"#,
  ])
  func noKeyMakesAStrongerOne(body: String) async throws {
    try await APIBench.with { bench in
      let body = body.replacing("MINE", with: bench.mine.reseller.id.description)
        .replacing("THEIRS", with: bench.theirs.tenant.id.description)
      let answer = try await bench.send(.post, "/v1/keys", as: bench.keys.tenant, body)
      #expect([404, 422].contains(answer.status), "\(answer)")
    }
  }

  @Test func aRemovedTenantIsGoneAndItsKeysWithIt() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath
      let removal = try await bench.send(.delete, path, as: bench.keys.reseller)
      #expect(removal.status == 204)
      #expect(try await bench.send(.get, path, as: bench.keys.reseller).status == 404)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).status == 401)
    }
  }
}
