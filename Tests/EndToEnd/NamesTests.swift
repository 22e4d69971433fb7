import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Names")
  struct NamesTests {
    private func asked(_ name: String, _ type: String) async throws -> [String] {
      try await ChildProcess.run(
        "dig", ["+short", "+time=1", "+tries=1", "-p", "7053", "@127.0.0.1", name, type]
      ).output.split(separator: "\n").map(String.init).sorted()
    }

    @Test("The DNS sends a tenant's phones to where they are served")
    func phonesAreSentToTheirAddress() async throws {
      let bench = try await Bench("names")
      let domain = bench.demo.domain
      let services = try await asked("_sip._udp.\(domain)", "SRV")
      // On one machine nobody stands by in another site.
      #expect(services == ["10 0 5060 phones-a.\(domain)."])
      let host = String(bench.demo.phonesAddress.prefix { $0 != ":" })
      #expect(try await asked("phones-a.\(domain)", "A") == [host])
      #expect(try await asked(domain, "A") == [host])
      #expect(try await asked(domain, "NAPTR").count == 3)
    }

    @Test("A new tenant's domain is known within seconds", .timeLimit(.minutes(1)))
    func newDomainsAreKnown() async throws {
      let bench = try await Bench("new-names")
      let domain = "passing-\(UUID().uuidString.prefix(8).lowercased()).tandem.test"
      #expect(try await asked("_sip._tcp.\(domain)", "SRV") == [])
      _ = try await bench.api.pbxctl(
        "tenant", "create", "Passing", "--reseller", bench.demo.reseller, "--domain", domain,
        "--home-address", "phones-a", "--country-code", "44")
      #expect(try await eventually { try await !asked("_sip._tcp.\(domain)", "SRV").isEmpty })
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
      for _ in 0..<200 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(100))
      }
      return false
    }
  }
}
