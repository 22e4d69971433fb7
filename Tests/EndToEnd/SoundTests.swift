import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Sounds of a tenant's own")
  struct SoundTests {
    @Test(
      "A mailbox greets with its owner's own sound, and some callers with another",
      .timeLimit(.minutes(2)))
    func greetings() async throws {
      let bench = try await Bench("greetings")
      let tenant = try await SecondTenant(
        "greetings", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["311", "312", "313"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      let owner = try #require(ids["313"])
      let before = bench.installation.sounds(at: "node-a1")
      let usual = try await tenant.upload(2_200, seconds: 6, as: "usual", on: bench)
      let special = try await tenant.upload(2_600, seconds: 6, as: "special", on: bench)
      _ = try await bench.api.pbxctl(
        "mailbox", "set", owner, "--tenant", tenant.id, "--greeting", usual)
      let rules = bench.work.appending(path: "rules.json")
      let rule =
        #"{"when":"offline","from":"numbers","numbers":["312"],"then":"voicemail","greeting":"\#(special)"}"#
      try "[\(rule)]".write(to: rules, atomically: true, encoding: .utf8)
      _ = try await bench.api.pbxctl(
        "answering", "set", owner, "--tenant", tenant.id, "--rules-file", rules.path)
      let phones = try await tenant.phones(["311", "312"], from: 94, on: bench)
      try await eventually("the node has both sounds", within: .seconds(15)) {
        bench.installation.sounds(at: "node-a1") == before + 2
      }
      let heard = [500, 700, 2_200, 2_600, Installation.greetingTone]
      for (phone, tone) in zip(phones, [2_200, 2_600]) {
        phone.dial("313")
        try await phone.talks()
        try await phone.comesToHear([tone], of: heard)
        phone.hangUp()
        try await phone.closed()
      }
      for phone in phones { await phone.quit() }
    }
  }
}
