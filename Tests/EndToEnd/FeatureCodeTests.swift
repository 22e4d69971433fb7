import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Codes that phones dial")
  struct FeatureCodeTests {
    private struct Switches: Decodable {
      var doNotDisturb: Bool
      var forwardAlways: String?
    }

    private func switches(of id: String, _ tenant: SecondTenant, on bench: Bench) async throws
      -> Switches
    {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(
        Switches.self,
        from: try await bench.api.pbxctl("switches", "show", id, "--tenant", tenant.id))
    }

    @Test(
      "Do not disturb and forwarding are switched by phone, confirmed, kept and told by the API",
      .timeLimit(.minutes(2)))
    func switchedByPhone() async throws {
      let bench = try await Bench("switches")
      let tenant = try await SecondTenant(
        "switches", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["661", "662", "663"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let id = try #require(ids["662"])
      let phones = try await tenant.phones(["661", "662", "663"], from: 81, on: bench)
      phones[1].dial("*78")
      try await phones[1].talks()
      try await phones[1].closed()
      let confirmation = try #require(Installation.promptTones["do-not-disturb"])
      #expect(try phones[1].heard(of: Bench.tones + [confirmation]) == [confirmation])
      phones[0].dial("662")
      #expect(try await phones[0].closed().hasPrefix("486"))
      try await eventually("the control plane knows", within: .seconds(15)) {
        try await switches(of: id, tenant, on: bench).doNotDisturb
      }
      _ = try await bench.api.pbxctl(
        "switches", "set", id, "--tenant", tenant.id, "--no-do-not-disturb")
      phones[1].dial("*72663")
      try await phones[1].talks()
      try await phones[1].closed()
      try await eventually("the control plane knows", within: .seconds(15)) {
        try await switches(of: id, tenant, on: bench).forwardAlways == "663"
      }
      phones[0].dial("662")
      try await phones[2].rings()
      phones[2].answer()
      try await phones[0].talks()
      try await phones[0].comesToHear([Bench.tones[2]], of: Bench.tones)
      phones[0].hangUp()
      try await phones[2].closed()
      for phone in phones { await phone.quit() }
    }

    @Test("A telephone that is called by intercom is told to answer by itself")
    func intercom() async throws {
      let bench = try await Bench("intercom")
      let tenant = try await SecondTenant(
        "intercom", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["675", "676"], on: bench)
      let alice = try await tenant.phones(["675"], from: 112, on: bench)[0]
      var settings = tenant.phone("676", address: "127.0.4.113", tone: Bench.tones[1])
      settings.showsMessages = true
      let bob = try await Baresip(settings, work: bench.work)
      try await bob.registered()
      alice.dial("*0676")
      try await bob.rings()
      try await bob.shows("Answer-Mode: Auto")
      try await bob.shows("answer-after=0")
      bob.answer()
      try await alice.talks()
      try await alice.comesToHear([Bench.tones[1]], of: Bench.tones)
      alice.hangUp()
      try await bob.closed()
      for phone in [alice, bob] { await phone.quit() }
    }

    @Test(
      "A parked call waits under music, and whoever dials its place talks with it",
      .timeLimit(.minutes(2)))
    func parked() async throws {
      let bench = try await Bench("parked")
      let tenant = try await SecondTenant(
        "parked", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["671", "672", "673"], on: bench)
      let phones = try await tenant.phones(["671", "672", "673"], from: 84, on: bench)
      let heard = Bench.tones + [Installation.musicTone]
      phones[0].dial("672")
      try await phones[1].rings()
      phones[1].answer()
      try await phones[0].talks()
      try await phones[0].comesToHear([Bench.tones[1]], of: heard)
      phones[1].transfer(to: "*70")
      try await phones[1].closed()
      try await phones[0].comesToHear([Installation.musicTone], of: heard)
      phones[2].dial("*701")
      try await phones[2].talks()
      try await phones[2].comesToHear([Bench.tones[0]], of: heard)
      try await phones[0].comesToHear([Bench.tones[2]], of: heard)
      phones[2].hangUp()
      try await phones[0].closed()
      for phone in phones { await phone.quit() }
    }
  }
}
