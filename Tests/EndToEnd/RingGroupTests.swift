import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Extensions that ring others")
  struct RingGroupTests {
    @Test(
      "A call to the group rings one after the other until one answers", .timeLimit(.minutes(1)))
    func inTurn() async throws {
      let bench = try await Bench("group")
      let tenant = try await SecondTenant(
        "grouped", homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: ["301", "302", "303", "300"], on: bench)
      let ids = try await tenant.extensionIDs(by: bench.api)
      _ = try await bench.api.pbxctl(
        "ring-group", "set", try #require(ids["300"]), "--tenant", tenant.id, "--strategy",
        "in-turn", "--rings-for", "3", "--member", try #require(ids["301"]), "--member",
        try #require(ids["302"]))
      try await Task.sleep(for: .seconds(1))
      let phones = try await tenant.phones(["301", "302", "303"], from: 21, on: bench)
      phones[2].dial("300")
      try await phones[0].rings()
      try await phones[1].rings()
      try await phones[0].closed()
      phones[1].answer()
      try await phones[2].talks()
      try await phones[2].hears(seconds: 1)
      phones[2].hangUp()
      try await phones[1].closed()
      #expect(try phones[2].heard(of: [500, 700, 900]) == [700])
      for phone in phones { await phone.quit() }
    }
  }
}
