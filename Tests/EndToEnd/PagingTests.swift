import Foundation
import Support
import Testing

extension SiteA {
  @Suite("Paging")
  struct PagingTests {
    /// The first phone's extension pages those of the others by the group.
    static func office(_ name: String, from host: Int, with flags: [String], on bench: Bench)
      async throws -> [Baresip]
    {
      let numbers = ["661", "662", "663"]
      let tenant = try await SecondTenant(
        name, homeAddress: "phones-a", proxy: bench.demo.phonesAddress, ringTimeout: 20,
        extensions: numbers + ["660"], on: bench
      ) { tenant, ids in
        _ = try await bench.api.run(
          ["paging", "set", try #require(ids["660"]), "--tenant", tenant]
            + numbers.flatMap { ids[$0].map { ["--member", $0] } ?? [] }
            + ["--pager", try #require(ids["661"])] + flags)
      }
      return try await tenant.phones(numbers, from: host, on: bench)
    }

    /// The telephones here answer by themselves as fast as somebody who is told to.
    static func page(_ phones: [Baresip]) async throws {
      phones[0].dial("660")
      for member in phones.dropFirst() {
        try await member.rings()
        member.answer()
      }
      try await phones[0].talks()
    }

    @Test(
      "Who pages is heard at two telephones, which are not heard; when it hangs up, so do they",
      .timeLimit(.minutes(1)))
    func heard() async throws {
      let bench = try await Bench("paging")
      let phones = try await Self.office("paged", from: 181, with: [], on: bench)
      try await Self.page(phones)
      for member in phones.dropFirst() {
        try await member.comesToHear([Bench.tones[0]], of: Bench.tones)
      }
      #expect(try phones[0].heard(of: Bench.tones) == [], "nobody is heard")
      phones[0].hangUp()
      for phone in phones { try await phone.closed() }

      phones[1].dial("660")
      #expect(try await phones[1].closed().hasPrefix("403"), "it may not page")

      phones[0].dial("660")
      for member in phones.dropFirst() {
        try await member.rings()
        member.refuse("486")
      }
      #expect(try await phones[0].closed().hasPrefix("486"), "nobody hears it")
      for phone in phones { await phone.quit() }
    }

    @Test("Where members may talk back all hear all", .timeLimit(.minutes(1)))
    func talkBack() async throws {
      let bench = try await Bench("talk-back")
      let phones = try await Self.office(
        "talked-back", from: 184, with: ["--talks-back"],
        on: bench)
      try await Self.page(phones)
      for (index, phone) in phones.enumerated() {
        let others = Bench.tones.filter { $0 != Bench.tones[index] }
        try await phone.comesToHear(others, of: Bench.tones)
      }
      phones[0].hangUp()
      for member in phones.dropFirst() { try await member.closed() }
      for phone in phones { await phone.quit() }
    }
  }
}
