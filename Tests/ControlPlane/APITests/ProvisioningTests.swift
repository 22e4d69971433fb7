import DatabaseSupport
import Hummingbird
import NodeContract
import Persistence
@_spi(Authorization) import Tenancy
import Testing

@Suite(.needsPostgres) struct ProvisioningTests {
  @Test func aResellerSetsUpATenantFromNothing() async throws {
    try await APIBench.with { bench in
      let key = bench.keys.reseller
      let list = try await bench.send(
        .post, "/v1/price-lists", as: key, #"{"name":"wholesale","currency":"GBP"}"#)
      #expect(list.status == 201)
      let trunk = try await bench.send(
        .post, "/v1/trunks", as: key,
        #"""
        {"carrier":"Wholesale","address":"trunks-a","peers":["192.0.2.7:5060"],
        "price_list":"\#(try list.text("id"))"}
        """#)
      #expect(trunk.status == 201)
      let tenant = try await bench.send(
        .post, "/v1/tenants", as: key,
        #"""
        {"name":"Acme","domain":"ACME.example.com","home_address":"phones-a","country_code":"44"}
        """#)
      #expect(tenant.status == 201)
      #expect(try tenant.text("domain") == "acme.example.com")
      let path = "/v1/tenants/\(try tenant.text("id"))"
      #expect(tenant.location == path)
      let entry = try await bench.send(
        .post, path + "/extensions", as: key, #"{"number":"201","name":"Ann"}"#)
      #expect(entry.status == 201)
      let number = try await bench.send(
        .post, path + "/numbers", as: key,
        #"{"number":"+442079460777","extension":"\#(try entry.text("id"))"}"#)
      #expect(number.status == 201)
      for made in [list, trunk, tenant, entry, number] {
        let location = try #require(made.location)
        let shown = try await bench.send(.get, location, as: key)
        #expect(try shown.text("id") == made.text("id"))
      }
    }
  }

  @Test func aMadePasswordIsShownOnceAndOnlyItsHashesAreKept() async throws {
    try await APIBench.with { bench in
      let made = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"150","name":"Ann"}"#)
      #expect(try made.text("password").utf8.count == 20)
      let location = try #require(made.location)
      let shown = try await bench.send(.get, location, as: bench.keys.tenant)
      #expect(!shown.body.contains("password"))
      let password = try made.text("password")
      #expect(!shown.body.contains(password))
    }
  }

  /// HA1 as `printf 150:mine.tandem.test:Secret-123 | md5sum` and `sha256sum` have it.
  @Test func devicesProveThemselvesWithHashesOfUserRealmAndPassword() async throws {
    try await APIBench.with { bench in
      let made = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"150","name":"Ann","password":"Secret-123"}"#)
      #expect(made.status == 201)
      #expect(!made.body.contains("Secret-123"))
      let id = try #require(ExtensionID(try made.text("id")))
      let stored = try #require(
        try await bench.store.extensions.find(id, of: bench.mine.tenant.id, in: .platform))
      #expect(
        stored.credentials == [
          DigestCredential(
            algorithm: .sha256,
            ha1: "54f922c6a30cae43a203831f969eeabb0c10abe6ab7047b069aa8832e8e42620"),
          DigestCredential(algorithm: .md5, ha1: "3ee34c08066e48a50a21b98737cefedd"),
        ])
    }
  }

  @Test func anExtensionForOldPhonesHasNothingButMD5AndKeepsItSo() async throws {
    try await APIBench.with { bench in
      let made = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"150","name":"Ann","digest":"md5"}"#)
      #expect(made.body.contains(#""digest":["md5"]"#))
      let location = try #require(made.location)
      let changed = try await bench.send(
        .patch, location, as: bench.keys.tenant, #"{"new_password":true}"#)
      #expect(changed.status == 200)
      #expect(try changed.text("password") != made.text("password"))
      #expect(changed.body.contains(#""digest":["md5"]"#))
    }
  }

  @Test func anExtensionIsChangedMemberByMember() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath + "/extensions/\(bench.mine.extensions[0].id)"
      let renamed = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"name":"Zoe"}"#)
      #expect(try renamed.text("name") == "Zoe")
      #expect(try renamed.text("outside_number") == "+442079460101")
      let hidden = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"outside_number":null}"#)
      #expect(hidden.body.contains(#""outside_number":null"#))
      #expect(try hidden.text("name") == "Zoe")
    }
  }

  @Test func whoMaySuperviseIsSaidAndReachesTheNodes() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath + "/extensions/\(bench.mine.extensions[0].id)"
      func supervises() async throws -> Bool? {
        try await bench.store.snapshots.tenant(bench.mine.tenant.id, in: .platform)?
          .extensions.first { $0.id == bench.mine.extensions[0].id }?.maySupervise
      }
      #expect(try await supervises() == false)
      let granted = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"may_supervise":true}"#)
      #expect(granted.body.contains(#""may_supervise":true"#), "\(granted.body)")
      #expect(try await supervises() == true)
      let renamed = try await bench.send(
        .patch, path, as: bench.keys.tenant, #"{"name":"Zoe"}"#)
      #expect(renamed.body.contains(#""may_supervise":true"#), "\(renamed.body)")
      let made = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"160","name":"Sue","may_supervise":true}"#)
      #expect(made.body.contains(#""may_supervise":true"#), "\(made.body)")
    }
  }

  @Test func whatIsThereAlreadyIsNamedSoThatSetUpCanBeRepeated() async throws {
    try await APIBench.with { bench in
      let again = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
        #"{"number":"101","name":"Ann"}"#)
      #expect(again.status == 409)
      let id = bench.mine.extensions[0].id
      #expect(try again.text("existing") == id.description)
      #expect(again.location == bench.tenantPath + "/extensions/\(id)")
      let site = try await bench.send(
        .post, "/v1/sites", as: bench.keys.operator, #"{"name":"a"}"#)
      #expect(try site.text("existing") == "a")
    }
  }

  @Test func aTenantsNumbersForHelpAreItsCountrys() async throws {
    try await APIBench.with { bench in
      let key = bench.keys.reseller
      let made = try await bench.send(
        .post, "/v1/tenants", as: key,
        #"""
        {"name":"Help","domain":"help.example.com","home_address":"phones-a","country_code":"49",
        "emergency_numbers":["112","110","112"]}
        """#)
      #expect(made.status == 201)
      #expect(made.body.contains(#""emergency_numbers":["112","110"]"#))
      let path = "/v1/tenants/\(try made.text("id"))"
      let changed = try await bench.send(.patch, path, as: key, #"{"emergency_numbers":["19222"]}"#)
      #expect(changed.body.contains(#""emergency_numbers":["19222"]"#))
      let kept = try await bench.send(.patch, path, as: key, #"{"ring_timeout":40}"#)
      #expect(kept.body.contains(#""emergency_numbers":["19222"]"#))
      for (numbers, text) in [("[]", "must not be empty"), (#"["1"]"#, "2 to 6 digits")] {
        let refused = try await bench.send(
          .patch, path, as: key, #"{"emergency_numbers":\#(numbers)}"#)
        #expect(refused.status == 422)
        #expect(refused.body.contains("emergency_numbers") && refused.body.contains(text))
      }
      let usual = try await bench.send(
        .post, "/v1/tenants", as: key,
        #"""
        {"name":"Usual","domain":"usual.example.com","home_address":"phones-a",
        "country_code":"44"}
        """#)
      #expect(usual.body.contains(#""emergency_numbers":["112","911","999"]"#))
    }
  }

  @Test func aDomainOfSomebodyElseIsTakenAndNotNamed() async throws {
    try await APIBench.with { bench in
      let taken = try await bench.send(
        .post, "/v1/tenants", as: bench.keys.reseller,
        #"""
        {"name":"x","domain":"theirs.tandem.test","home_address":"phones-a","country_code":"44"}
        """#)
      #expect(taken.status == 409)
      #expect(!taken.body.contains("existing"))
      #expect(taken.location == nil)
      #expect(!taken.body.contains(bench.theirs.tenant.id.description))
    }
  }

  @Test(arguments: [
    (#"{"number":"1","name":"x"}"#, "number must be 2 to 6 digits."),
    (#"{"number":"150","name":"  "}"#, "name must not be empty."),
    (#"{"number":"150","name":"x","outside_number":"0207"}"#, "outside_number must be a plus"),
    (#"{"number":"150","name":"x","password":"short"}"#, "password must be 8 to 128"),
    (#"{"number":"150","name":"x","digest":"sha1"}"#, "digest must be any, sha-256 or md5."),
    (#"{"name":"x"}"#, "number is missing."),
  ])
  func aValueThatCannotBeTakenIsToldByName(body: String, detail: String) async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(
        .post, bench.tenantPath + "/extensions", as: bench.keys.tenant, body)
      #expect(answer.status == 422)
      #expect(answer.body.contains(detail), "\(answer.body)")
    }
  }

  @Test func phonesAndCarriersHaveAddressesOfTheirOwn() async throws {
    try await APIBench.with { bench in
      let tenant = try await bench.send(
        .post, "/v1/tenants", as: bench.keys.reseller,
        #"{"name":"x","domain":"x.example.com","home_address":"trunks-a","country_code":"44"}"#)
      #expect(tenant.status == 422)
      #expect(tenant.body.contains("home_address must be an address for phones."))
      let trunk = try await bench.send(
        .post, "/v1/trunks", as: bench.keys.reseller,
        #"{"carrier":"x","address":"phones-a","peers":["192.0.2.7:5060"]}"#)
      #expect(trunk.status == 422)
      #expect(trunk.body.contains("address must be an address for trunks."))
    }
  }

  @Test func anAddressIsHeldByANodeOfItsOwnSite() async throws {
    try await APIBench.with { bench in
      let key = bench.keys.operator
      _ = try await bench.send(.post, "/v1/sites", as: key, #"{"name":"b"}"#)
      _ = try await bench.send(.post, "/v1/nodes", as: key, #"{"name":"node-b1","site":"b"}"#)
      let answer = try await bench.send(
        .post, "/v1/addresses", as: key,
        #"{"name":"p","site":"a","ip":"127.0.1.9","role":"phones","holder":"node-b1"}"#)
      #expect(answer.status == 422)
      #expect(answer.body.contains("holder must be a node of site a."))
    }
  }

  @Test func anAddressIsFoundElsewhereFromNowOn() async throws {
    try await APIBench.with { bench in
      let (path, key) = ("/v1/addresses/phones-a", bench.keys.operator)
      let moved = try await bench.send(.patch, path, as: key, #"{"ip":"192.0.2.77"}"#)
      #expect(try moved.text("ip") == "192.0.2.77", "\(moved.body)")
      #expect(
        try await bench.send(.get, path, as: key).body.contains(#""ip":"192.0.2.77""#))
      let wrong = try await bench.send(.patch, path, as: key, #"{"ip":"here"}"#)
      #expect(wrong.status == 422 && wrong.body.contains("ip must be an IP address"))
      let unknown = try await bench.send(
        .patch, "/v1/addresses/nowhere", as: key, #"{"ip":"192.0.2.77"}"#)
      #expect(unknown.status == 404)
    }
  }

  @Test func anAddressIsFoundByIPv6Besides() async throws {
    try await APIBench.with { bench in
      let (path, key) = ("/v1/addresses/phones-a", bench.keys.operator)
      #expect(try await bench.send(.get, path, as: key).body.contains(#""ip6":null"#))
      let both = try await bench.send(.patch, path, as: key, #"{"ip6":"2001:DB8::0:1"}"#)
      #expect(try both.text("ip6") == "2001:db8::1", "\(both.body)")
      #expect(try both.text("ip") == "127.0.1.1")
      let wrong = try await bench.send(.patch, path, as: key, #"{"ip6":"192.0.2.1"}"#)
      #expect(wrong.status == 422 && wrong.body.contains("ip6 must be an IPv6 address"))
      let alone = try await bench.send(.patch, path, as: key, #"{"ip":"2001:db8::2"}"#)
      #expect(alone.status == 422 && alone.body.contains("ip must be an IPv4 address beside ip6"))
      let second = try await bench.send(
        .post, "/v1/addresses", as: key,
        #"{"name":"phones-c","site":"a","ip":"127.0.1.9","ip6":"2001:db8::1","role":"phones","#
          + #""holder":"node-a1"}"#)
      #expect(second.status == 409 || second.status == 422, "\(second.status)")
      #expect(second.body.contains("ip6"))
      let without = try await bench.send(.patch, path, as: key, #"{"ip6":null}"#)
      #expect(without.body.contains(#""ip6":null"#), "\(without.body)")
    }
  }

  @Test func aNumberLeadsOnlyToExtensionsOfItsOwnTenant() async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(
        .patch, bench.tenantPath + "/numbers/\(bench.mine.number.id)", as: bench.keys.tenant,
        #"{"extension":"\#(bench.theirs.extensions[0].id)"}"#)
      #expect(answer.status == 422)
      #expect(answer.body.contains("extension names something that does not exist."))
    }
  }

  @Test func anExtensionThatANumberLeadsToStays() async throws {
    try await APIBench.with { bench in
      let path = bench.tenantPath + "/extensions/\(bench.mine.extensions[0].id)"
      let removal = try await bench.send(.delete, path, as: bench.keys.tenant)
      #expect(removal.status == 409)
      #expect(try await bench.send(.get, path, as: bench.keys.tenant).status == 200)
    }
  }

  @Test func pagesOfAListHaveEverythingOnce() async throws {
    try await APIBench.with { bench in
      for number in 150..<155 {
        _ = try await bench.send(
          .post, bench.tenantPath + "/extensions", as: bench.keys.tenant,
          #"{"number":"\#(number)","name":"x"}"#)
      }
      struct Item: Decodable { var number: String }
      struct Page: Decodable {
        var items: [Item]
        var next: String?
      }
      var numbers: [String] = []
      var query = "?limit=3"
      for _ in 0..<3 {
        let answer = try await bench.send(
          .get, bench.tenantPath + "/extensions" + query, as: bench.keys.tenant)
        let page = try answer.json(Page.self)
        numbers += page.items.map(\.number)
        guard let next = page.next else { break }
        query = "?limit=3&cursor=\(next)"
      }
      #expect(numbers == ["101", "102", "150", "151", "152", "153", "154"])
    }
  }

  @Test func aForgedCursorIsABadRequest() async throws {
    try await APIBench.with { bench in
      let answer = try await bench.send(.get, "/v1/tenants?cursor=Zm9v", as: bench.keys.reseller)
      #expect(answer.status == 400)
    }
  }
}
